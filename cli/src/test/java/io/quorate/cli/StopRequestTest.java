package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.cli.OperationRun.PlannedStep;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** An operation that is asked to stop ends in good order, with a real member that keeps the record. */
@Timeout(120)
class StopRequestTest {

    @TempDir
    private static Path made = Path.of("");

    private static OneMember member;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<Integer> halted = new ArrayList<>();
    private final List<String> done = new ArrayList<>();
    private final StopRequest stop = StopRequest.by(new PrintWriter(err, true), "this and that", halted::add);

    @Command
    private static final class Client {

        @Mixin
        private final ClientOptions options = new ClientOptions();
    }

    @BeforeAll
    static void startMember() throws IOException {
        member = OneMember.start(OneMember.config(made));
    }

    @AfterAll
    static void stopMember() {
        member.close();
    }

    private PlannedStep step(String name, OperationRun.Action action) {
        return PlannedStep.undoable(
                name,
                run -> {
                    done.add(name);
                    return action.run(run);
                },
                run -> {
                    // Also what waits does so while it is taken back.
                    run.pause();
                    done.add("not " + name);
                    return "as before";
                });
    }

    private int run(List<PlannedStep> steps) {
        Client client = new Client();
        new CommandLine(client).parseArgs("--endpoints=" + member.endpoint());
        try (ClusterSight sight = new ClusterSight(client.options)) {
            return new OperationRun(
                            sight, new PrintWriter(out, true), new PrintWriter(err, true), false, false, stop, "a test")
                    .execute(ChangeOptions.sameMembers(sight.look(), steps));
        }
    }

    private static String latest() {
        List<String> lines = member.run("operations").out().lines().toList();
        return lines.getLast();
    }

    @Test
    void nothingMoreIsBegunAndWhatWasBegunIsTakenBack() {
        int exitCode = run(List.of(
                step("one", run -> "done"),
                step("two", run -> {
                    stop.make();
                    return "done";
                }),
                step("three", run -> "done")));

        assertThat(exitCode).isEqualTo(ExitCode.FAILED);
        assertThat(done).containsExactly("one", "two", "not two", "not one");
        assertThat(out.toString()).contains("stopped, as was asked for: 2 of 3 steps were done");
        assertThat(err.toString()).contains("a second Ctrl-C, or SIGTERM, leaves everything as it is");
        assertThat(latest()).contains("failed", "stopped, as was asked for");
        assertThat(halted).isEmpty();
    }

    @Test
    void aStepThatWaitsIsNotWaitedForAnyMore() {
        int exitCode = run(List.of(step("wait", run -> {
            stop.make();
            while (true) {
                run.pause();
            }
        })));

        assertThat(exitCode).isEqualTo(ExitCode.FAILED);
        assertThat(done).containsExactly("wait", "not wait");
        assertThat(latest()).contains("failed", "stopped, as was asked for: what it waited for had not come");
    }

    @Test
    void whatIsNeverTakenBackIsSaidToStand() {
        int exitCode = run(List.of(
                PlannedStep.of("add", run -> "its id is 7"),
                PlannedStep.changingNothing("say", run -> "said"),
                step("taken back", run -> "done"),
                PlannedStep.changingNothing("wait", run -> {
                    throw new CommandFailed(ExitCode.FAILED, "in vain");
                })));

        assertThat(exitCode).isEqualTo(ExitCode.FAILED);
        assertThat(latest()).endsWith("in vain; what stands: add (its id is 7)");
    }

    @Test
    void whatIsDoneStandsIfOnlyItsProofIsNotWaitedFor() {
        int exitCode = run(List.of(step("last", run -> {
            stop.make();
            return "done";
        })));

        // A lone member has nothing to wait for, so it is verified all the same.
        assertThat(exitCode).isEqualTo(ExitCode.OK);
        assertThat(done).containsExactly("last");
    }

    @Test
    void theSecondTimeNothingIsWaitedFor() {
        stop.make();
        assertThat(halted).isEmpty();
        stop.make();
        assertThat(halted).containsExactly(StopRequest.INTERRUPTED);
        assertThat(stop.isMade()).isTrue();
        assertThat(err.toString()).contains("everything is left as it is; this and that");
    }
}
