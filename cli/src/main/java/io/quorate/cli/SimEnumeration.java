package io.quorate.cli;

import io.quorate.simulator.enumeration.ClusterCrashes;
import io.quorate.simulator.enumeration.CorruptionMatrix;
import io.quorate.simulator.enumeration.CrashEnumeration;
import io.quorate.simulator.enumeration.Damage;
import io.quorate.simulator.enumeration.MatrixCase;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** {@code quorate sim --enumerate}: what is tried in all its cases, with progress and a summary. */
final class SimEnumeration {

    /** What can be enumerated. */
    enum What {
        crashes,
        corruption,
        all
    }

    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(2);

    /** Of the timing in the corruption matrix. */
    private static final long SEED = 1;

    private static final int SHOWN_FAILURES = 20;

    private final PrintWriter out;
    private final PrintWriter err;
    private final int step;
    private long nextReport = System.nanoTime() + PROGRESS_NANOS;
    private boolean failed;

    /** @param step of the crashes of a cluster, and of the cases of the matrix, one in so many is run */
    SimEnumeration(PrintWriter out, PrintWriter err, int step) {
        this.out = out;
        this.err = err;
        this.step = step;
    }

    /** Runs it; whether everything was as it must be. */
    boolean run(What what) {
        try {
            if (what != What.corruption) {
                crashStorage();
                crashClusters();
            }
            if (what != What.crashes) {
                corrupt();
            }
        } catch (IOException e) {
            throw new IllegalStateException("a simulated disk without faults fails", e);
        }
        return !failed;
    }

    private void progress(String line) {
        if (System.nanoTime() >= nextReport) {
            nextReport = System.nanoTime() + PROGRESS_NANOS;
            err.println(line);
        }
    }

    private void conclude(String line, List<?> failures) {
        out.println(line);
        failures.stream().limit(SHOWN_FAILURES).forEach(failure -> out.println("  FAILED: " + failure));
        failed |= !failures.isEmpty();
    }

    private void crashStorage() throws IOException {
        CrashEnumeration.Summary summary = CrashEnumeration.all(reached -> progress(line(reached)));
        conclude(line(summary), summary.failures());
    }

    private static String line(CrashEnumeration.Summary summary) {
        return String.format(
                Locale.ROOT,
                "log and snapshots: %,d operations, crashed at %,d moments in %,d ways, which left %,d different disks;"
                        + " their recoveries crashed in %,d ways, which left %,d different disks; %,d failures",
                summary.operations(),
                summary.moments(),
                summary.crashes(),
                summary.disks(),
                summary.recoveryCrashes(),
                summary.recoveryDisks(),
                summary.failures().size());
    }

    private void crashClusters() {
        ClusterCrashes.Summary summary = ClusterCrashes.run(0, step, reached -> progress(line(reached)));
        conclude(line(summary), summary.failures());
    }

    private static String line(ClusterCrashes.Summary summary) {
        return String.format(
                Locale.ROOT,
                "clusters: %,d operations of three members' disks, %,d runs in which one crashes; %,d failures",
                summary.operations(),
                summary.runs(),
                summary.failures().size());
    }

    private void corrupt() throws IOException {
        CorruptionMatrix matrix = CorruptionMatrix.ofSeed(SEED);
        for (Damage damage : Damage.values()) {
            CorruptionMatrix.Summary summary = matrix.run(damage, 0, step, reached -> progress(line(damage, reached)));
            conclude(line(damage, summary), summary.notRight());
        }
    }

    private static String line(Damage damage, CorruptionMatrix.Summary summary) {
        return String.format(
                Locale.ROOT,
                "corruption matrix, %s: %,d of %,d cases: %,d recovered by themselves, %,d wait and say for what, %,d not right",
                damage,
                summary.cases(),
                MatrixCase.COUNT,
                summary.recovered(),
                summary.waiting(),
                summary.notRight().size());
    }
}
