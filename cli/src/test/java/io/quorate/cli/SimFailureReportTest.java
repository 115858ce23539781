package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.MemberId;
import io.quorate.simulator.CrashKind;
import io.quorate.simulator.RunObserver;
import io.quorate.simulator.RunPlan;
import io.quorate.simulator.SimulatedMember;
import io.quorate.simulator.SimulatedRun;
import io.quorate.simulator.fault.Fault;
import io.quorate.simulator.invariant.InvariantViolation;
import java.io.ByteArrayOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What {@code quorate sim} says of a run that fails: here each does in which member 2 dies. */
class SimFailureReportTest {

    private static final MemberId SECOND = new MemberId(2);
    private static final String REPLAY = "replay it with: ./quorate sim ";
    private static final String VIOLATION = "immortality: member 2 dies at ";

    private static SimulatedRun run(RunPlan plan) {
        SimulatedRun run = new SimulatedRun(plan);
        run.watch(new RunObserver() {
            @Override
            public void crashed(SimulatedMember member, CrashKind kind) {
                if (member.id().equals(SECOND)) {
                    throw new InvariantViolation(
                            "immortality", "member 2 dies at " + run.agenda().now() + " ns");
                }
            }
        });
        return run;
    }

    private static CommandRun type(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = new CommandLine(new SimCommand(new ByteArrayOutputStream(), SimFailureReportTest::run))
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new CommandRun(exitCode, out.toString(), err.toString());
    }

    private static boolean isCrashOfTheSecond(Fault fault) {
        return fault instanceof Fault.Crash crash && crash.member().equals(SECOND);
    }

    /** One of five members where something else goes wrong before the second one dies. */
    private static RunPlan failing() {
        return LongStream.rangeClosed(1, 1_000)
                .mapToObj(RunPlan::draw)
                .filter(plan -> plan.members() == 5)
                .filter(plan ->
                        plan.faults().stream().skip(3).limit(3).anyMatch(SimFailureReportTest::isCrashOfTheSecond))
                .findFirst()
                .orElseThrow();
    }

    private static String line(CommandRun run, String beginning) {
        return run.out()
                .lines()
                .filter(line -> line.startsWith(beginning))
                .findFirst()
                .orElseThrow(() -> new AssertionError("nothing begins with '" + beginning + "' in " + run));
    }

    @Test
    void aFailureTellsSeedInvariantLastEventsAndTheCommandThatReplaysIt() {
        RunPlan plan = failing();
        CommandRun run = type("--seed", "" + plan.seed());
        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out())
                .contains(
                        "seed " + plan.seed() + " violates an invariant after ",
                        "made smaller: 3 members instead of 5, 1 faults instead of "
                                + plan.faults().size());
        List<String> lines = run.out().lines().toList();
        int events = lines.indexOf("the last events:");
        assertThat(lines.subList(0, events)).anyMatch(line -> line.startsWith(VIOLATION));
        assertThat(lines.subList(events + 1, lines.size()))
                .anyMatch(line -> line.contains(" fault   Crash[") && line.contains("member=2"));

        String replay = line(run, REPLAY).substring(REPLAY.length());
        CommandRun again = type((replay + " --no-shrink").split(" "));
        assertThat(again.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(again.out()).contains(line(run, VIOLATION));
        assertThat(line(again, REPLAY)).isEqualTo(REPLAY + replay);
    }
}
