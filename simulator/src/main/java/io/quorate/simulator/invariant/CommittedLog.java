package io.quorate.simulator.invariant;

import io.quorate.core.Effect;
import io.quorate.core.EntryId;
import io.quorate.core.Event;
import io.quorate.core.Message;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.log.RaftLog;
import io.quorate.simulator.SimulatedMember;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one member commits at an index is what every member commits there, and nobody commits what no leader has committed
 * before (state machine safety, paper figure 3; invariant 4).
 *
 * <p>A leader's commit index is known as soon as it applies up to it or tells it to anybody.
 */
final class CommittedLog implements Invariant {

    /** Is told when entries are known to be committed for the first time. */
    interface Listener {

        /**
         * A leader has committed entries; its log is as it was before the step in which that shows.
         *
         * @param term the term that it leads in
         */
        void committed(SimulatedMember leader, long term, EntryId last);
    }

    private final List<Listener> listeners = new ArrayList<>();
    private final Map<MemberId, Long> leading = new HashMap<>();

    /**
     * The term that a member led in last. One that is not in its own configuration any more commits that and steps down in
     * one step, and applies it later.
     */
    private final Map<MemberId, Long> led = new HashMap<>();

    /** The term of each committed entry, by its index; and the term of the leader that committed it. */
    private long[] terms = new long[256];

    private long[] leaderTerms = new long[256];
    private EntryId last = EntryId.ORIGIN;

    void tell(Listener listener) {
        listeners.add(listener);
    }

    /** The last entry that any leader is known to have committed. */
    EntryId last() {
        return last;
    }

    /** A committed entry, by its index. */
    EntryId at(long index) {
        return new EntryId(terms[(int) index], index);
    }

    /** The last entry that was committed in a term before this one. */
    EntryId lastBefore(long term) {
        int index = (int) last.index();
        while (index > 0 && leaderTerms[index] >= term) {
            index--;
        }
        return new EntryId(terms[index], index);
    }

    /** The term that a member leads in; 0 if it does not lead. */
    long leadingTerm(MemberId member) {
        return leading.getOrDefault(member, 0L);
    }

    @Override
    public void opened(SimulatedMember member) {
        leading.remove(member.id());
        led.remove(member.id());
    }

    @Override
    public Set<Class<?>> mattering() {
        return Set.of(Effect.Apply.class, Effect.Send.class, Effect.RoleChanged.class);
    }

    @Override
    public void stepped(SimulatedMember member, Event event, List<Effect> effects) {
        for (Effect effect : effects) {
            switch (effect) {
                case Effect.Apply apply -> applies(member, apply.upToIndex());
                case Effect.Send send -> {
                    if (send.message() instanceof Message.AppendRequest request) {
                        leads(member, request.term(), request.commitIndex());
                    }
                }
                case Effect.RoleChanged changed -> {
                    if (changed.role() == RoleName.LEADER) {
                        leading.put(member.id(), changed.term());
                        led.put(member.id(), changed.term());
                    } else {
                        leading.remove(member.id());
                    }
                }
                default -> {}
            }
        }
    }

    private void applies(SimulatedMember member, long upTo) {
        RaftLog log = member.log().orElseThrow();
        if (upTo > log.lastId().index()) {
            throw violated("member " + member.id() + " commits index " + upTo + ", its log ends at " + log.lastId());
        }
        if (upTo > last.index()) {
            long term = led.getOrDefault(member.id(), 0L);
            if (log.idAt(upTo).term() != term) {
                if (leadingTerm(member.id()) != 0) {
                    // A leader whose disk is slow applies less than it has committed: its messages tell the rest.
                    return;
                }
                throw violated("member " + member.id() + " commits index " + upTo + ", no leader more than " + last);
            }
            leads(member, term, upTo);
        }
        if (upTo >= log.firstIndex() && log.idAt(upTo).term() != terms[(int) upTo]) {
            throw violated("member " + member.id() + " commits " + log.idAt(upTo)
                    + ", another committed an entry of term " + terms[(int) upTo] + " there");
        }
    }

    private void leads(SimulatedMember leader, long term, long upTo) {
        if (upTo <= last.index()) {
            return;
        }
        RaftLog log = leader.log().orElseThrow();
        if (upTo > log.lastId().index() || last.index() + 1 < log.firstIndex()) {
            throw violated("leader " + leader.id() + " commits up to " + upTo + " after " + last + ", its log has "
                    + log.firstIndex() + " to " + log.lastId());
        }
        if (upTo >= terms.length) {
            terms = Arrays.copyOf(terms, 2 * (int) upTo);
            leaderTerms = Arrays.copyOf(leaderTerms, 2 * (int) upTo);
        }
        for (long index = last.index() + 1; index <= upTo; index++) {
            terms[(int) index] = log.idAt(index).term();
            leaderTerms[(int) index] = term;
        }
        last = new EntryId(terms[(int) upTo], upTo);
        for (Listener listener : listeners) {
            listener.committed(leader, term, last);
        }
    }
}
