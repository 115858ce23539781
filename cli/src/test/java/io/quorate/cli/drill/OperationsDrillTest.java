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
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random sequences of operations, in the middle of which members are killed with {@code kill -9} and started again: whatever becomes of
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

    @TempDir
    private Path folder;

    private int added;
    private int done;
    private int refusedOrFailed;
    private int kills;

    @Test
    @Timeout(4 * 3600)
    void whateverBecomesOfAnOperationNothingIsLost() throws Exception {
        Random random = new Random(SEED);
        try (Drill drill = new Drill(folder, 3)) {
            drill.start();
            for (int sequence = 1; sequence <= SEQUENCES; sequence++) {
                List<Operation> history;
                try (SteadyLoad load = new SteadyLoad("sequence-" + sequence + "/", RATE, KEYS, drill::clientPorts)) {
                    for (int i = 0; i < OPERATIONS; i++) {
                        operate(drill, random);
                    }
                    recover(drill);
                    history = load.finish();
                }
                assertThat(new LinearizabilityChecker().check(history))
                        .as("the history of sequence %d, seed %d", sequence, SEED)
                        .isInstanceOf(Verdict.Linearizable.class);
                System.out.printf(
                        "sequence %d: %d members, %d operations in it; so far %d operations done, %d refused or failed, %d kills%n",
                        sequence, drill.cluster().members().size(), history.size(), done, refusedOrFailed, kills);
            }
        }
    }

    private void operate(Drill drill, Random random) throws Exception {
        List<Member> members = drill.cluster().members();
        Member some = members.get(random.nextInt(members.size()));
        CompletableFuture<CommandRun> run = switch (random.nextInt(6)) {
            case 0 -> begin(drill, "transfer-leader", some.name());
            case 1 -> begin(drill, "defragment");
            case 2 -> begin(drill, "rolling-restart");
            case 3 -> members.size() > 3 ? begin(drill, "members", "remove", some.name()) : add(drill);
            case 4 -> members.size() < 5 ? add(drill) : begin(drill, "members", "remove", some.name());
            default -> replace(drill, some);
        };
        if (random.nextBoolean()) {
            killAndStartAgain(drill, random);
        }
        CommandRun ended = run.get();
        if (ended.exitCode() == 0) {
            done++;
        } else {
            refusedOrFailed++;
        }
        recover(drill);
    }

    private static CompletableFuture<CommandRun> begin(Drill drill, String... command) {
        return Drill.begin(() -> drill.run(command));
    }

    private CompletableFuture<CommandRun> add(Drill drill) throws Exception {
        Member newcomer = drill.cluster().add("x" + ++added);
        return begin(
                drill,
                newcomer,
                "members",
                "add",
                newcomer.name(),
                "--peer-urls",
                ProcessCluster.peerUrl(newcomer),
                "--patience=20s");
    }

    private CompletableFuture<CommandRun> replace(Drill drill, Member some) throws Exception {
        Member newcomer = drill.cluster().add("x" + ++added);
        return begin(
                drill,
                newcomer,
                "members",
                "replace",
                some.name(),
                "--by",
                newcomer.name(),
                "--peer-urls",
                ProcessCluster.peerUrl(newcomer),
                "--patience=20s");
    }

    private static CompletableFuture<CommandRun> begin(Drill drill, Member newcomer, String... command) {
        return Drill.begin(() -> {
            try {
                return drill.runAndStart(List.of(newcomer), command);
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private void killAndStartAgain(Drill drill, Random random) throws Exception {
        List<Member> running =
                drill.cluster().members().stream().filter(Member::isRunning).toList();
        Member victim = running.get(random.nextInt(running.size()));
        drill.cluster().kill(victim);
        kills++;
        drill.cluster().start(victim);
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
