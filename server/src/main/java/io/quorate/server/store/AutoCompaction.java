package io.quorate.server.store;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Which history is given up without anybody asking for it (etcd's flags {@code --auto-compaction-*}). Immutable. */
public sealed interface AutoCompaction {

    /** None. */
    record Off() implements AutoCompaction {}

    /** What is older than the retention. */
    record Periodic(Duration retention) implements AutoCompaction {}

    /** All but the latest so many revisions. */
    record Revisions(long retained) implements AutoCompaction {}

    AutoCompaction OFF = new Off();

    /** One number with its unit, of those that a time as etcd writes it is made of. */
    Pattern TIME_PART = Pattern.compile("(\\d{1,9}(?:\\.\\d{0,9})?)(ns|us|µs|ms|s|m|h)");

    /**
     * Reads the flags as etcd does: 0 is none; in mode {@code periodic} a bare number is hours.
     *
     * @throws IllegalArgumentException with one sentence that names the flag, what is wrong, and what to do
     */
    static AutoCompaction parse(String mode, String retention) {
        String text = retention.strip();
        return switch (mode.strip().toLowerCase(Locale.ROOT)) {
            case "periodic" -> {
                Duration time = text.matches("\\d{1,6}") ? Duration.ofHours(Long.parseLong(text)) : time(text);
                yield time.isZero() ? OFF : new Periodic(time);
            }
            case "revision" -> {
                if (!text.matches("\\d{1,18}")) {
                    throw new IllegalArgumentException("--auto-compaction-retention is \"" + retention
                            + "\", which is not a number of revisions, as --auto-compaction-mode revision wants it;"
                            + " give one, such as 10000");
                }
                long retained = Long.parseLong(text);
                yield retained == 0 ? OFF : new Revisions(retained);
            }
            default ->
                throw new IllegalArgumentException(
                        "--auto-compaction-mode is \"" + mode + "\"; use 'periodic' or 'revision'");
        };
    }

    private static Duration time(String text) {
        Matcher part = TIME_PART.matcher(text);
        BigDecimal nanos = BigDecimal.ZERO;
        int end = 0;
        while (end < text.length() && part.find(end) && part.start() == end) {
            nanos = nanos.add(
                    new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unitNanos(part.group(2)))));
            end = part.end();
        }
        if (end < text.length() || text.isEmpty() || nanos.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) > 0) {
            throw new IllegalArgumentException("--auto-compaction-retention is \"" + text
                    + "\", which is not a time; give one, such as 30m or 1h, or a number of hours");
        }
        return Duration.ofNanos(nanos.longValue());
    }

    private static long unitNanos(String unit) {
        return switch (unit) {
            case "ns" -> 1;
            case "us", "µs" -> 1_000;
            case "ms" -> 1_000_000;
            case "s" -> 1_000_000_000;
            case "m" -> 60_000_000_000L;
            default -> 3_600_000_000_000L;
        };
    }
}
