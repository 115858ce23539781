package io.quorate.simulator.invariant;

import io.quorate.core.Effect;
import io.quorate.core.EntryId;
import io.quorate.core.Event;
import io.quorate.engine.log.RaftLog;
import io.quorate.simulator.Cluster;
import io.quorate.simulator.SimulatedMember;
import java.util.ArrayList;
import java.util.List;

/**
 * What one member commits at an index is what every member commits there (state machine safety, paper figure 3); and when
 * it is first committed, a quorum of the active configuration has it durably.
 */
final class CommittedLog implements Invariant {

    private final Cluster cluster;

    /** The term of each committed entry; the first is that of index 1. */
    private final List<Long> terms = new ArrayList<>();

    CommittedLog(Cluster cluster) {
        this.cluster = cluster;
    }

    /** The last entry that any member knows to be committed. */
    EntryId last() {
        return terms.isEmpty() ? EntryId.ORIGIN : new EntryId(terms.getLast(), terms.size());
    }

    @Override
    public void stepped(SimulatedMember member, Event event, List<Effect> effects) {
        for (Effect effect : effects) {
            if (effect instanceof Effect.Apply apply) {
                committed(member, apply.upToIndex());
            }
        }
    }

    private void committed(SimulatedMember member, long upTo) {
        RaftLog log = member.log().orElseThrow();
        if (upTo > log.lastId().index()) {
            throw violated("member " + member.id() + " commits index " + upTo + ", its log ends at " + log.lastId());
        }
        for (long index = terms.size() + 1L; index <= upTo; index++) {
            if (index < log.firstIndex()) {
                throw violated("member " + member.id() + " has compacted index " + index + ", which nobody committed");
            }
            terms.add(log.idAt(index).term());
        }
        if (upTo >= log.firstIndex() && log.idAt(upTo).term() != terms.get((int) upTo - 1)) {
            throw violated("member " + member.id() + " commits " + log.idAt(upTo)
                    + ", another committed an entry of term " + terms.get((int) upTo - 1) + " there");
        }
    }

    /** The cluster whose members commit. */
    Cluster cluster() {
        return cluster;
    }
}
