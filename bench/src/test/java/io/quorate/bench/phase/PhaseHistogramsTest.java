package io.quorate.bench.phase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quorate.bench.metrics.DurationHistogram;
import io.quorate.bench.metrics.MetricsText;
import io.quorate.bench.phase.PhaseHistograms.Phase;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PhaseHistogramsTest {

    private static final URI ONE = URI.create("http://one:2379");
    private static final URI TWO = URI.create("http://two:2379");

    private static PhaseHistograms leader(int writes) {
        return PhaseHistograms.parse(Pages.ofLeader(writes)).orElseThrow();
    }

    private static Phase phase(PhaseHistograms histograms, String name) {
        return histograms.phase(name).orElseThrow();
    }

    @Test
    void phasesAreToldInTheOrderOfTheWay() {
        assertThat(leader(100).rows())
                .extracting(Phase::name)
                .containsExactly("queue", "commit", "sync", "replicate", "apply", "answer");
    }

    @Test
    void theShareOfAPhaseIsOfTheTimeThatAllWritesTook() {
        List<Phase> rows = leader(100).rows();
        assertThat(phase(leader(100), "commit").share()).isCloseTo(0.75, within(1e-9));
        assertThat(rows.stream()
                        .filter(row -> !row.isWithinCommit())
                        .mapToDouble(Phase::share)
                        .sum())
                .isCloseTo(1, within(1e-9));
        assertThat(phase(leader(100), "commit").meanMicros()).isCloseTo(3750, within(1e-6));
        assertThat(phase(leader(100), "commit").p50Micros()).isCloseTo(3000, within(1e-6));
    }

    @Test
    void whatIsMeasuredLiesBetweenTwoLooks() {
        PhaseHistograms between = leader(100).since(leader(40)).orElseThrow();
        assertThat(between.writes()).isEqualTo(60);
        assertThat(phase(between, "sync").count()).isEqualTo(60);
        assertThat(phase(between, "commit").share()).isCloseTo(0.75, within(1e-6));
    }

    @Test
    void aMemberThatWasStartedAgainTellsNothingOfTheTimeBetween() {
        assertThat(leader(10).since(leader(40))).isEmpty();
    }

    @Test
    void aPageThatKnowsNoPhasesIsNoneOfOurs() {
        assertThat(PhaseHistograms.parse("""
                # TYPE etcd_disk_wal_fsync_duration_seconds histogram
                etcd_disk_wal_fsync_duration_seconds_bucket{le="+Inf"} 5
                etcd_disk_wal_fsync_duration_seconds_sum 0.1
                etcd_disk_wal_fsync_duration_seconds_count 5
                """)).isEmpty();
        assertThat(PhaseHistograms.parse("<html>404</html>")).isEmpty();
    }

    @Test
    void whereThereWasNoWriteThereIsNoRow() {
        assertThat(leader(0).rows()).isEmpty();
        assertThat(leader(8).since(leader(8)).orElseThrow().rows()).isEmpty();
    }

    @Test
    void allMembersCountTogetherOrNone() {
        var before = new PhasePages.Sample(Map.of(ONE, leader(10), TWO, leader(20)), Map.of(), Map.of());
        var after = new PhasePages.Sample(Map.of(ONE, leader(30), TWO, leader(60)), Map.of(), Map.of());
        assertThat(after.since(before).phases().orElseThrow().writes()).isEqualTo(60);
        assertWhy(
                new PhasePages.Sample(Map.of(ONE, leader(30)), Map.of(), Map.of()).since(before),
                TWO.getAuthority() + " did not tell at /metrics");
        assertWhy(
                new PhasePages.Sample(Map.of(ONE, leader(30), TWO, leader(2)), Map.of(), Map.of()).since(before),
                TWO.getAuthority() + " was started again meanwhile");
        var nothing = new PhasePages.Sample(Map.of(), Map.of(), Map.of());
        assertWhy(nothing.since(nothing), "nobody told at /metrics");
    }

    private static void assertWhy(PhasePages.Added added, String begin) {
        assertThat(added)
                .isInstanceOfSatisfying(
                        PhasePages.Added.Unknown.class,
                        unknown -> assertThat(unknown.why()).startsWith(begin));
    }

    @Test
    void membersOfReleasesWithDifferentClassesAreNotAdded() {
        DurationHistogram others =
                new DurationHistogram(new TreeMap<>(Map.of(0.5, 1.0, Double.POSITIVE_INFINITY, 1.0)), 0.1);
        PhaseHistograms older = new PhaseHistograms(Map.of("commit", others), others);
        var before = new PhasePages.Sample(
                Map.of(ONE, leader(0), TWO, new PhaseHistograms(Map.of(), others)), Map.of(), Map.of());
        var after = new PhasePages.Sample(Map.of(ONE, leader(30), TWO, older), Map.of(), Map.of());

        assertWhy(
                after.since(before),
                "what " + TWO.getAuthority()
                        + " told cannot be added to what the others did, being of another release");
        assertThat(leader(30).plus(older)).isEmpty();
    }

    @Test
    void seriesAreToldApartByAllTheirLabels() {
        MetricsText text = new MetricsText("""
                x_bucket{phase="a",le="+Inf"} 3
                x_bucket{le="+Inf",phase="b, \\"c\\""} 4 1700000000
                x_sum{phase="a"} 1.5e-3
                x_sum{phase="b, \\"c\\""} NaN
                y 7
                """);
        assertThat(text.histogram("x", Map.of("phase", "a")).count()).isEqualTo(3);
        assertThat(text.histogram("x", Map.of("phase", "b, \\\"c\\\""))).isEqualTo(DurationHistogram.EMPTY);
        assertThat(text.histogram("x", Map.of())).isEqualTo(DurationHistogram.EMPTY);
        assertThat(text.value("y", Map.of())).hasValue(7);
        assertThat(text.value("z", Map.of())).isEmpty();
    }
}
