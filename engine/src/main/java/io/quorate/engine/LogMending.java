package io.quorate.engine;

import io.quorate.core.EntryBatch;
import io.quorate.core.EntryBatch.ConfigurationEntry;
import io.quorate.core.EntryBatch.TermRun;
import io.quorate.core.EntryId;
import io.quorate.core.Event;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.log.ConfigurationCodec;
import io.quorate.engine.log.CorruptFrameException;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.EntryKind;
import io.quorate.engine.log.LogGap;
import io.quorate.engine.log.RaftLog;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.PeerFrame;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gets back what a damaged log held, entry by entry, from whoever has an intact copy; and hands out such copies to others.
 *
 * <p>The chain hash at the log's former end names all entries before it: the last one is that of this chain hash, and it
 * tells the chain hash of the one before. So entries are looked for from the end downwards, among what was salvaged here
 * and what the others send, until the log's present end is reached. It needs no leader, and trusts nobody: an entry that
 * chains is the entry.
 *
 * <p>Called on the loop.
 */
final class LogMending {

    /** The log can be what it was: what to tell the core, and the entries that it names. */
    record Mended(Event.LogMended event, List<EntryFrame> entries) {}

    private static final Logger LOG = LoggerFactory.getLogger(LogMending.class);

    /** Times between two requests, in ticks. */
    private static final int INTERVAL_TICKS = 5;

    private static final long MAX_BYTES = 64L << 20;

    private final int group;

    /** A witness has nothing that would help others, and takes the names of what they have. */
    private final boolean witness;

    private final RaftLog log;
    private final long maxMessageBytes;
    private Optional<LogGap> gap;

    /** What is found, in the order of the log: everything from the one wanted next to the end. */
    private final Deque<EntryFrame> found = new ArrayDeque<>();

    private long foundBytes;
    private long wantedIndex;
    private long wantedChain;

    /** Who has said not to have what is wanted. */
    private final SortedSet<MemberId> lackedBy = new TreeSet<>();

    private boolean lackTold;
    private int ticks = INTERVAL_TICKS;

    LogMending(NodeParts<?> parts) {
        this.group = parts.options().group();
        this.witness = parts.options().witness();
        this.log = parts.log();
        this.maxMessageBytes = parts.options().flow().maxMessageBytes();
        this.gap = parts.gap();
        gap.ifPresent(lost -> want(lost.last().index(), lost.lastChain()));
    }

    private void want(long index, long chain) {
        wantedIndex = index;
        wantedChain = chain;
        lackedBy.clear();
        lackTold = false;
    }

    /** What is still missing, if the log was damaged and something is. */
    Optional<MissingEntries> missing() {
        return gap.map(lost -> new MissingEntries(
                lost.last(),
                lost.damagedUpTo(wantedIndex),
                lost.damaged(MissingEntries.NAMED).stream()
                        .filter(index -> index <= wantedIndex)
                        .toList(),
                wantedIndex,
                lackedBy));
    }

    /** Asks the others now and then. Returns the log's mending, when it is there. */
    Optional<Mended> tick(Collection<MemberId> others, Network network) {
        Optional<Mended> mended = resolve();
        if (gap.isPresent() && ++ticks >= INTERVAL_TICKS) {
            ask(others, network);
            tellIfLost(others);
        }
        return mended;
    }

    private void ask(Collection<MemberId> others, Network network) {
        ticks = 0;
        PeerFrame request = new PeerFrame.EntriesRequest(group, log.lastId().index() + 1, wantedIndex);
        others.forEach(other -> network.send(other, request));
    }

    private void tellIfLost(Collection<MemberId> others) {
        if (!lackTold && !others.isEmpty() && lackedBy.containsAll(others)) {
            lackTold = true;
            LOG.warn(
                    "Entry {} of the log is damaged here, and none of the members {} has it: this member does not vote"
                            + " before one of them does, or a leader is elected without it",
                    wantedIndex,
                    lackedBy);
        }
    }

    /** Takes what another member sent. Returns the log's mending, when it is there. */
    Optional<Mended> receive(MemberId from, PeerFrame.Entries answer, Collection<MemberId> others, Network network) {
        if (gap.isEmpty()) {
            return Optional.empty();
        }
        long before = wantedIndex;
        boolean helped = false;
        boolean more = true;
        while (more) {
            Optional<EntryFrame> fits =
                    answer.entries().stream().filter(this::isWanted).findFirst();
            fits.ifPresent(this::take);
            helped |= fits.isPresent();
            more = fits.isPresent() || takeSalvaged();
        }
        if (!helped && wantedIndex == before && answer.firstIndex() <= before && answer.lastIndex() >= before) {
            lackedBy.add(from);
        }
        Optional<Mended> mended = resolve();
        if (helped && gap.isPresent()) {
            ask(others, network);
        }
        return mended;
    }

