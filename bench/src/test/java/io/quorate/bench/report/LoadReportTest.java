package io.quorate.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.quorate.bench.cost.Costs;
import io.quorate.bench.load.Failure;
import io.quorate.bench.load.LoadPlan;
import io.quorate.bench.load.Repetition;
import io.quorate.bench.load.Second;
import io.quorate.bench.load.Tally;
import io.quorate.bench.load.Target;
import io.quorate.bench.load.Workload;
import io.quorate.bench.metrics.DurationHistogram;
import io.quorate.bench.phase.PhaseHistograms;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class LoadReportTest {

    private static final Failure HOSTILE =
            new Failure(Failure.Outcome.REFUSED, "etcdserver: </script><script>alert(1)</script>");

    private static final LoadPlan PLAN = new LoadPlan(
            Workload.MIXED,
            4,
            2,
            new LoadPlan.Pace(Duration.ofSeconds(1), Duration.ZERO, 3, Optional.empty()),
            new LoadPlan.Data(100, 32, 64),
            0.5,
            1,
            Duration.ofSeconds(5),
            false);

    private static Tally tally(String name, long completed, long latencyMillis, Map<Failure, Long> failures) {
        Histogram latencies = new Histogram(3);
        latencies.recordValueWithCount(latencyMillis * 1_000_000, completed);
        return new Tally(name, false, completed, 1, latencies, failures);
    }

    private static Repetition repetition(int number, long completed, OptionalDouble cpuMicros) {
        return new Repetition(
                number,
                List.of(tally("read", completed, 1, Map.of()), tally("update", completed, 3, Map.of(HOSTILE, (long)
                        number))),
                List.of(new Second(1, 2 * completed, OptionalDouble.of(1000), OptionalDouble.of(3000), number)),
                new Costs(cpuMicros, OptionalDouble.of(2 << 20), OptionalDouble.empty(), OptionalDouble.of(800)),
                Optional.empty());
    }

    private static TargetReport target(String name, long... completed) {
        List<Repetition> repetitions = new ArrayList<>();
        for (long ops : completed) {
            repetitions.add(repetition(repetitions.size() + 1, ops, OptionalDouble.of(1000)));
        }
        return new TargetReport(
                new Target(name, List.of(URI.create("http://127.0.0.1:2379")), Optional.empty()),
                repetitions,
                List.of("syncs are not known"));
    }

    private final LoadReport one = new LoadReport(PLAN, List.of(target("a", 100, 300, 200)));
    private final LoadReport two = new LoadReport(PLAN, List.of(target("a", 100, 300, 200), target("b", 100, 100, 50)));

    @Test
    void theTableHasMediansAndTheirSpread() {
        List<LoadTables.Rows> tables = LoadTables.of(one);

        assertThat(tables).hasSize(2);
        assertThat(tables.getFirst().heading())
                .containsExactly(
                        "TARGET",
                        "REQUESTS",
                        "OPS/S",
                        "LOWEST",
                        "HIGHEST",
                        "P50 MS",
                        "P90 MS",
                        "P99 MS",
                        "P99.9 MS",
                        "MAX MS",
                        "FAILED");
        assertThat(tables.getFirst().rows().get(0))
                .startsWith("a", "all", "400", "200", "600")
                .endsWith("6");
        assertThat(tables.getFirst().rows().get(1))
                .startsWith("a", "read", "200", "100", "300", "1.00")
                .endsWith("0");
        assertThat(tables.getFirst().rows().get(2))
                .startsWith("a", "update", "200", "100", "300", "3.00")
                .endsWith("6");
    }

    @Test
    void whatIsNotKnownIsADashAndNeverZero() {
        LoadTables.Rows costs = LoadTables.of(one).get(1);

        assertThat(costs.heading()).containsExactly("TARGET", "CPU US/OP", "RSS MIB", "FSYNCS/OP", "WRITTEN B/OP");
        assertThat(costs.rows()).containsExactly(List.of("a", "2.5", "2", "-", "2"));
        assertThat(LoadTables.notes(one)).contains("a: 6 x " + HOSTILE, "a: syncs are not known");
    }

    /** So many writes that took two milliseconds, three quarters of it in the commit. */
    private static PhaseHistograms phases(int writes) {
        return new PhaseHistograms(
                Map.of("commit", durations(writes, 0.0015), "sync", durations(writes, 0.001)),
                durations(writes, 0.002));
    }

    private static DurationHistogram durations(int count, double seconds) {
        return new DurationHistogram(
                new TreeMap<>(Map.of(seconds, (double) count, Double.POSITIVE_INFINITY, (double) count)),
                count * seconds);
    }

    private static LoadReport withPhases(List<Optional<PhaseHistograms>> phases) {
        List<Repetition> repetitions = new ArrayList<>();
        for (Optional<PhaseHistograms> some : phases) {
            Repetition repetition = repetition(repetitions.size() + 1, 100, OptionalDouble.empty());
            repetitions.add(new Repetition(
                    repetition.number(), repetition.tallies(), repetition.seconds(), repetition.costs(), some));
        }
        Target target = new Target("a", List.of(URI.create("http://127.0.0.1:2379")), Optional.empty());
        return new LoadReport(PLAN, List.of(new TargetReport(target, repetitions, List.of())));
    }

    @Test
    void thePhasesAreThoseOfTheWritesOfAllRepetitions() {
        LoadReport report = withPhases(List.of(Optional.of(phases(30)), Optional.of(phases(10))));

        assertThat(LoadTables.of(report).get(2).rows())
                .containsExactly(
                        List.of("a", "commit", "75 %", "40", "1.50", "0.75", "1.48"),
                        List.of("a", "- sync", "50 %", "40", "1.00", "0.50", "0.99"));
        JsonObject summary = JsonParser.parseString(LoadJson.summary(report)).getAsJsonObject();
        JsonObject commit = summary.getAsJsonArray("targets")
                .get(0)
                .getAsJsonObject()
                .getAsJsonArray("phases")
                .get(0)
                .getAsJsonObject();
        assertThat(commit.get("phase").getAsString()).isEqualTo("commit");
        assertThat(commit.get("share").getAsDouble()).isCloseTo(0.75, within(1e-9));
    }

    @Test
    void whereOneRepetitionDoesNotTellOfPhasesThereAreNone() {
        LoadReport report = withPhases(List.of(Optional.of(phases(30)), Optional.empty()));

        assertThat(LoadTables.of(report)).hasSize(2);
    }

    @Test
    void theRatioOfTwoIsThatOfTheirMediansAndItsSpreadThatOfPairs() {
        List<Comparison.Ratio> ratios =
                new Comparison(two.targets().getFirst(), two.targets().getLast()).ratios();

        assertThat(ratios)
                .contains(
                        new Comparison.Ratio("all", Figure.OPS_PER_SECOND, 2, 1, 4),
                        new Comparison.Ratio("update", Figure.P99, 1, 1, 1),
                        new Comparison.Ratio(Comparison.MEMBERS, Figure.CPU, 0.5, 0.25, 1));
        assertThat(LoadTables.of(two).getLast().heading().getFirst()).isEqualTo("a TO b");
        assertThat(LoadTables.of(two).getLast().rows()).contains(List.of("all", "OPS/S", "2.00", "1.00", "4.00"));
    }

    @Test
    void whatIsNotKnownOfBothOrCannotBeComparedHasNoRatio() {
        List<Comparison.Ratio> ratios =
                new Comparison(two.targets().getFirst(), two.targets().getLast()).ratios();

        assertThat(ratios)
                .extracting(Comparison.Ratio::figure)
                .contains(Figure.MEMORY)
                .doesNotContain(Figure.LOG_SYNCS, Figure.WRITTEN);
    }

    @Test
    void jsonHasALineForEachRepetitionAndOneForTheWhole() {
        JsonObject line = JsonParser.parseString(LoadJson.line(
                        PLAN, "a", two.targets().getFirst().repetitions().get(1)))
                .getAsJsonObject();
        JsonObject members = line.getAsJsonObject("members");
        JsonObject summary = JsonParser.parseString(LoadJson.summary(two)).getAsJsonObject();

        assertThat(line.get("repetition").getAsInt()).isEqualTo(2);
        assertThat(line.getAsJsonArray("requests")
                        .get(0)
                        .getAsJsonObject()
                        .get("ops_per_second")
                        .getAsDouble())
                .isEqualTo(300);
        assertThat(members.get("log_syncs_per_op").isJsonNull()).isTrue();
        assertThat(members.get("resident_bytes").getAsDouble()).isEqualTo(2 << 20);
        assertThat(summary.getAsJsonArray("targets")).hasSize(2);
        assertThat(summary.getAsJsonArray("ratios")).isNotEmpty();
        assertThat(summary.getAsJsonObject("plan").get("read_share").getAsDouble())
                .isEqualTo(0.5);
    }

    @Test
    void thePageHoldsEverythingAndNoTextEndsItsScript() {
        String page = LoadPage.of(two);

        assertThat(page)
                .doesNotContain("/*DATA*/")
                .doesNotContain("<script>alert")
                .doesNotContain("src=");
        assertThat(page.split("</script>", -1)).hasSize(2);
        String data = page.lines()
                .filter(line -> line.startsWith("const page = "))
                .findFirst()
                .orElseThrow()
                .replace("const page = ", "")
                .replaceFirst(";$", "");
        JsonObject read = JsonParser.parseString(data).getAsJsonObject();
        assertThat(read.getAsJsonArray("throughput")).hasSize(6);
        assertThat(read.getAsJsonArray("percentiles")).hasSize(6);
        assertThat(read.getAsJsonArray("notes").get(0).getAsString()).contains("</script>");
    }

    @Test
    void medianOfAnUnknownValueIsUnknown() {
        assertThat(Figure.median(List.of(OptionalDouble.of(1), OptionalDouble.empty())))
                .isEmpty();
        assertThat(Figure.median(List.of(OptionalDouble.of(1), OptionalDouble.of(3))))
                .hasValue(2);
    }
}
