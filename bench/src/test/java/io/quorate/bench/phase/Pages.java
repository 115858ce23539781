package io.quorate.bench.phase;

import java.util.Locale;

/** Pages of members, as they look in the text format of Prometheus. */
public final class Pages {

    private Pages() {}

    /** A member whose clients wrote so often, half in 2 ms and half in 8 ms, 75 % of it waiting for the commit. */
    public static String ofLeader(int writes) {
        return histogram("quorate_write_duration_seconds", "", writes, 0.005)
                + histogram("quorate_write_phase_duration_seconds", "phase=\"answer\",", writes, 0.0005)
                + histogram("quorate_write_phase_duration_seconds", "phase=\"apply\",", writes, 0.0005)
                + histogram("quorate_write_phase_duration_seconds", "phase=\"commit\",", writes, 0.00375)
                + histogram("quorate_write_phase_duration_seconds", "phase=\"forward\",", 0, 0)
                + histogram("quorate_write_phase_duration_seconds", "phase=\"queue\",", writes, 0.00025)
                + histogram("quorate_write_phase_duration_seconds", "phase=\"replicate\",", writes, 0.0035)
                + histogram("quorate_write_phase_duration_seconds", "phase=\"sync\",", writes, 0.001);
    }

    private static String histogram(String name, String label, int count, double mean) {
        String labels = label.isEmpty() ? "" : "{" + label.substring(0, label.length() - 1) + "}";
        return """
                # HELP %1$s The time.
                # TYPE %1$s histogram
                %1$s_bucket{%2$sle="0.001"} 0
                %1$s_bucket{%2$sle="0.003"} %4$d
                %1$s_bucket{%2$sle="0.01"} %5$d
                %1$s_bucket{%2$sle="+Inf"} %5$d
                %1$s_count%3$s %5$d
                %1$s_sum%3$s %6$s
                """.formatted(name, label, labels, count / 2, count, String.format(Locale.ROOT, "%.9f", count * mean));
    }
}
