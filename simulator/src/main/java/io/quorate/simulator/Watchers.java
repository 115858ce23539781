package io.quorate.simulator;

import io.quorate.core.Effect;
import io.quorate.core.Event;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.StateMachine;
import io.quorate.engine.detection.Detection;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.kv.Result;
import io.quorate.simulator.disk.Damage;
import io.quorate.simulator.invariant.InvariantViolation;
import java.lang.reflect.Method;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Passes everything on to all that watch a run. The first violation that one of them finds is kept here: thrown into a
 * node, it would be taken for the node's own failure.
 *
 * <p>A run has a million events in a minute of virtual time and most watchers look at few kinds of them, so a watcher is
 * told only what it has a method of its own for, and of steps only those that matter to it.
 */
public final class Watchers implements RunObserver {

    /** Those watchers that override one of the observer's methods, in the order in which they were added. */
    private final class Interested {
        private final String method;
        private RunObserver[] watchers = new RunObserver[0];

        Interested(String method) {
            this.method = method;
            all.add(this);
        }

        /** @param overridden the names of those methods that are the watcher's own */
        void consider(RunObserver watcher, Set<String> overridden) {
            if (overridden.contains(method)) {
                watchers = Arrays.copyOf(watchers, watchers.length + 1);
                watchers[watchers.length - 1] = watcher;
            }
        }

        /** Nobody, once there is a violation: what comes after it is of no interest. */
        RunObserver[] toTell() {
            return violation.isPresent() ? NOBODY : watchers;
        }
    }

    /**
     * Who watches steps, in the order in which they were added; and what makes a step matter to each, a bit for each class of
     * events and effects. Steps are most of what happens: to ask every watcher takes longer than what those do to whom they
     * matter.
     */
    private static final class OfSteps {
        private static final long EVERY_STEP = 1;

        private final Map<Class<?>, Long> bits = new HashMap<>();
        private final long roleChanged = bit(Effect.RoleChanged.class);
        private RunObserver[] watchers = new RunObserver[0];
        private long[] mattering = new long[0];

        private long bit(Class<?> kind) {
            Long known = bits.get(kind);
            if (known != null) {
                return known;
            }
            if (bits.size() + 1 == Long.SIZE) {
                throw new IllegalStateException("more kinds of events and effects matter than a long has bits");
            }
            long bit = EVERY_STEP << (bits.size() + 1);
            bits.put(kind, bit);
            return bit;
        }

        void consider(RunObserver watcher, Set<String> overridden) {
            long bitsOfWatcher = overridden.contains("changedRole") ? roleChanged : 0;
            if (overridden.contains("stepped")) {
                Set<Class<?>> kinds = watcher.mattering();
                bitsOfWatcher |= kinds.isEmpty() ? EVERY_STEP : 0;
                for (Class<?> kind : kinds) {
                    bitsOfWatcher |= bit(kind);
                }
            }
            if (bitsOfWatcher != 0) {
                watchers = Arrays.copyOf(watchers, watchers.length + 1);
                mattering = Arrays.copyOf(mattering, watchers.length);
                watchers[watchers.length - 1] = watcher;
                mattering[watchers.length - 1] = bitsOfWatcher;
            }
        }

        /** Each watcher is told all of the step before the next one is, so that the first violation is the first in their order. */
        void tell(SimulatedMember member, Event event, List<Effect> effects) {
            long step = EVERY_STEP | bits.getOrDefault(event.getClass(), 0L);
            for (Effect effect : effects) {
                step |= bits.getOrDefault(effect.getClass(), 0L);
            }
            for (int i = 0; i < watchers.length; i++) {
                if ((mattering[i] & step) != 0) {
                    watchers[i].stepped(member, event, effects);
                    if ((step & roleChanged) != 0) {
                        tellChange(watchers[i], member, effects);
                    }
                }
            }
        }

        private static void tellChange(RunObserver watcher, SimulatedMember member, List<Effect> effects) {
            for (Effect effect : effects) {
                if (effect instanceof Effect.RoleChanged changed) {
                    watcher.changedRole(member, changed);
                    return;
                }
            }
        }
    }

    private static final RunObserver[] NOBODY = new RunObserver[0];

    private final List<Interested> all = new ArrayList<>();
    private final Interested sent = new Interested("sent");
    private final Interested lost = new Interested("lost");
    private final Interested delivered = new Interested("delivered");
    private final Interested damaged = new Interested("damaged");
    private final Interested told = new Interested("told");
    private final Interested opened = new Interested("opened");
    private final OfSteps steps = new OfSteps();
    private final Interested settled = new Interested("settled");
    private final Interested applied = new Interested("applied");
    private final Interested restored = new Interested("restored");
    private final Interested crashed = new Interested("crashed");
    private final Interested stopped = new Interested("stopped");
    private final Interested written = new Interested("written");
    private final Interested synced = new Interested("synced");
    private final Interested rotted = new Interested("rotted");
    private final Interested asked = new Interested("asked");
    private final Interested answered = new Interested("answered");
    private final Interested proposed = new Interested("proposed");
    private final Interested failed = new Interested("failed");
    private final Interested captured = new Interested("captured");
    private final Interested disowned = new Interested("disowned");
    private final Interested detected = new Interested("detected");
    private final Interested changed = new Interested("changed");
    private final Interested promoting = new Interested("promoting");
    private final Interested mended = new Interested("mended");
    private final Interested fault = new Interested("fault");
    private Optional<InvariantViolation> violation = Optional.empty();

