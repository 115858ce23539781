package io.quorate.cli.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorate.cli.CommandRun;
import io.quorate.cli.processes.ProcessCluster;
import io.quorate.cli.processes.ProcessCluster.Member;
import io.quorate.simulator.history.LinearizabilityChecker;
import io.quorate.simulator.history.Operation;
import io.quorate.simulator.history.Verdict;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three processes become five and three again, and then each of the first three is replaced, under a steady load: nothing that was
 * acknowledged is lost, what clients saw is linearizable, and service never stops for long. It runs when it is asked for, by {@code
 * bench/membership-drill}.
 */
@EnabledIfSystemProperty(named = "quorate.test.drill.rate", matches = ".+")
class MembershipDrillTest {

    private static final int RATE = Integer.getInteger("quorate.test.drill.rate", 2_000);
    private static final int KEYS = 2_000;
    private static final int QUIET_SECONDS = 3;
    private static final long MAX_GAP_MILLIS = 2_000;

    /** Of the writes that were to be sent: those that meet a member which is leaving fail, and there are always some. */
    private static final double LEAST_ACKNOWLEDGED = 0.9;

    /** What the members have logged stays there if something does not hold. */
    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    private final List<String> complaints = new ArrayList<>();
    private Pace sinceTheBeginning = Pace.NOT_BEGUN;
    private Pace sinceTheLastStep = Pace.NOT_BEGUN;

    /** From when, and from how many on, acknowledged writes are counted. */
    private record Pace(long nanos, long writes) {

        static final Pace NOT_BEGUN = new Pace(0, 0);

        static Pace now(SteadyLoad load) {
            return new Pace(System.nanoTime(), load.acknowledgedWrites());
        }

        double writesPerSecond(Pace later) {
            return (later.writes - writes) * (double) TimeUnit.SECONDS.toNanos(1) / (later.nanos - nanos);
        }
    }

    @Test
    @Timeout(1800)
    void theMembersChangeUnderLoadAndNothingIsLost() throws Exception {
        try (Drill drill = new Drill(folder, 3)) {
            System.out.println("If something does not hold, what the members have logged stays in " + folder);
            drill.start();
            try (SteadyLoad load = new SteadyLoad("drill/", RATE, KEYS, drill::clientPorts)) {
                List<Member> originals = drill.cluster().members();
                awaitSteady(load);
                sinceTheBeginning = Pace.now(load);
                sinceTheLastStep = sinceTheBeginning;
                goOn(load, "three members");
                List<Member> five = new ArrayList<>(originals);
                five.add(drill.cluster().add("n1"));
                five.add(drill.cluster().add("n2"));
                List<Member> newcomers = five.subList(3, 5);
                step(
                        load,
                        "3 -> 5",
                        drill.runAndStart(
                                newcomers, "members", "apply", drill.file(five).toString()));
                step(
                        load,
                        "5 -> 3",
                        drill.run("members", "apply", drill.file(originals).toString()));
                for (Member left : newcomers) {
                    assertThat(drill.cluster().awaitLeft(left)).isZero();
                }
                for (Member original : originals) {
                    Member newcomer = drill.cluster().add("in-place-of-" + original.name());
                    String url = ProcessCluster.peerUrl(newcomer);
                    step(
                            load,
                            "replace " + original.name(),
                            drill.runAndStart(
                                    List.of(newcomer),
                                    "members",
                                    "replace",
                                    original.name(),
                                    "--by",
                                    newcomer.name(),
                                    "--peer-urls",
                                    url));
                    assertThat(drill.cluster().awaitLeft(original)).isZero();
                }
                goOn(load, "three other members");
                double writesPerSecond = sinceTheBeginning.writesPerSecond(Pace.now(load));
                judge(load.finish(), load, writesPerSecond);
            }
            System.out.println(drill.run("operations").out());
        }
        assertThat(complaints).isEmpty();
    }

    /** Members that have just started compile their code first, and cannot serve so many yet. */
    private static void awaitSteady(SteadyLoad load) {
        Pace[] since = {Pace.now(load)};
        await().pollInterval(Duration.ofSeconds(QUIET_SECONDS))
                .atMost(Drill.PATIENCE)
                .untilAsserted(() -> {
                    Pace now = Pace.now(load);
                    double writesPerSecond = since[0].writesPerSecond(now);
                    since[0] = now;
                    load.requireThatItGoesOn();
                    assertThat(writesPerSecond)
                            .as(
                                    "writes a second acknowledged in %d s, before anything is changed; failed: %s",
                                    QUIET_SECONDS, load.failures())
                            .isGreaterThanOrEqualTo(RATE * LEAST_ACKNOWLEDGED);
                });
        load.takeLongestGap();
    }

    /** What comes after a change that was not made would say nothing. */
    private void step(SteadyLoad load, String what, CommandRun run) {
        assertThat(run.exitCode()).as("%s: %s%s", what, run.out(), run.err()).isZero();
        goOn(load, what);
    }

    /** Lets the load go on for a while, and tells what it saw. */
    private void goOn(SteadyLoad load, String what) {
        long until = load.answered() + (long) RATE * QUIET_SECONDS;
        await().atMost(Drill.PATIENCE).until(() -> {
            load.requireThatItGoesOn();
            return load.answered() >= until;
        });
        SteadyLoad.Gap gap = load.takeLongestGap();
        long gapMillis = gap.millis();
        Pace now = Pace.now(load);
        System.out.printf(
                "%-24s %8d answered, %5d failed, %5.0f writes a second acknowledged, longest time without an answer %d ms%n",
                what, load.answered(), load.failed(), sinceTheLastStep.writesPerSecond(now), gapMillis);
        sinceTheLastStep = now;
        if (gapMillis > MAX_GAP_MILLIS) {
            complaints.add(what + ": nothing was answered for " + gapMillis + " ms until " + gap.end());
        }
    }

    private void judge(List<Operation> history, SteadyLoad load, double writesPerSecond) {
        Verdict verdict = new LinearizabilityChecker().check(history);
        System.out.printf(
                "%.0f writes a second acknowledged of %d; %d operations, %d of unknown outcome %s: %s%n",
                writesPerSecond,
                RATE,
                history.size(),
                history.stream().filter(operation -> !operation.isKnown()).count(),
                load.failures(),
                verdict.getClass().getSimpleName());
        if (!(verdict instanceof Verdict.Linearizable)) {
            complaints.add("the history of " + history.size() + " operations: " + verdict);
        }
        if (writesPerSecond < RATE * LEAST_ACKNOWLEDGED) {
            complaints.add("%.0f writes a second were acknowledged, which is less than nine tenths of %d"
                    .formatted(writesPerSecond, RATE));
        }
    }
}
