package io.quorate.bench.load;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What became of one kind of requests in one repetition, or of all.
 *
 * @param name of the kind
 * @param event whether these are events that watchers were told of, and nobody's requests
 * @param completed how many ended well within the measured time
 * @param seconds the measured time
 * @param latencies in nanoseconds, of those that were to begin within the measured time and ended well
 * @param failures of those that were to begin within it, and how often each
 */
public record Tally(
        String name, boolean event, long completed, double seconds, Histogram latencies, Map<Failure, Long> failures) {

    public Tally {
        failures = Map.copyOf(failures);
    }

    /** All of these together, under a name of their own. */
    static Tally sum(String name, List<Tally> parts) {
        Histogram latencies = new Histogram(parts.getFirst().latencies.getNumberOfSignificantValueDigits());
        Map<Failure, Long> failures = new HashMap<>();
        long completed = 0;
        for (Tally part : parts) {
            latencies.add(part.latencies);
            part.failures.forEach((failure, times) -> failures.merge(failure, times, Long::sum));
            completed += part.completed;
        }
        return new Tally(name, parts.getFirst().event, completed, parts.getFirst().seconds, latencies, failures);
    }

    public double perSecond() {
        return completed / seconds;
    }

    /** How many failed with this outcome. */
    public long failed(Failure.Outcome outcome) {
        return failures.entrySet().stream()
                .filter(failure -> failure.getKey().outcome() == outcome)
                .mapToLong(Map.Entry::getValue)
                .sum();
    }

    public long failed() {
        return failures.values().stream().mapToLong(Long::longValue).sum();
    }
}
