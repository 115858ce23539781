package io.quorate.cli;

import io.quorate.bench.LoadBenchmark;
import io.quorate.bench.load.Failure;
import io.quorate.bench.load.Keyspace;
import io.quorate.bench.load.LoadException;
import io.quorate.bench.load.LoadPlan;
import io.quorate.bench.load.Target;
import io.quorate.bench.load.Workload;
import io.quorate.bench.report.LoadJson;
import io.quorate.bench.report.LoadPage;
import io.quorate.bench.report.LoadReport;
import io.quorate.bench.report.LoadTables;
import io.quorate.bench.report.TargetReport;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quorate bench put} and its like: load of one kind on a cluster that runs, or on two in turns. */
@Command
final class BenchLoadCommand implements Callable<Integer> {

    private static final String MORE = "docs/benchmarks.md says how it is measured and what each figure means.";

    private final Workload workload;
    private final OutputStream logStream;

    @Mixin
    private final BenchLoadOptions options = new BenchLoadOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private BenchLoadCommand(Workload workload, OutputStream logStream) {
        this.workload = workload;
        this.logStream = logStream;
    }

    /**
     * The command of a workload, with the options that it has.
     *
     * @param logStream where the log goes
     */
    static CommandLine of(Workload workload, OutputStream logStream) {
        CommandLine command = new CommandLine(new BenchLoadCommand(workload, logStream));
        CommandSpec spec = command.getCommandSpec().name(workload.text());
        spec.usageMessage()
                .description(
                        workload.description(),
                        "",
                        "It is put on any cluster that speaks the API of etcd v3.",
                        whatIsLeft(workload),
                        "Exits with 1 if every request failed. " + MORE)
                .footer("", "Example:", "  " + example(workload));
        BenchLoadOptions.removeOthers(spec, workload);
        return command;
    }

    private static String whatIsLeft(Workload workload) {
        return workload == Workload.LEASE
                ? "Leases that are still there at the end are revoked."
                : "All keys begin with bench/ and the number of the run, and are removed at the end; other keys are left alone.";
    }

    private static String example(Workload workload) {
        return switch (workload) {
            case PUT -> "quorate bench put --endpoints http://127.0.0.1:2379 --clients 64 --connections 8 --rate 2000";
            case GET, SGET -> "quorate bench " + workload.text() + " --clients 256 --duration 10s --html get.html";
            case MIXED -> "quorate bench mixed --mix b --clients 64";
            case TXN -> "quorate bench txn --compare quorate=http://127.0.0.1:2379,etcd=http://127.0.0.1:12379";
            case WATCH -> "quorate bench watch --watchers 1000 --rate 100";
            case LEASE -> "quorate bench lease --clients 64 --output json";
        };
    }

    @Override
    public Integer call() {
        List<Target> targets = options.targets();
        LoadPlan plan = options.plan(workload, targets);
        // What becomes of requests and connections is counted or told; gRPC would tell it once more, with stack traces.
        LogOutput.to(logStream, LogLevel.ERROR);
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter out = spec.commandLine().getOut();
        BenchProgress progress = new BenchProgress(err, plan);
        if (options.json()) {
            progress.onRepetition((target, repetition) -> out.println(LoadJson.line(plan, target.name(), repetition)));
        }
        LoadReport report = measure(plan, progress, targets);
        print(out, report);
        options.html().ifPresent(file -> write(file, LoadPage.of(report)));
        report.targets().forEach(BenchLoadCommand::requireSuccess);
        return ExitCode.OK;
    }

    @SuppressWarnings("try") // What listens is named to be closed.
    private LoadReport measure(LoadPlan plan, BenchProgress progress, List<Target> targets) {
        int number = new SecureRandom().nextInt();
        StopRequest stop = Quorate.stopRequest(spec, leftBehind(plan, targets, number));
        try (StopRequest.Listening listening = stop.listen()) {
            return new LoadBenchmark(plan, progress, stop::isMade)
                    .run(targets, number)
                    .orElseThrow(() -> new CommandFailed(
                            StopRequest.INTERRUPTED, "stopped: of a run that is not whole there is no report"));
        } catch (LoadException e) {
            int exitCode = switch (e.reason()) {
                case UNREACHABLE -> ExitCode.UNREACHABLE;
                case REFUSED -> ExitCode.FAILED;
            };
            throw new CommandFailed(exitCode, String.valueOf(e.getMessage()), e);
        }
    }

    /** By their whole beginning: somebody else's run may have left keys under bench/, or be under way. */
    static String leftBehind(LoadPlan plan, List<Target> targets, int number) {
        if (plan.workload() == Workload.LEASE) {
            return "leases of this run may still be there, for a minute";
        }
        String prefix = new Keyspace(number, plan.data()).prefix().toStringUtf8();
        return "keys of this run may still be there; remove them with: "
                + targets.stream()
                        .map(target -> "quorate del --prefix " + prefix + " --endpoints " + target.addresses())
                        .collect(Collectors.joining(", and: "));
    }

    private void print(PrintWriter out, LoadReport report) {
        if (options.json()) {
            out.println(LoadJson.summary(report));
            return;
        }
        out.println(report.plan().line());
        for (LoadTables.Rows rows : LoadTables.of(report)) {
            out.println();
            Table table = new Table(rows.heading().toArray(String[]::new));
            rows.rows().forEach(row -> table.add(row.toArray(String[]::new)));
            table.print(out);
        }
        List<String> notes = LoadTables.notes(report);
        if (!notes.isEmpty()) {
            out.println();
            notes.forEach(out::println);
        }
    }

    private static void write(Path file, String page) {
        try {
            Files.writeString(file, page);
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILED, "--html cannot write " + file + ": " + e, e);
        }
    }

    /** A report of nothing but failures is none. */
    private static void requireSuccess(TargetReport target) {
        if (target.succeeded() == 0) {
            String why = target.failures().stream()
                    .findFirst()
                    .map(BenchLoadCommand::text)
                    .orElse("none ended while it was measured; let it take longer with --duration");
            throw new CommandFailed(
                    ExitCode.FAILED, "not one request to " + target.target().addresses() + " succeeded: " + why);
        }
    }

    private static String text(Map.Entry<Failure, Long> failure) {
        return failure.getValue() + " x " + failure.getKey();
    }
}
