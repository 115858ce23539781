package io.quorate.server.autopilot;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.CoreStatus;
import io.quorate.server.autopilot.Picture.Condition;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** For how long a member has been as it is, as one leader sees it. */
class SteadinessTest {

    private static final Duration LOOK = Duration.ofSeconds(1);

    private final Sightings cluster = Sightings.of(3, 1);
    private final Steadiness steadiness = new Steadiness(Duration.ofSeconds(4));
    private long nowNanos = 7;

    private Picture after(Duration time) {
        nowNanos += time.toNanos();
        return steadiness.look(nowNanos, cluster.get());
    }

    private Picture afterLooks(int looks) {
        for (int i = 1; i < looks; i++) {
            after(LOOK);
        }
        return after(LOOK);
    }

    private static void assertIs(Picture picture, String name, Condition condition, long seconds) {
        Picture.Member member = picture.named(name).orElseThrow();
        assertThat(member.condition()).as(name).isEqualTo(condition);
        assertThat(member.since()).as(name).isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void spellsGrowUntilTheyEnd() {
        assertIs(after(LOOK), "d", Condition.STEADY, 0);
        assertIs(afterLooks(5), "d", Condition.STEADY, 5);
        cluster.silent.add(2);
        assertIs(after(LOOK), "b", Condition.SILENT, 0);
        assertIs(afterLooks(3), "b", Condition.SILENT, 3);
        cluster.silent.clear();
        Picture heardAgain = after(LOOK);
        assertIs(heardAgain, "b", Condition.STEADY, 0);
        assertIs(heardAgain, "d", Condition.STEADY, 10);
        assertIs(heardAgain, "a", Condition.STEADY, 10);
    }

    /** Under load nobody ever has all that is committed at the moment; who has what was committed a look ago keeps up. */
    @Test
    void whoHasWhatWasCommittedALookBeforeKeepsUp() {
        after(LOOK);
        for (int i = 1; i <= 5; i++) {
            cluster.commitIndex += 1_000;
            cluster.reaches(4, cluster.commitIndex - 1_000);
            assertIs(after(LOOK), "d", Condition.STEADY, i);
        }
        cluster.commitIndex += 1_000;
        cluster.reaches(4, cluster.commitIndex - 1_001);
        assertIs(after(LOOK), "d", Condition.BEHIND, 0);
    }

    @Test
    void whoGetsASnapshotIsBehind() {
        cluster.isSent(4, CoreStatus.FollowerStatus.SNAPSHOT);
        assertIs(after(LOOK), "d", Condition.BEHIND, 0);
    }

    /** The new leader has heard nobody before, and what the last one did not hear may have been that one's own link. */
    @Test
    void withANewTermAllBeginsAnew() {
        cluster.silent.add(2);
        afterLooks(9);
        cluster.term++;
        Picture anew = after(LOOK);
        assertIs(anew, "b", Condition.SILENT, 0);
        assertIs(anew, "d", Condition.STEADY, 0);
    }

    /** Who stood still would take its own pause for the others' silence. */
    @Test
    void whereLooksAreTooFarApartAllBeginsAnew() {
        cluster.silent.add(2);
        assertIs(afterLooks(9), "b", Condition.SILENT, 8);
        assertIs(after(Duration.ofSeconds(4)), "b", Condition.SILENT, 12);
        assertIs(after(Duration.ofMillis(4_001)), "b", Condition.SILENT, 0);
    }

    @Test
    void whoIsForgottenBeginsAnew() {
        afterLooks(9);
        steadiness.forget();
        assertIs(after(LOOK), "d", Condition.STEADY, 0);
    }
}
