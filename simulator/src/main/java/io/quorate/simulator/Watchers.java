package io.quorate.simulator;

import io.quorate.core.Effect;
import io.quorate.core.Event;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.StateMachine;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.kv.Result;
import io.quorate.simulator.invariant.InvariantViolation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Passes everything on to all that watch a run. The first violation that one of them finds is kept here: thrown into a
 * node, it would be taken for the node's own failure.
 */
public final class Watchers implements RunObserver {

    private final List<RunObserver> all = new ArrayList<>();
    private Optional<InvariantViolation> violation = Optional.empty();

    /** Has another one watch, after those before. */
    public void add(RunObserver watcher) {
        all.add(watcher);
    }

    /** The first violation, if there was one. */
    public Optional<InvariantViolation> violation() {
        return violation;
    }

    /** Something outside of the watchers has found a violation. */
    public void report(InvariantViolation found) {
        if (violation.isEmpty()) {
            violation = Optional.of(found);
        }
    }

    private void tell(Consumer<RunObserver> what) {
        if (violation.isPresent()) {
            return;
        }
        try {
            for (int i = 0; i < all.size(); i++) {
                what.accept(all.get(i));
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void sent(MemberId from, MemberId to, PeerFrame frame) {
        tell(watcher -> watcher.sent(from, to, frame));
    }

    @Override
    public void lost(MemberId from, MemberId to, PeerFrame frame) {
        tell(watcher -> watcher.lost(from, to, frame));
    }

    @Override
    public void delivered(MemberId from, MemberId to, PeerFrame frame) {
        tell(watcher -> watcher.delivered(from, to, frame));
    }

    @Override
    public void damaged(MemberId from, MemberId to) {
        tell(watcher -> watcher.damaged(from, to));
    }

    @Override
    public void opened(SimulatedMember member) {
        tell(watcher -> watcher.opened(member));
    }

    @Override
    public void stepped(SimulatedMember member, Event event, List<Effect> effects) {
        tell(watcher -> watcher.stepped(member, event, effects));
    }

    @Override
    public void settled(SimulatedMember member) {
        tell(watcher -> watcher.settled(member));
    }

    @Override
    public void applied(
            SimulatedMember member, List<StateMachine.Command> commands, List<Result> results, long lastIndex) {
        tell(watcher -> watcher.applied(member, commands, results, lastIndex));
    }

    @Override
    public void restored(SimulatedMember member, long index) {
        tell(watcher -> watcher.restored(member, index));
    }

    @Override
    public void crashed(SimulatedMember member, CrashKind kind) {
        tell(watcher -> watcher.crashed(member, kind));
    }

    @Override
    public void stopped(SimulatedMember member, Throwable cause) {
        tell(watcher -> watcher.stopped(member, cause));
    }

    @Override
    public void fault(String description) {
        tell(watcher -> watcher.fault(description));
    }
}