    private boolean isWanted(EntryFrame entry) {
        // Without its command it has the same hash, and is not what was lost.
        boolean whole = witness || entry.kind() != EntryKind.WITNESSED;
        return whole && entry.index() == wantedIndex && entry.chainHash() == wantedChain;
    }

    private boolean takeSalvaged() {
        Optional<EntryFrame> salvaged = wantedIndex > log.lastId().index()
                ? gap.flatMap(lost -> lost.salvaged(wantedIndex, wantedChain))
                : Optional.empty();
        salvaged.ifPresent(this::take);
        return salvaged.isPresent();
    }

    private void take(EntryFrame entry) {
        EntryFrame own = witness ? entry.withoutCommand().detached() : entry.detached();
        found.addFirst(own);
        foundBytes += own.size();
        want(own.index() - 1, own.previousChain());
    }

    /** Looks whether what is found meets the log's end; it must meet it exactly, or this is given up. */
    private Optional<Mended> resolve() {
        if (gap.isEmpty()) {
            return Optional.empty();
        }
        if (!log.votingSuspended()) {
            // The leader was quicker.
            giveUp();
            return Optional.empty();
        }
        while (takeSalvaged()) {
            // Until something is missing.
        }
        EntryId end = gap.get().last();
        long present = log.lastId().index();
        if (foundBytes > MAX_BYTES || present > end.index()) {
            giveUp();
            return Optional.empty();
        }
        if (wantedIndex > present) {
            return Optional.empty();
        }
        while (!found.isEmpty() && found.getFirst().index() <= present) {
            EntryFrame there = found.removeFirst();
            want(there.index(), there.chainHash());
        }
        boolean meets = chainAtEnd().equals(OptionalLong.of(wantedChain));
        List<EntryFrame> lacking = List.copyOf(found);
        giveUp();
        return meets ? mended(lacking, end) : Optional.empty();
    }

    private OptionalLong chainAtEnd() {
        try {
            return log.chainHashAt(log.lastId().index());
        } catch (IOException e) {
            LOG.warn("The chain hash at the log's end is not known, for the entry cannot be read", e);
            return OptionalLong.empty();
        }
    }

    private void giveUp() {
        gap = Optional.empty();
        found.clear();
    }

    private static Optional<Mended> mended(List<EntryFrame> entries, EntryId end) {
        try {
            LOG.info("the log is what it was before the damage, up to {}", end);
            return Optional.of(new Mended(new Event.LogMended(names(entries, end), end), entries));
        } catch (CorruptFrameException e) {
            LOG.warn("A configuration among the entries that were found makes no sense", e);
            return Optional.empty();
        }
    }

    private static EntryBatch names(List<EntryFrame> entries, EntryId end) throws CorruptFrameException {
        List<TermRun> runs = new ArrayList<>();
        List<ConfigurationEntry> configurations = new ArrayList<>();
        for (EntryFrame entry : entries) {
            if (!runs.isEmpty() && runs.getLast().term() == entry.term()) {
                runs.removeLast();
            }
            runs.add(new TermRun(entry.term(), entry.index()));
            if (entry.kind() == EntryKind.CONFIGURATION) {
                configurations.add(new ConfigurationEntry(entry.index(), ConfigurationCodec.decode(entry.payload())));
            }
        }
        return new EntryBatch(end.index() + 1 - entries.size(), runs, configurations);
    }

    /** What of a range another member can have from here: of its log, and of what was salvaged of it. */
    PeerFrame.Entries answer(PeerFrame.EntriesRequest request) {
        if (witness) {
            return new PeerFrame.Entries(group, request.firstIndex(), request.lastIndex(), List.of());
        }
        Deque<EntryFrame> entries = new ArrayDeque<>();
        long bytes = 0;
        for (long index = lastAnswerable(request); index >= request.firstIndex(); index--) {
            for (EntryFrame entry : copiesOf(index)) {
                bytes += entry.size();
                if (bytes > maxMessageBytes && !entries.isEmpty()) {
                    return new PeerFrame.Entries(group, index + 1, request.lastIndex(), List.copyOf(entries));
                }
                entries.addFirst(entry);
            }
            if (index < log.firstIndex()) {
                break;
            }
        }
        return new PeerFrame.Entries(group, request.firstIndex(), request.lastIndex(), List.copyOf(entries));
    }

    private long lastAnswerable(PeerFrame.EntriesRequest request) {
        long last = gap.map(lost -> Math.max(lost.last().index(), log.lastId().index()))
                .orElse(log.lastId().index());
        return Math.min(request.lastIndex(), last);
    }

    private List<EntryFrame> copiesOf(long index) {
        if (index < log.firstIndex()) {
            return List.of();
        }
        if (index > log.lastId().index()) {
            return gap.map(lost -> lost.salvaged(index)).orElse(List.of());
        }
        try {
            return List.of(log.get(index));
        } catch (IOException e) {
            LOG.warn("Entry {} is not there for another member, for it cannot be read", index, e);
            return List.of();
        }
    }
}
