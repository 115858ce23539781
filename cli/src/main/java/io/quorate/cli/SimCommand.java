package io.quorate.cli;

import io.quorate.simulator.RunPlan;
import io.quorate.simulator.RunResult;
import io.quorate.simulator.SimulatedRun;
import io.quorate.simulator.Trace;
import io.quorate.simulator.campaign.Campaign;
import io.quorate.simulator.campaign.Shrinking;
import io.quorate.simulator.fault.Fault;
import io.quorate.simulator.history.HistoryWriter;
import io.quorate.simulator.invariant.InvariantViolation;
import io.quorate.simulator.timeline.Timeline;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quorate sim}: runs simulated clusters, and shows what breaks one. */
@Command(
        name = "sim",
        description = {
            "Runs whole clusters in virtual time, on simulated disks and networks that break as the seed has it, and",
            "checks after every step what must always hold. The same seed makes the same run, byte for byte.",
            "",
            "Ends with exit code 1 if something was violated: then it says what, makes the run smaller as far as it",
            "still fails, and prints the command that replays it. docs/verification.md says what is broken and checked."
        },
        footer = {
            "",
            "Examples:",
            "  quorate sim --seeds 1000 --jobs 2",
            "  quorate sim --seed 42 --html timeline.html",
            "  quorate sim --enumerate all"
        })
final class SimCommand implements Callable<Integer> {

    private static final double NANOS_PER_SECOND = 1e9;
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int LAST_EVENTS = 30;
    private static final int SHRINKING_RUNS = 300;
    private static final int STACK_LINES = 12;

