package io.quorate.bench.metrics;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A page in the text format of Prometheus, as far as it is needed here: values and histograms by name and labels. Immutable. */
public final class MetricsText {

    private static final Pattern SERIES = Pattern.compile("([a-zA-Z_:][\\w:]*)(?:\\{(.*)})? (\\S+)(?: \\d+)?");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\",?");
    private static final String BOUND = "le";

    private record Series(String name, Map<String, String> labels) {}

    private final Map<Series, Double> values = new HashMap<>();

    /** Reads a page; what it cannot read, it leaves out. */
    public MetricsText(String page) {
        page.lines().filter(line -> !line.startsWith("#")).forEach(this::read);
    }

    private void read(String line) {
        Matcher series = SERIES.matcher(line.strip());
        if (series.matches()) {
            Map<String, String> labels = new HashMap<>();
            if (series.group(2) != null) {
                Matcher label = LABEL.matcher(series.group(2));
                while (label.find()) {
                    labels.put(label.group(1), label.group(2));
                }
            }
            values.put(new Series(series.group(1), labels), number(series.group(3)));
        }
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "-Inf" -> Double.NEGATIVE_INFINITY;
            default -> {
                try {
                    yield Double.parseDouble(text);
                } catch (NumberFormatException e) {
                    yield Double.NaN;
                }
            }
        };
    }

    /** The value of a series; empty if the page does not tell it. */
    public OptionalDouble value(String name, Map<String, String> labels) {
        Double value = values.get(new Series(name, labels));
        return value == null || value.isNaN() ? OptionalDouble.empty() : OptionalDouble.of(value);
    }

    /** The histogram of this name and these labels; an empty one if the page does not tell it. */
    public DurationHistogram histogram(String name, Map<String, String> labels) {
        NavigableMap<Double, Double> atMost = new TreeMap<>();
        values.forEach((series, value) -> {
            if (series.name.equals(name + "_bucket") && !value.isNaN()) {
                Map<String, String> others = new HashMap<>(series.labels);
                Optional<String> bound = Optional.ofNullable(others.remove(BOUND));
                if (bound.isPresent() && others.equals(labels)) {
                    atMost.put(number(bound.get()), value);
                }
            }
        });
        OptionalDouble sum = value(name + "_sum", labels);
        return sum.isEmpty() || atMost.isEmpty() || !Double.isInfinite(atMost.lastKey())
                ? DurationHistogram.EMPTY
                : new DurationHistogram(atMost, sum.getAsDouble());
    }
}
