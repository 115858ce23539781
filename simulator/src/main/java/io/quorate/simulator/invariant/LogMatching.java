package io.quorate.simulator.invariant;

import io.quorate.core.EntryId;
import io.quorate.engine.log.RaftLog;
import io.quorate.simulator.SimulatedMember;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Entries of the same index and term are the same in all logs, and so is everything before them (log matching, paper
 * figure 3; invariant 2). The chain hash of an entry covers all that comes before it, so to compare that is enough.
 */
final class LogMatching implements Invariant {

    private final Map<EntryId, Long> chainHashes = new HashMap<>();
    private final PerMember<EntryId> checked = new PerMember<>(() -> EntryId.ORIGIN);

    @Override
    public void opened(SimulatedMember member) {
        checked.forget(member.id());
        settled(member);
    }

    @Override
    public void settled(SimulatedMember member) {
        RaftLog log = member.log().orElseThrow();
        EntryId last = log.lastId();
        EntryId before = checked.get(member.id());
        if (last.equals(before)) {
            return;
        }
        checked.put(member.id(), last);
        try {
            // What was truncated and written anew is of a later term: looking back to what was seen is enough.
            for (long index = last.index(); index >= log.firstIndex(); index--) {
                EntryId id = log.idAt(index);
                OptionalLong hash = log.chainHashAt(index);
                if (hash.isEmpty()) {
                    return;
                }
                Long known = chainHashes.putIfAbsent(id, hash.getAsLong());
                if (known != null && known != hash.getAsLong()) {
                    throw violated("entry " + id + " of member " + member.id() + " is another than elsewhere");
                }
                if (id.equals(before)) {
                    return;
                }
            }
        } catch (IOException e) {
            // The disk is being broken: what cannot be read now is compared with the next entry that is.
            checked.put(member.id(), before);
        }
    }
}
