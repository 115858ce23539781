package io.quorate.cli.drill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorate.cli.CommandRun;
import io.quorate.cli.processes.ProcessCluster;
import io.quorate.cli.processes.ProcessCluster.Member;
import io.quorate.simulator.history.LinearizabilityChecker;
import io.quorate.simulator.history.Operation;
import io.quorate.simulator.history.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random sequences of operations, in the middle of which members are killed with {@code kill -9}, and started again at once: whatever becomes of
 * an operation, nothing that was acknowledged is lost, and the cluster is well again when all members are there. It runs when it is
 * asked for, by {@code bench/operations-drill}.
 */
@EnabledIfSystemProperty(named = "quorate.test.drill.sequences", matches = ".+")
class OperationsDrillTest {

    private static final int SEQUENCES = Integer.getInteger("quorate.test.drill.sequences", 100);
    private static final long SEED = Long.getLong("quorate.test.drill.seed", 1);
    private static final int OPERATIONS = 4;
    private static final int RATE = 200;
    private static final int KEYS = 200;

    /** A kill comes at most so long after an operation has begun; most operations take less. */
    private static final double LONGEST_WAIT_MILLIS = 8_000;

    @TempDir
    private Path folder;

    private int done;
    private int refusedOrFailed;
    private int kills;
    private int killsInTheMiddle;

    @Test
    @Timeout(4 * 3600)
    void whateverBecomesOfAnOperationNothingIsLost() throws Exception {
        Random random = new Random(SEED);
        try (Drill drill = new Drill(folder, 3)) {
            drill.start();
            OperationDraw draw = new OperationDraw(drill, random, folder.resolve("backups"));
            for (int sequence = 1; sequence <= SEQUENCES; sequence++) {
                List<Operation> history;
                try (SteadyLoad load = new SteadyLoad("sequence-" + sequence + "/", RATE, KEYS, drill::clientPorts)) {
                    for (int i = 0; i < OPERATIONS; i++) {
                        operate(drill, draw, random);
                    }
                    recover(drill);
                    history = load.finish();
                }
                assertThat(new LinearizabilityChecker().check(history))
                        .as("the history of sequence %d, seed %d", sequence, SEED)
                        .isInstanceOf(Verdict.Linearizable.class);
                System.out.printf(
                        "sequence %d: %d members, %d requests; so far %d operations done, %d refused or failed, %d kills, %d in the middle%n",
                        sequence,
                        drill.cluster().members().size(),
                        history.size(),
                        done,
                        refusedOrFailed,
                        kills,
                        killsInTheMiddle);
            }
        }
    }

    private void operate(Drill drill, OperationDraw draw, Random random) throws Exception {
        long beginNanos = System.nanoTime();
        OperationDraw.Begun operation = draw.next();
        String kill = random.nextBoolean() ? killAndStartAgain(drill, operation, beginNanos, random) : "";
        CommandRun ended = operation.run().get();
        if (ended.exitCode() == 0) {
            done++;
        } else {
            refusedOrFailed++;
        }
        System.out.printf(
                "  %s: %s after %.1f s%s%n",
                operation.name(),
                ended.exitCode() == 0 ? "done" : "exit code " + ended.exitCode() + " (" + lastLine(ended) + ")",
                secondsSince(beginNanos),
                kill);
        recover(drill);
    }

    /** Why it was refused, or failed. */
    private static String lastLine(CommandRun run) {
        return (run.out() + run.err()).strip().lines().reduce("", (before, line) -> line);
    }

    /** In the middle of the operation, or when it is over if that is earlier; says when it was. */
    private String killAndStartAgain(Drill drill, OperationDraw.Begun operation, long beginNanos, Random random)
            throws Exception {
        boolean inTheMiddle = !isOverWithin(operation, waitMillis(random));
        List<Member> running = drill.cluster().members().stream()
                .filter(member -> member.isRunning() && !drill.cluster().hasEnded(member))
                .toList();
        Member victim = running.get(random.nextInt(running.size()));
        drill.cluster().kill(victim);
        double seconds = secondsSince(beginNanos);
        drill.cluster().start(victim);
        kills++;
        if (inTheMiddle) {
            killsInTheMiddle++;
        }
        return String.format(
                Locale.ROOT,
                ", kill -9 of %s %s at %.1f s",
                victim.name(),
                inTheMiddle ? "in the middle" : "at its end",
                seconds);
    }

    /** Short ones more often, since most operations are short: a third is below 0.3 s, half of them below 1 s. */
    private static long waitMillis(Random random) {
        return (long) (LONGEST_WAIT_MILLIS * Math.pow(random.nextDouble(), 3));
    }

    private static boolean isOverWithin(OperationDraw.Begun operation, long millis)
            throws InterruptedException, ExecutionException {
        try {
            operation.run().get(millis, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    private static double secondsSince(long beginNanos) {
        return (System.nanoTime() - beginNanos) / (double) TimeUnit.SECONDS.toNanos(1);
    }

    /** Whoever is no member any more, or never became one, is not counted; then all that are left must be well. */
    private static void recover(Drill drill) {
        try {
            await().atMost(Drill.PATIENCE).until(() -> isWell(drill));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "the cluster does not get well: " + drill.run("status") + drill.run("why")
                            + drill.run("members", "list") + drill.run("operations")
                            + drill.cluster().outputs(),
                    e);
        }
    }

    private static boolean isWell(Drill drill) throws IOException {
        String list = drill.run("members", "list").out();
        drill.noteRoles(list);
        for (Member member : drill.cluster().members()) {
            boolean isMember = list.contains(ProcessCluster.peerUrl(member));
            if (!list.isEmpty() && !isMember) {
                drill.cluster().forget(member);
            } else if (!member.isRunning() || drill.cluster().hasEnded(member)) {
                drill.cluster().start(member);
            }
        }
        return drill.run("status").exitCode() == 0;
    }
}
