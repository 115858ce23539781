package io.quorate.bench.report;

import com.google.gson.Gson;
import io.quorate.bench.load.Second;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;

/**
 * A report as a page with charts: requests a second and latency over time, latency by percentile, and the tables. The page holds
 * everything it needs.
 */
public final class LoadPage {

    private static final String TEMPLATE = "load.html";
    private static final String DATA = "/*DATA*/null";

    /** From the lowest to one of a hundred thousand, evenly on the page's axis: so many points for each nine. */
    private static final int STEPS_PER_NINE = 8;

    private static final int MAX_NINES = 5;

    /** Of fewer samples than this beyond a percentile, it says nothing. */
    private static final int LEAST_BEYOND = 1;

    /** A point of a line; what x and y are, its chart says. */
    private record Point(double x, double y) {}

    private record Line(String target, String name, List<Point> points) {}

    private record Table(List<String> heading, List<List<String>> rows) {}

    /** What the page is made from. Its names are those that the page's script uses. */
    private record Page(
            String title,
            String plan,
            List<String> targets,
            List<Line> throughput,
            List<Line> p99,
            List<Line> percentiles,
            List<Table> tables,
            List<String> notes) {}

    private LoadPage() {}

    /** The page, in HTML. */
    public static String of(LoadReport report) {
        List<Line> throughput = new ArrayList<>();
        List<Line> p99 = new ArrayList<>();
        List<Line> percentiles = new ArrayList<>();
        for (TargetReport target : report.targets()) {
            target.repetitions().forEach(repetition -> {
                String name = "repetition " + repetition.number();
                throughput.add(overTime(
                        target, name, repetition.seconds(), second -> OptionalDouble.of(second.opsPerSecond())));
                p99.add(overTime(target, name, repetition.seconds(), LoadPage::p99Millis));
            });
            target.names().forEach(name -> percentiles.add(percentiles(target, name)));
        }
        Page page = new Page(
                "Quorate: " + report.plan().workload().text() + " under load",
                report.plan().line(),
                report.targets().stream()
                        .map(target ->
                                target.target().name() + ": " + target.target().addresses())
                        .toList(),
                throughput,
                p99,
                percentiles,
                LoadTables.of(report).stream()
                        .map(rows -> new Table(rows.heading(), rows.rows()))
                        .toList(),
                LoadTables.notes(report));
        // Gson escapes '<' and '>', so no text can end the script that holds it.
        return template().replace(DATA, new Gson().toJson(page));
    }

    private static OptionalDouble p99Millis(Second second) {
        OptionalDouble micros = second.p99Micros();
        return micros.isPresent() ? OptionalDouble.of(micros.getAsDouble() / 1e3) : micros;
    }

    private interface Value {
        OptionalDouble of(Second second);
    }

    private static Line overTime(TargetReport target, String name, List<Second> seconds, Value value) {
        return new Line(
                target.target().name(),
                name,
                seconds.stream()
                        .flatMap(second -> value.of(second).stream().mapToObj(y -> new Point(second.atSeconds(), y)))
                        .toList());
    }

    /** Milliseconds by the number of nines: 1 is the 90th percentile, 2 the 99th. */
    private static Line percentiles(TargetReport target, String name) {
        Histogram latencies = target.latencies(name);
        List<Point> points = IntStream.rangeClosed(0, MAX_NINES * STEPS_PER_NINE)
                .mapToDouble(step -> (double) step / STEPS_PER_NINE)
                .filter(nines -> latencies.getTotalCount() * Math.pow(10, -nines) >= LEAST_BEYOND)
                .mapToObj(nines ->
                        new Point(nines, TargetReport.micros(latencies, 100 * (1 - Math.pow(10, -nines))) / 1e3))
                .toList();
        return new Line(target.target().name(), name, points);
    }

    private static String template() {
        try (InputStream in = LoadPage.class.getResourceAsStream(TEMPLATE)) {
            if (in == null) {
                throw new IllegalStateException(TEMPLATE + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
