package io.quorate.testing.fuzz;

import java.util.List;
import java.util.Locale;

/** The reports of several decoders as a table in Markdown. */
final class FuzzTable {

    private FuzzTable() {}

    static String of(List<FuzzReport> reports) {
        StringBuilder table = new StringBuilder();
        table.append("| decoder | inputs | accepted | refused | inputs/s | largest allocation | slowest | |\n");
        table.append("| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n");
        reports.forEach(report -> table.append(row(report)));
        return table.toString();
    }

    private static String row(FuzzReport report) {
        return String.format(
                Locale.ROOT,
                "| `%s` | %,d | %,d | %,d | %,d | %,d B | %.1f ms | %s |%n",
                report.target(),
                report.inputs(),
                report.accepted(),
                report.refused(),
                (long) (report.inputs() / Math.max(report.seconds(), 1e-9)),
                report.largestAllocation(),
                report.slowestNanos() / 1e6,
                report.failure().isPresent() ? "**failed**" : "");
    }
}
