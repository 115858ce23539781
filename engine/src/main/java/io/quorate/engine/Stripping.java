package io.quorate.engine;

import io.quorate.core.BrokenInvariantException;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.EntryKind;
import io.quorate.engine.transport.PeerFrame;
import java.util.List;
import java.util.function.Predicate;

/**
 * Keeps commands from witnesses, and entries without their commands from all others: what goes to a witness leaves its commands
 * behind, what a witness gets with a command all the same loses it here, and nobody else takes an entry that has lost it.
 */
final class Stripping {

    private final boolean witness;
    private final Predicate<MemberId> isWitness;

    /**
     * @param witness whether this member is one
     * @param isWitness whether another member is one
     */
    Stripping(boolean witness, Predicate<MemberId> isWitness) {
        this.witness = witness;
        this.isWitness = isWitness;
    }

    /** A frame as it goes to a member. */
    PeerFrame outgoing(MemberId to, PeerFrame frame) {
        return switch (frame) {
            case PeerFrame.Raft raft
            when !raft.entries().isEmpty() && isWitness.test(to) ->
                new PeerFrame.Raft(raft.group(), raft.message(), names(raft.entries()), raft.prevChain());
            case PeerFrame.Entries found
            when !found.entries().isEmpty() && isWitness.test(to) ->
                new PeerFrame.Entries(found.group(), found.firstIndex(), found.lastIndex(), names(found.entries()));
            default -> frame;
        };
    }

    /**
     * Entries as this member may have them.
     *
     * @throws BrokenInvariantException if another member takes this one for a witness, and it is none
     */
    List<EntryFrame> incoming(MemberId from, List<EntryFrame> entries) {
        if (witness) {
            return names(entries);
        }
        for (EntryFrame entry : entries) {
            if (entry.kind() == EntryKind.WITNESSED) {
                throw new BrokenInvariantException("member " + from + " has sent entry " + entry.id()
                        + " without its command, as to a witness, which this member is not");
            }
        }
        return entries;
    }

    private static List<EntryFrame> names(List<EntryFrame> entries) {
        return entries.stream().map(EntryFrame::withoutCommand).toList();
    }
}