    private final OutputStream logStream;
    private final Function<RunPlan, SimulatedRun> runs;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--seeds",
            paramLabel = "<count>",
            description = "How many seeds to run. Default: ${DEFAULT-VALUE}",
            defaultValue = "100")
    private long seeds;

    @Option(
            names = "--first-seed",
            paramLabel = "<seed>",
            description = "The first of them. Default: ${DEFAULT-VALUE}",
            defaultValue = "1")
    private long firstSeed;

    @Option(
            names = "--jobs",
            paramLabel = "<count>",
            description = "How many to run at a time. Default: ${DEFAULT-VALUE}",
            defaultValue = "1")
    private int jobs;

    @Option(
            names = "--standard",
            description = "Runs of five members and 100 proposals a second, instead of what the seed draws.")
    private boolean standard;

    @Option(names = "--seed", paramLabel = "<seed>", description = "Runs this one seed.")
    private @Nullable Long seed;

    @Option(names = "--members", paramLabel = "<count>", description = "With --seed: so many members.")
    private @Nullable Integer members;

    @Option(names = "--clients", paramLabel = "<count>", description = "With --seed: so many clients.")
    private @Nullable Integer clients;

    @Option(
            names = "--fault-nanos",
            paramLabel = "<nanoseconds>",
            description = "With --seed: how long things go wrong before everything is mended.")
    private @Nullable Long faultNanos;

    @Option(
            names = "--faults",
            paramLabel = "none|<numbers>",
            description = "With --seed: only these of the seed's faults, counted from 0.")
    private @Nullable String faults;

    @Option(names = "--trace", paramLabel = "<file>", description = "With --seed: writes down everything that happens.")
    private @Nullable Path trace;

    @Option(
            names = "--html",
            paramLabel = "<file>",
            description = "With --seed: draws the run as a space-time diagram.")
    private @Nullable Path html;

    @Option(
            names = "--enumerate",
            paramLabel = "crashes|corruption|all",
            description = {
                "Instead of drawing: a crash at every operation of the disk, and every combination of damaged copies of",
                "four entries on three members. docs/enumeration.md says what is tried."
            })
    private SimEnumeration.@Nullable What enumerated;

    @Option(
            names = "--step",
            paramLabel = "<count>",
            description = "With --enumerate: only one in so many crashes of a cluster and cases of damage."
                    + " Default: ${DEFAULT-VALUE}",
            defaultValue = "1")
    private int step;

    @Option(
            names = "--history",
            paramLabel = "<file>",
            description = "With --seed: writes down what the clients did, for 'quorate verify history'.")
    private @Nullable Path history;

    @Option(names = "--no-shrink", description = "Leaves a failing run as it is.")
    private boolean noShrink;

    /** @param logStream where the log goes */
    SimCommand(OutputStream logStream) {
        this(logStream, SimulatedRun::new);
    }

    /** @param runs makes of a plan the one run that is asked for, and those that are to be smaller */
    SimCommand(OutputStream logStream, Function<RunPlan, SimulatedRun> runs) {
        this.logStream = logStream;
        this.runs = runs;
    }

    @Override
    public Integer call() {
        // Members die and are damaged all the time: what they say of it would drown everything else.
        LogOutput.to(logStream, LogLevel.ERROR);
        PrintWriter out = spec.commandLine().getOut();
        if (enumerated != null) {
            if (step < 1) {
                throw CommandFailed.usage("--step must be at least 1");
            }
            PrintWriter err = spec.commandLine().getErr();
            return new SimEnumeration(out, err, step).run(enumerated) ? ExitCode.OK : ExitCode.FAILED;
        }
        if (seed != null) {
            return single(planOf(seed), out);
        }
        if (trace != null
                || html != null
                || history != null
                || members != null
                || clients != null
                || faultNanos != null
                || faults != null) {
            throw CommandFailed.usage(
                    "--members, --clients, --fault-nanos, --faults, --trace, --html and --history are for one run: name its --seed");
        }
        return campaign(out);
    }

    private RunPlan drawn(long number) {
        return standard ? RunPlan.drawFive(number) : RunPlan.draw(number);
    }

    private RunPlan planOf(long number) {
        RunPlan plan = drawn(number);
        try {
            plan = members == null ? plan : plan.withMembers(members);
            plan = clients == null ? plan : plan.withClients(clients);
            plan = faultNanos == null ? plan : plan.withFaultNanos(faultNanos);
        } catch (IllegalArgumentException e) {
            throw CommandFailed.usage(String.valueOf(e.getMessage()));
        }
        return faults == null ? plan : plan.withFaults(chosen(plan.faults(), faults));
    }

    private static List<Fault> chosen(List<Fault> all, String numbers) {
        List<Fault> chosen = new ArrayList<>();
        if (!numbers.equals("none")) {
            for (String number : numbers.split(",", -1)) {
                try {
                    chosen.add(all.get(Integer.parseInt(number)));
                } catch (NumberFormatException | IndexOutOfBoundsException e) {
                    throw CommandFailed.usage("--faults: " + number
                            + " is none of the seed's faults, which are numbered from 0 to " + (all.size() - 1));
                }
            }
        }
        return chosen;
    }

    private int campaign(PrintWriter out) {
        if (seeds < 1 || jobs < 1) {
            throw CommandFailed.usage("--seeds and --jobs must be at least 1");
        }
        PrintWriter err = spec.commandLine().getErr();
        long[] nextReport = {System.nanoTime() + PROGRESS_NANOS};
        Campaign.Outcome outcome = new Campaign(this::drawn, firstSeed, seeds, jobs).run(progress -> {
            if (System.nanoTime() >= nextReport[0]) {
                nextReport[0] = System.nanoTime() + PROGRESS_NANOS;
                err.println(line(progress));
            }
        });
        out.println(line(outcome.progress()));
        outcome.failures().forEach(failure -> report(failure, out));
        outcome.notMade().forEach(failure -> err.println(failure.getMessage() + ": " + failure.getCause()));
        if (!outcome.failures().isEmpty()) {
            return ExitCode.FAILED;
        }
        long undecided = outcome.progress().undecided();
        if (undecided > 0) {
            out.println("no invariant was violated, but whether " + undecided
                    + " histories are linearizable could not be decided: too many requests have an unknown outcome");
            return ExitCode.UNDECIDED;
        }
        out.println("no invariant was violated");
        return ExitCode.OK;
    }

    private static String line(Campaign.Progress progress) {
        return String.format(
                Locale.ROOT,
                "%,d seeds, %.2f virtual hours, %,d faults, %,d operations (%,d of unknown outcome), %,d histories undecided:"
                        + " %.0f virtual hours per CPU hour",
                progress.seeds(),
                progress.virtualNanos() / NANOS_PER_SECOND / 3600,
                progress.faults(),
                progress.completed(),
                progress.unknown(),
                progress.undecided(),
                progress.speed());
    }

    private int single(RunPlan plan, PrintWriter out) {
        out.println("seed " + plan.seed() + ": " + plan.members() + " members, " + plan.clients() + " clients, "
                + plan.faults().size() + " faults:");
        List<Fault> all = drawn(plan.seed()).faults();
        plan.faults().forEach(fault -> out.println("  " + all.indexOf(fault) + ": " + fault));
        SimulatedRun run = runs.apply(plan);
        Optional<Timeline> timeline = html == null ? Optional.empty() : Optional.of(new Timeline(run.agenda()));
        timeline.ifPresent(run::watch);
        RunResult result;
        try (PrintWriter lines = trace == null ? null : new PrintWriter(Files.newBufferedWriter(trace))) {
            if (lines != null) {
                run.watch(new Trace(run.agenda(), lines::println));
            }
            result = run.run();
        } catch (IOException e) {
            throw CommandFailed.usage("--trace: cannot write " + trace + ": " + e.getMessage());
        }
        if (timeline.isPresent() && html != null) {
            write("--html", html, timeline.get().page(result));
            out.println("the run is drawn in " + html);
        }
        if (history != null) {
            StringWriter lines = new StringWriter();
            HistoryWriter.write(run.operations(), new PrintWriter(lines));
            write("--history", history, lines.toString());
            out.println("the clients' history is in " + history);
        }
        if (result.violation().isEmpty() && result.undecided()) {
            out.println(
                    "no invariant was violated, but whether the clients' history is linearizable could not be decided:"
                            + " too many requests have an unknown outcome; --history writes it for 'quorate verify history'");
            return ExitCode.UNDECIDED;
        }
        if (result.violation().isEmpty()) {
            out.println(String.format(
                    Locale.ROOT,
                    "no invariant was violated in %.3f s of virtual time",
                    result.virtualNanos() / NANOS_PER_SECOND));
            return ExitCode.OK;
        }
        report(result, out);
        return ExitCode.FAILED;
    }

    private static void write(String option, Path file, String content) {
        try {
            Files.writeString(file, content);
        } catch (IOException e) {
            throw CommandFailed.usage(option + ": cannot write " + file + ": " + e.getMessage());
        }
    }

    private void report(RunResult failure, PrintWriter out) {
        out.println("seed " + failure.plan().seed() + " violates an invariant after "
                + String.format(Locale.ROOT, "%.6f", failure.virtualNanos() / NANOS_PER_SECOND) + " s:");
        RunResult smallest = failure;
        if (!noShrink) {
            smallest = new Shrinking(failure, SHRINKING_RUNS, ignored -> {}, runs).run();
        }
        InvariantViolation violation = smallest.violation().orElseThrow();
        out.println(violation.getMessage());
        causes(violation).forEach(line -> out.println("  " + line));
        out.println();
        out.println("the last events:");
        lastEvents(smallest.plan()).forEach(event -> out.println("  " + event));
        out.println();
        if (!smallest.plan().equals(failure.plan())) {
            out.println("made smaller: " + smallest.plan().members() + " members instead of "
                    + failure.plan().members() + ", " + smallest.plan().faults().size() + " faults instead of "
                    + failure.plan().faults().size());
        }
        out.println("replay it with: " + replayCommand(smallest.plan()));
    }

    /** Where in the code a node failed, if that is what is wrong. */
    private static List<String> causes(InvariantViolation violation) {
        List<String> lines = new ArrayList<>();
        for (Throwable cause = violation.getCause(); cause != null; cause = cause.getCause()) {
            lines.add(cause.toString());
            Arrays.stream(cause.getStackTrace()).limit(STACK_LINES).forEach(frame -> lines.add("  at " + frame));
        }
        return lines;
    }

    private List<String> lastEvents(RunPlan plan) {
        Deque<String> last = new ArrayDeque<>();
        SimulatedRun run = runs.apply(plan);
        run.watch(new Trace(run.agenda(), line -> {
            last.add(line);
            if (last.size() > LAST_EVENTS) {
                last.remove();
            }
        }));
        run.run();
        return List.copyOf(last);
    }

    private String replayCommand(RunPlan plan) {
        RunPlan drawn = drawn(plan.seed());
        StringBuilder command = new StringBuilder("./quorate sim --seed " + plan.seed());
        if (standard) {
            command.append(" --standard");
        }
        if (plan.members() != drawn.members()) {
            command.append(" --members ").append(plan.members());
        }
        if (plan.clients() != drawn.clients()) {
            command.append(" --clients ").append(plan.clients());
        }
        if (plan.faultNanos() != drawn.faultNanos()) {
            command.append(" --fault-nanos ").append(plan.faultNanos());
        }
        if (!plan.faults().equals(drawn.faults())) {
            String numbers = plan.faults().stream()
                    .map(fault -> String.valueOf(drawn.faults().indexOf(fault)))
                    .collect(Collectors.joining(","));
            command.append(" --faults ").append(numbers.isEmpty() ? "none" : numbers);
        }
        return command.toString();
    }
}
