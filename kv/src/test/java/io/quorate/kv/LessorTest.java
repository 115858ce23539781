package io.quorate.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.Lessor.Due;
import io.quorate.kv.Lessor.Renewal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;

/** When leases run out by the leader's clock, what is left of them, and what a clock that leaps does to them. */
class LessorTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long TICK = SECOND / 10;
    private static final LeaseOptions OPTIONS =
            new LeaseOptions(0, Duration.ofSeconds(10), 1000, Duration.ofSeconds(2));

    /** What the member's clock shows. */
    private long clock = -7 * SECOND;

    private static Lease lease(long id, long ttl) {
        return new Lease(id, ttl, ttl, 100 + id);
    }

    private Lessor lessor(LeaseOptions options, Lease... leases) {
        return new Lessor(options, 3, List.of(leases), clock);
    }

    /** Lets time pass in ticks; answers what became due on the way. */
    private Due pass(Lessor lessor, double seconds) {
        List<LeaseExpiry> expiries = new ArrayList<>();
        List<LeaseCheckpoint> checkpoints = new ArrayList<>();
        for (long left = (long) (seconds * SECOND); left > 0; left -= TICK) {
            clock += Math.min(left, TICK);
            Due due = lessor.tick(clock);
            expiries.addAll(due.expiries());
            due.checkpoint().ifPresent(checkpoints::add);
        }
        return new Due(expiries, checkpoints.stream().reduce((first, last) -> last));
    }

    @Test
    void aLeaseExpiresWhenItsTimeIsOverAndNotBefore() {
        Lessor lessor = lessor(OPTIONS, lease(1, 5));
        assertThat(pass(lessor, 4.9).expiries()).isEmpty();
        assertThat(pass(lessor, 0.1).expiries()).containsExactly(new LeaseExpiry(1, 101, 3));
    }

    @Test
    void aRenewalGivesItItsWholeTimeFromThatMomentOn() {
        Lessor lessor = lessor(OPTIONS, lease(1, 5));
        pass(lessor, 4.9);
        clock += SECOND / 20;
        assertThat(lessor.renew(1, clock)).isInstanceOf(Renewal.Renewed.class);
        assertThat(pass(lessor, 4.9).expiries()).isEmpty();
        assertThat(pass(lessor, 0.2).expiries()).hasSize(1);
        assertThat(lessor.renew(2, clock)).isInstanceOf(Renewal.Unknown.class);
    }

    @Test
    void whatExpiresCannotBeRenewedAndIsProposedUntilItIsApplied() {
        Lessor lessor = lessor(OPTIONS, lease(1, 5));
        assertThat(pass(lessor, 5).expiries()).hasSize(1);
        assertThat(lessor.renew(1, clock)).isEqualTo(new Renewal.Expiring(lease(1, 5)));
        assertThat(pass(lessor, 1.9).expiries()).isEmpty();
        assertThat(pass(lessor, 0.2).expiries()).hasSize(1);
        lessor.applied(new Result.LeaseRevokeResult(9, lease(1, 5)), clock);
        assertThat(pass(lessor, 10).expiries()).isEmpty();
        assertThat(lessor.size()).isZero();
        assertThat(lessor.renew(1, clock)).isInstanceOf(Renewal.Unknown.class);
    }

    @Test
    void aLeaseThatWasGrantedAnewIsAnother() {
        Lessor lessor = lessor(OPTIONS, lease(1, 5));
        pass(lessor, 4);
        Lease again = new Lease(1, 5, 5, 500);
        lessor.applied(new Result.LeaseGrantResult(1, again), clock);
        lessor.applied(new Result.LeaseRevokeResult(1, lease(1, 5)), clock);
        lessor.applied(new Result.LeaseGrantResult(1, again), clock);
        assertThat(pass(lessor, 4.9).expiries()).isEmpty();
        assertThat(pass(lessor, 0.1).expiries()).containsExactly(new LeaseExpiry(1, 500, 3));
    }

    @Test
    void cornerCase29_aNewLeaderGivesWhatIsLeftAndNotTheWholeTimeAnew() {
        Lessor lessor = lessor(OPTIONS, new Lease(1, 60, 7, 101));
        assertThat(pass(lessor, 6.9).expiries()).isEmpty();
        assertThat(pass(lessor, 0.1).expiries()).hasSize(1);
    }

    @Test
    void whatIsLeftIsReplicatedFromTimeToTimeRoundedUp() {
        Lessor lessor = lessor(OPTIONS, lease(1, 60), lease(2, 9));
        LeaseCheckpoint first = pass(lessor, 10.2).checkpoint().orElseThrow();
        assertThat(first.leases()).containsExactly(new LeaseCheckpoint.Remaining(1, 101, 50));
        clock += SECOND / 4;
        lessor.tick(clock);
        LeaseCheckpoint second = pass(lessor, 10).checkpoint().orElseThrow();
        assertThat(second.leases()).containsExactly(new LeaseCheckpoint.Remaining(1, 101, 40));
        assertThat(second.sequence()).isGreaterThan(first.sequence());
    }

    @Test
    void aRenewalOfACheckpointedLeaseWaitsUntilItsWholeTimeIsReplicated() {
        Lessor lessor = lessor(OPTIONS, lease(1, 60));
        LeaseCheckpoint checkpoint = pass(lessor, 10).checkpoint().orElseThrow();
        LeaseCheckpoint first = first(lessor.renew(1, clock));
        assertThat(first)
                .isEqualTo(new LeaseCheckpoint(
                        3, checkpoint.sequence() + 1, List.of(new LeaseCheckpoint.Remaining(1, 101, 60))));
        LeaseCheckpoint again = first(lessor.renew(1, clock));
        lessor.restored(first);
        assertThat(((Renewal.Renewed) lessor.renew(1, clock)).first())
                .as("the second is not known to be applied")
                .isPresent();
        lessor.restored(again);
        lessor.restored(first(lessor.renew(1, clock)));
        assertThat(((Renewal.Renewed) lessor.renew(1, clock)).first()).isEmpty();
    }

    @Test
    void whatWasRestoredBeforeALaterCheckpointTellsNothing() {
        Lessor lessor = lessor(OPTIONS, lease(1, 60));
        pass(lessor, 10);
        LeaseCheckpoint slow = first(lessor.renew(1, clock));
        assertThat(pass(lessor, 10).checkpoint()).isPresent();
        lessor.restored(slow);
        assertThat(((Renewal.Renewed) lessor.renew(1, clock)).first()).isPresent();
    }

    private static LeaseCheckpoint first(Renewal renewal) {
        return ((Renewal.Renewed) renewal).first().orElseThrow();
    }

    @Test
    void cornerCase28_aClockThatLeapsAndAPauseEndNoLeaseEarly() {
        Lessor lessor = lessor(OPTIONS, lease(1, 5));
        pass(lessor, 1);
        clock += 3600 * SECOND;
        assertThat(lessor.tick(clock).expiries()).isEmpty();
        assertThat(lessor.renew(1, clock)).isInstanceOf(Renewal.Renewed.class);
        clock -= 7200 * SECOND;
        assertThat(lessor.tick(clock).expiries()).isEmpty();
        assertThat(pass(lessor, 4.9).expiries()).isEmpty();
        assertThat(pass(lessor, 0.2).expiries()).hasSize(1);
    }

    @Test
    void aDeclaredDriftMakesLeasesLastLongerByAsMuch() {
        LeaseOptions options = new LeaseOptions(0.1, Duration.ofSeconds(6), 1000, Duration.ofSeconds(2));
        Lessor lessor = lessor(options, lease(1, 10));
        assertThat(pass(lessor, 6).checkpoint().orElseThrow().leases())
                .as("5 seconds of a clock that is a tenth too fast are left, and a bit: no less is promised again")
                .containsExactly(new LeaseCheckpoint.Remaining(1, 101, 5));
        assertThat(pass(lessor, 4.9).expiries()).isEmpty();
        assertThat(pass(lessor, 0.2).expiries()).hasSize(1);
    }

    @Test
    void manyThatEndTogetherAreEndedAFewAtATick() {
        LeaseOptions few = new LeaseOptions(0, Duration.ofSeconds(10), 3, Duration.ofSeconds(2));
        Lessor lessor = lessor(few, lease(1, 1), lease(2, 1), lease(3, 1), lease(4, 1), lease(5, 1));
        assertThat(pass(lessor, 1).expiries()).hasSize(3);
        assertThat(pass(lessor, 0.1).expiries()).hasSize(2);
    }

    @Test
    void theLongestTimeDoesNotOverflow() {
        Lessor lessor = lessor(
                new LeaseOptions(0.5, Duration.ofSeconds(10), 1000, Duration.ofSeconds(2)),
                lease(1, LeaseGrant.MAX_TTL_SECONDS));
        assertThat(pass(lessor, 5).expiries()).isEmpty();
        assertThat(lessor.remaining(1, clock).orElseThrow().toSeconds()).isGreaterThan(LeaseGrant.MAX_TTL_SECONDS / 2);
    }

    @Test
    void manyLeasesExpireEachAtItsTime() {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(5);
        Lessor lessor = lessor(new LeaseOptions(0, Duration.ofHours(1), 100_000, Duration.ofHours(1)));
        Map<Long, Long> deadlines = new HashMap<>();
        Map<Long, Lease> leases = new HashMap<>();
        long begin = clock;
        for (int round = 0; round < 3000; round++) {
            clock += TICK;
            Set<Long> expected = new HashSet<>();
            deadlines.forEach((id, deadline) -> {
                if (deadline <= clock) {
                    expected.add(id);
                }
            });
            Set<Long> expired = new HashSet<>();
            lessor.tick(clock).expiries().forEach(expiry -> expired.add(expiry.id()));
            assertThat(expired).as("at %d", clock - begin).isEqualTo(expected);
            expired.forEach(id -> end(lessor, leases, deadlines, id));
            for (int i = 0; i < 10; i++) {
                long id = random.nextInt(500);
                if (!leases.containsKey(id)) {
                    leases.put(id, new Lease(id, 1 + random.nextInt(60), 60, round));
                    lessor.applied(new Result.LeaseGrantResult(1, leases.get(id).withRemaining(60)), clock);
                    deadlines.put(id, clock + leases.get(id).ttlSeconds() * SECOND);
                } else if (random.nextInt(20) == 0) {
                    end(lessor, leases, deadlines, id);
                } else {
                    lessor.renew(id, clock);
                    deadlines.put(id, clock + leases.get(id).ttlSeconds() * SECOND);
                }
            }
            assertThat(lessor.size()).isEqualTo(leases.size());
        }
    }

    private void end(Lessor lessor, Map<Long, Lease> leases, Map<Long, Long> deadlines, long id) {
        lessor.applied(new Result.LeaseRevokeResult(1, Objects.requireNonNull(leases.remove(id))), clock);
        deadlines.remove(id);
    }
}
