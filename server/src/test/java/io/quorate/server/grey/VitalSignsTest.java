package io.quorate.server.grey;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.LinkQuality;
import io.quorate.engine.transport.LinkQuality.RoundTrips;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a member measures of itself, in virtual time. */
class VitalSignsTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final MemberId SELF = new MemberId(1);
    private static final Configuration FIVE =
            Configuration.of(Set.of(SELF, new MemberId(2), new MemberId(3), new MemberId(4), new MemberId(5)));

    private long now = -7;
    private long commitIndex;
    private long appliedIndex;
    private long pendingMillis;
    private final List<LinkQuality> links = new ArrayList<>();
    private final VitalSigns signs = new VitalSigns(TIMEOUT, () -> now);

    /** Time passes; nobody is told of it. */
    private void pass(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    private void beats(int count) {
        for (int i = 0; i < count; i++) {
            pass(signs.beatInterval().toMillis());
            signs.beat(commitIndex, appliedIndex);
        }
    }

    private void syncs(int count, long millis) {
        for (int i = 0; i < count; i++) {
            signs.synced(TimeUnit.MILLISECONDS.toNanos(millis));
        }
    }

    private OptionalLong millis(Part part) {
        return signs.score(pendingMillis, SELF, FIVE, links).readings().stream()
                .filter(reading -> reading.part() == part)
                .mapToLong(reading -> TimeUnit.MICROSECONDS.toMillis(reading.micros()))
                .findFirst();
    }

    private void link(long member, boolean connected, long millis) {
        long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
        links.add(new LinkQuality(
                new MemberId(member), connected, Optional.of(new RoundTrips(60, nanos, nanos, nanos)), 60, 0, 0));
    }

    @Test
    void ofFewSyncsNothingIsSaid() {
        syncs(9, 80);
        assertThat(millis(Part.SYNC)).isEmpty();
        syncs(1, 80);
        assertThat(millis(Part.SYNC).orElseThrow()).isBetween(80L, 85L);
    }

    /** Of less than a hundred the slowest would be the 99th percentile. */
    @Test
    void oneSlowSyncOfFewSaysNothing() {
        syncs(19, 1);
        syncs(1, 200);
        assertThat(millis(Part.SYNC).orElseThrow()).isBetween(0L, 2L);
        syncs(30, 80);
        assertThat(millis(Part.SYNC).orElseThrow()).isBetween(80L, 85L);
    }

    @Test
    void aFewSlowSyncsOfManyAreTheDisksAndOneIsNot() {
        syncs(199, 1);
        syncs(1, 200);
        assertThat(millis(Part.SYNC).orElseThrow()).isLessThan(3);
        syncs(4, 200);
        assertThat(millis(Part.SYNC).orElseThrow()).isGreaterThanOrEqualTo(200);
    }

    @Test
    void slowSyncsAreForgottenBeforeTheyCountAsLasting() {
        syncs(100, 200);
        pass(TIMEOUT.toMillis() * VitalSigns.WINDOW_TIMEOUTS);
        assertThat(millis(Part.SYNC)).isEmpty();
        assertThat(VitalSigns.WINDOW_TIMEOUTS).isLessThan(Endurance.LOOKS);
    }

    @Test
    void aSyncThatDoesNotEndCountsWhileItLasts() {
        pendingMillis = 400;
        assertThat(millis(Part.SYNC)).hasValue(400);
        syncs(100, 1);
        assertThat(millis(Part.SYNC)).hasValue(400);
        pendingMillis = 0;
        assertThat(millis(Part.SYNC).orElseThrow()).isLessThan(3);
    }

    @Test
    void aPauseIsNoticedByItsEndAndForgottenAfterTheWindow() {
        beats(20);
        assertThat(millis(Part.PAUSE)).hasValue(0);
        pass(300);
        beats(1);
        assertThat(millis(Part.PAUSE)).hasValue(300);
        pass(100);
        beats(1);
        assertThat(millis(Part.PAUSE)).as("a shorter one hides no longer one").hasValue(300);
        beats(20 * VitalSigns.WINDOW_TIMEOUTS - 2);
        assertThat(millis(Part.PAUSE)).as("the longer one is forgotten first").hasValue(100);
        beats(3);
        assertThat(millis(Part.PAUSE)).hasValue(0);
    }

    @Test
    void whatIsCommittedWaitsUntilItIsApplied() {
        beats(5);
        commitIndex = 10;
        beats(1);
        commitIndex = 20;
        beats(4);
        assertThat(millis(Part.APPLY)).hasValue(200);
        appliedIndex = 10;
        beats(1);
        assertThat(millis(Part.APPLY))
                .as("what came later waits for a shorter time")
                .hasValue(200);
        appliedIndex = 20;
        beats(1);
        assertThat(millis(Part.APPLY)).hasValue(0);
    }

    @Test
    void aMemberThatAppliesAsFastAsItCommitsNeverLags() {
        for (int i = 0; i < 5_000; i++) {
            commitIndex += 3;
            appliedIndex = commitIndex - 1;
            beats(1);
            assertThat(millis(Part.APPLY).orElseThrow()).isLessThanOrEqualTo(50);
        }
    }

    /** Of five, two others are needed: the third and fourth may be as far as they like. */
    @Test
    void theNetworkIsAsGoodAsAMajorityIsNear() {
        link(2, true, 300);
        assertThat(millis(Part.NETWORK)).as("one is no majority").isEmpty();
        link(3, true, 5);
        link(4, false, 1);
        link(9, true, 1);
        assertThat(millis(Part.NETWORK))
                .as("who is cut off, or no voter, does not count")
                .hasValue(300);
        link(5, true, 7);
        assertThat(millis(Part.NETWORK)).hasValue(7);
    }
}
