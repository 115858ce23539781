package io.quorate.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.AuthState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What is held open is judged once after each change, and no more once it is over. */
class AccessChangesTest {

    private final AtomicReference<AuthState> present = new AtomicReference<>(state(true, 5));
    private final AccessChanges changes = new AccessChanges(present::get);
    private final AtomicInteger judged = new AtomicInteger();

    private static AuthState state(boolean enabled, long revision) {
        return AuthState.of(enabled, revision, Map.of(), Map.of());
    }

    private int lookAt(AuthState state) {
        present.set(state);
        changes.look();
        return judged.getAndSet(0);
    }

    @Test
    void eachChangeIsFollowedByOneJudgement() {
        AccessChanges.Held held = changes.hold(judged::incrementAndGet);
        assertThat(lookAt(state(true, 5))).isZero();
        assertThat(lookAt(state(true, 7))).isEqualTo(1);
        assertThat(lookAt(state(true, 7))).isZero();
        // A state that was replaced may be of any revision.
        assertThat(lookAt(state(true, 3))).isEqualTo(1);
        // Enabling and disabling may leave the revision as it is.
        assertThat(lookAt(state(false, 3))).isEqualTo(1);
        assertThat(lookAt(state(true, 3))).isEqualTo(1);
        held.close();
        assertThat(lookAt(state(true, 9))).isZero();
        assertThat(changes.size()).isZero();
    }

    @Test
    void oneThatCannotBeJudgedKeepsNoOtherFromIt() {
        Runnable broken = () -> {
            throw new IllegalStateException("a judge that breaks down");
        };
        // In whatever order they come: one of these stands before another one's judge.
        changes.hold(broken);
        changes.hold(judged::incrementAndGet);
        changes.hold(broken);
        changes.hold(judged::incrementAndGet);
        assertThat(lookAt(state(true, 6))).isEqualTo(2);
    }

    @Test
    void eachHoldingIsOneOfItsOwn() {
        Runnable judge = judged::incrementAndGet;
        AccessChanges.Held one = changes.hold(judge);
        changes.hold(judge);
        assertThat(lookAt(state(true, 6))).isEqualTo(2);
        one.close();
        one.close();
        assertThat(lookAt(state(true, 7))).isEqualTo(1);
    }

    /** Whenever it changes: the time is nobody's but this test's. */
    @Test
    void whatIsHeldOpenIsJudgedWithinTheBoundAfterAChange() {
        VirtualRepetition time = new VirtualRepetition();
        changes.follow(time);
        List<Duration> late = new ArrayList<>();
        AtomicReference<Duration> changed = new AtomicReference<>(Duration.ZERO);
        changes.hold(() -> late.add(time.now.minus(changed.get())));
        long revision = 5;
        for (Duration at = Duration.ofMillis(1); at.toSeconds() < 60; at = at.plusMillis(1_637)) {
            time.advanceTo(at);
            changed.set(at);
            present.set(state(true, ++revision));
            time.advanceTo(at.plus(AccessChanges.BOUND));
            assertThat(late).as("after %s", at).hasSize((int) (revision - 5));
        }
        assertThat(late).hasSizeGreaterThan(30).allMatch(each -> each.compareTo(AccessChanges.BOUND) < 0);
        assertThat(AccessChanges.BOUND).as("docs/security.md").isEqualTo(Duration.ofSeconds(1));
    }

    /** Does one thing again and again in virtual time, as a timer does that waits between two times. */
    private static final class VirtualRepetition implements Clients.Repetition {

        private Duration now = Duration.ZERO;
        private Duration next = Duration.ZERO;
        private Duration interval = Duration.ZERO;
        private Runnable task = () -> {};

        @Override
        public void each(Duration every, Runnable repeated) {
            interval = every;
            task = repeated;
            next = now.plus(every);
        }

        private void advanceTo(Duration time) {
            while (next.compareTo(time) <= 0) {
                now = next;
                task.run();
                next = now.plus(interval);
            }
            now = time;
        }
    }
}