    /** Has another one watch, after those before. */
    public void add(RunObserver watcher) {
        Set<String> overridden = new HashSet<>();
        for (Method method : watcher.getClass().getMethods()) {
            if (method.getDeclaringClass() != RunObserver.class) {
                overridden.add(method.getName());
            }
        }
        all.forEach(interested -> interested.consider(watcher, overridden));
        steps.consider(watcher, overridden);
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

    @Override
    public void sent(MemberId from, MemberId to, PeerFrame frame) {
        try {
            for (RunObserver watcher : sent.toTell()) {
                watcher.sent(from, to, frame);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void lost(MemberId from, MemberId to, PeerFrame frame) {
        try {
            for (RunObserver watcher : lost.toTell()) {
                watcher.lost(from, to, frame);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void delivered(MemberId from, MemberId to, PeerFrame frame) {
        try {
            for (RunObserver watcher : delivered.toTell()) {
                watcher.delivered(from, to, frame);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void damaged(MemberId from, MemberId to) {
        try {
            for (RunObserver watcher : damaged.toTell()) {
                watcher.damaged(from, to);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void told(ClientNews news) {
        try {
            for (RunObserver watcher : told.toTell()) {
                watcher.told(news);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void opened(SimulatedMember member) {
        try {
            for (RunObserver watcher : opened.toTell()) {
                watcher.opened(member);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void stepped(SimulatedMember member, Event event, List<Effect> effects) {
        try {
            if (violation.isEmpty()) {
                steps.tell(member, event, effects);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void changedRole(SimulatedMember member, Effect.RoleChanged changed) {
        throw new UnsupportedOperationException("it is told with the step");
    }

    @Override
    public void settled(SimulatedMember member) {
        try {
            for (RunObserver watcher : settled.toTell()) {
                watcher.settled(member);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void applied(
            SimulatedMember member, List<StateMachine.Command> commands, List<Result> results, long lastIndex) {
        try {
            for (RunObserver watcher : applied.toTell()) {
                watcher.applied(member, commands, results, lastIndex);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void restored(SimulatedMember member, long index) {
        try {
            for (RunObserver watcher : restored.toTell()) {
                watcher.restored(member, index);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void crashed(SimulatedMember member, CrashKind kind) {
        try {
            for (RunObserver watcher : crashed.toTell()) {
                watcher.crashed(member, kind);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void stopped(SimulatedMember member, Throwable cause) {
        try {
            for (RunObserver watcher : stopped.toTell()) {
                watcher.stopped(member, cause);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void written(MemberId member, Object file, long position, byte[] bytes) {
        try {
            for (RunObserver watcher : written.toTell()) {
                watcher.written(member, file, position, bytes);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void synced(MemberId member, Object file, boolean succeeded) {
        try {
            for (RunObserver watcher : synced.toTell()) {
                watcher.synced(member, file, succeeded);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void rotted(MemberId member, Damage damage) {
        try {
            for (RunObserver watcher : rotted.toTell()) {
                watcher.rotted(member, damage);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void asked(int client) {
        try {
            for (RunObserver watcher : asked.toTell()) {
                watcher.asked(client);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void answered(int client, Result result) {
        try {
            for (RunObserver watcher : answered.toTell()) {
                watcher.answered(client, result);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void proposed(SimulatedMember member, ByteBuffer command) {
        try {
            for (RunObserver watcher : proposed.toTell()) {
                watcher.proposed(member, command);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void failed(SimulatedMember member, ByteBuffer command) {
        try {
            for (RunObserver watcher : failed.toTell()) {
                watcher.failed(member, command);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void captured(SimulatedMember member, long index) {
        try {
            for (RunObserver watcher : captured.toTell()) {
                watcher.captured(member, index);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void detected(SimulatedMember member, Detection detection) {
        try {
            for (RunObserver watcher : detected.toTell()) {
                watcher.detected(member, detection);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void disowned(SimulatedMember member) {
        try {
            for (RunObserver watcher : disowned.toTell()) {
                watcher.disowned(member);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void changed(SimulatedMember leader, Optional<Configuration> base, Configuration target) {
        try {
            for (RunObserver watcher : changed.toTell()) {
                watcher.changed(leader, base, target);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void promoting(MemberId learner, long upTo) {
        try {
            for (RunObserver watcher : promoting.toTell()) {
                watcher.promoting(learner, upTo);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void mended() {
        try {
            for (RunObserver watcher : mended.toTell()) {
                watcher.mended();
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }

    @Override
    public void fault(String description) {
        try {
            for (RunObserver watcher : fault.toTell()) {
                watcher.fault(description);
            }
        } catch (InvariantViolation found) {
            report(found);
        }
    }
}
