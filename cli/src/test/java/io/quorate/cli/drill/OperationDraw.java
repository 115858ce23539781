package io.quorate.cli.drill;

import static org.awaitility.Awaitility.await;

import io.quorate.cli.CommandRun;
import io.quorate.cli.processes.ProcessCluster;
import io.quorate.cli.processes.ProcessCluster.Member;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Draws operations, and begins them as an operator does. The members stay from three to five, not counting those that are on their way
 * in. For one thread.
 */
final class OperationDraw {

    private static final int LEAST_MEMBERS = 3;
    private static final int MOST_MEMBERS = 5;
    private static final int KINDS = 10;
    private static final int KEPT_REVISIONS = 100;
    private static final String PATIENCE_WITH_LEARNERS = "--patience=20s";
    private static final Pattern REVISION = Pattern.compile("\"revision\": ?(\\d+)");

    private final Drill drill;
    private final Random random;
    private final Path backups;
    private int added;

    /**
     * An operation that was begun.
     *
     * @param name as it is said on the command line, without what differs between runs
     * @param run ends with what became of it
     */
    record Begun(String name, CompletableFuture<CommandRun> run) {}

    /** @param backups where they are kept */
    OperationDraw(Drill drill, Random random, Path backups) {
        this.drill = drill;
        this.random = random;
        this.backups = backups;
    }

    /** One more operation. A learner that an earlier one has left is seen to first, since the next one may not come in beside it. */
    Begun next() throws IOException {
        List<Member> learners = List.copyOf(drill.learners());
        if (!learners.isEmpty()) {
            String left = learners.getFirst().name();
            return random.nextBoolean()
                    ? begin("members", "promote", left, PATIENCE_WITH_LEARNERS)
                    : begin("members", "remove", left);
        }
        List<Member> members = drill.cluster().members();
        Member some = members.get(random.nextInt(members.size()));
        return switch (random.nextInt(KINDS)) {
            case 0 -> begin("transfer-leader", some.name());
            case 1 -> begin("defragment");
            case 2 -> begin("rolling-restart");
            case 3 -> compact();
            case 4 -> begin("backup", "--once", "--keep=2", "--to=" + backups);
            case 5 -> members.size() > LEAST_MEMBERS ? begin("members", "remove", some.name()) : add();
            case 6 -> members.size() < MOST_MEMBERS ? add() : begin("members", "remove", some.name());
            case 7 -> members.size() < MOST_MEMBERS ? addAndPromoteLater() : replace(some);
            case 8 -> replace(some);
            default -> swapTwo(members);
        };
    }

    private Begun begin(String... command) {
        return new Begun(name(command), Drill.begin(() -> drill.run(command)));
    }

    private Begun begin(List<Member> newcomers, String... command) {
        return new Begun(name(command), Drill.begin(() -> drill.runAndStart(newcomers, command)));
    }

    private static String name(String... command) {
        return String.join(
                " ",
                List.of(command).stream()
                        .filter(word -> !word.startsWith("--") && !word.contains("/"))
                        .toList());
    }

    /** The history before about the last hundred writes; there is another revision at each member that is asked. */
    private Begun compact() {
        long revision = 1;
        Matcher told = REVISION.matcher(drill.run("status", "--output=json").out());
        while (told.find()) {
            revision = Math.max(revision, Long.parseLong(told.group(1)) - KEPT_REVISIONS);
        }
        return begin("compact", Long.toString(revision));
    }

    private Member newcomer() throws IOException {
        return drill.cluster().add("x" + ++added);
    }

    private Begun add() throws IOException {
        Member newcomer = newcomer();
        return begin(
                List.of(newcomer),
                "members",
                "add",
                newcomer.name(),
                "--peer-urls=" + ProcessCluster.peerUrl(newcomer),
                PATIENCE_WITH_LEARNERS);
    }

    private Begun replace(Member some) throws IOException {
        Member newcomer = newcomer();
        return begin(
                List.of(newcomer),
                "members",
                "replace",
                some.name(),
                "--by=" + newcomer.name(),
                "--peer-urls=" + ProcessCluster.peerUrl(newcomer),
                PATIENCE_WITH_LEARNERS);
    }

    /** Two operations one after the other: between them, the newcomer learns and does not vote. */
    private Begun addAndPromoteLater() throws IOException {
        Member newcomer = newcomer();
        String name = newcomer.name();
        return new Begun("members add " + name + " --learner, members promote " + name, Drill.begin(() -> {
            CommandRun asLearner = drill.runAndStart(
                    List.of(newcomer),
                    "members",
                    "add",
                    name,
                    "--learner",
                    "--peer-urls=" + ProcessCluster.peerUrl(newcomer));
            if (asLearner.exitCode() != 0) {
                return asLearner;
            }
            // Whom the members know by its name has been started, and has told it.
            await("that learner " + name + " tells its name")
                    .atMost(Drill.PATIENCE)
                    .until(() ->
                            drill.run("members", "list").out().lines().anyMatch(line -> line.startsWith(name + " ")));
            return drill.run("members", "promote", name, PATIENCE_WITH_LEARNERS);
        }));
    }

    /** Two members go and two others come, as one joint change. */
    private Begun swapTwo(List<Member> members) throws IOException {
        List<Member> staying = new ArrayList<>(members);
        Collections.shuffle(staying, random);
        staying.subList(0, 2).clear();
        List<Member> newcomers = List.of(newcomer(), newcomer());
        staying.addAll(newcomers);
        return begin(newcomers, "members", "apply", drill.file(staying).toString(), PATIENCE_WITH_LEARNERS);
    }
}
