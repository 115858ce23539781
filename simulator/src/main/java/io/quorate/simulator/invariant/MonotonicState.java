package io.quorate.simulator.invariant;

import io.quorate.core.CoreStatus;
import io.quorate.core.Effect;
import io.quorate.core.Event;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.StateMachine;
import io.quorate.kv.Result;
import io.quorate.simulator.SimulatedMember;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Term, commit index and applied index of a member never go back in one life, an installed snapshot included (paper figure
 * 2; invariants 6 and 13).
 */
final class MonotonicState implements Invariant {

    private static final class Seen {
        private long term;
        private long commitIndex;
        private long appliedIndex;
    }

    private final Map<MemberId, Seen> all = new HashMap<>();

    private Seen seen(SimulatedMember member) {
        return all.computeIfAbsent(member.id(), id -> new Seen());
    }

    @Override
    public void opened(SimulatedMember member) {
        Seen seen = new Seen();
        CoreStatus recovered = member.recovered().orElseThrow();
        seen.term = recovered.term();
        seen.commitIndex = recovered.commitIndex();
        seen.appliedIndex = recovered.appliedIndex();
        all.put(member.id(), seen);
    }

    @Override
    public Set<Class<?>> mattering() {
        return Set.of(Effect.SaveHardState.class, Effect.Apply.class);
    }

    @Override
    public void stepped(SimulatedMember member, Event event, List<Effect> effects) {
        for (Effect effect : effects) {
            switch (effect) {
                case Effect.SaveHardState save -> {
                    Seen seen = seen(member);
                    if (save.state().term() < seen.term) {
                        throw violated("member " + member.id() + " goes back from term " + seen.term + " to "
                                + save.state().term());
                    }
                    seen.term = save.state().term();
                }
                case Effect.Apply apply -> {
                    Seen seen = seen(member);
                    if (apply.upToIndex() < seen.commitIndex) {
                        throw violated("member " + member.id() + " goes back from commit index " + seen.commitIndex
                                + " to " + apply.upToIndex());
                    }
                    seen.commitIndex = apply.upToIndex();
                }
                default -> {}
            }
        }
    }

    @Override
    public void applied(
            SimulatedMember member, List<StateMachine.Command> commands, List<Result> results, long lastIndex) {
        reached(member, lastIndex);
    }

    @Override
    public void restored(SimulatedMember member, long index) {
        if (all.containsKey(member.id()) && member.isRunning()) {
            reached(member, index);
        }
    }

    private void reached(SimulatedMember member, long index) {
        Seen seen = seen(member);
        if (index < seen.appliedIndex) {
            throw violated(
                    "member " + member.id() + " goes back from applied index " + seen.appliedIndex + " to " + index);
        }
        seen.appliedIndex = index;
    }
}
