package io.quorate.cli;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.quorate.bench.DiskProbe;
import io.quorate.bench.DiskResult;
import io.quorate.bench.EngineBenchmark;
import io.quorate.bench.EngineReport;
import io.quorate.bench.LoadSettings;
import io.quorate.bench.QuorateContender;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quorate bench}: measures what this machine gets out of Quorate, and what its disk allows. */
@Command(
        name = "bench",
        description = {
            "Measures on this machine: the engine with three durable members, or the disk alone.",
            "docs/benchmarks.md says what the figures mean."
        },
        footer = {"", "Example:", "  quorate bench engine --inflight 1,256"})
final class BenchCommand implements Runnable {

    private static final Gson GSON = new GsonBuilder()
            .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
            .create();

    private final OutputStream logStream;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** @param logStream where the log goes */
    BenchCommand(OutputStream logStream) {
        this.logStream = logStream;
    }

    @Override
    public void run() {
        throw CommandFailed.usage("say what to measure: engine or disk; 'quorate bench --help' explains the usage");
    }

    @Command(
            name = "engine",
            description = {
                "Loads three durable members in one process, in a closed loop: so many proposals are under way at the",
                "leader, and the completion of each starts the next. The data is removed afterwards."
            },
            footer = {"", "Example:", "  quorate bench engine --inflight 1,256 --output json"})
    int engine(
            @Option(
                            names = "--inflight",
                            paramLabel = "<numbers>",
                            split = ",",
                            description =
                                    "Proposals under way at a time, one level after the other. Default: ${DEFAULT-VALUE}",
                            defaultValue = "1,16,64,256")
                    List<Integer> inflight,
            @Option(
                            names = "--seconds",
                            paramLabel = "<seconds>",
                            description = "How long each repetition is measured. Default: ${DEFAULT-VALUE}",
                            defaultValue = "10")
                    int seconds,
            @Option(
                            names = "--warmup",
                            paramLabel = "<seconds>",
                            description = "How long each level runs before. Default: ${DEFAULT-VALUE}",
                            defaultValue = "5")
                    int warmupSeconds,
            @Option(
                            names = "--repeat",
                            paramLabel = "<count>",
                            description =
                                    "Repetitions of each level; their medians are printed. Default: ${DEFAULT-VALUE}",
                            defaultValue = "3")
                    int repetitions,
            @Option(
                            names = "--size",
                            paramLabel = "<bytes>",
                            description = "Size of a command. Default: ${DEFAULT-VALUE}",
                            defaultValue = "256")
                    int commandBytes,
            @Option(
                            names = "--data-dir",
                            paramLabel = "<path>",
                            description = "A directory on the disk to measure. Default: the current one",
                            defaultValue = ".")
                    Path dataDir,
            @Option(
                            names = "--output",
                            paramLabel = "table|json",
                            description = "What to print. Default: ${DEFAULT-VALUE}",
                            defaultValue = "table")
                    ClientOptions.Output output) {
        LoadSettings settings = settings(inflight, seconds, warmupSeconds, repetitions, commandBytes);
        LogOutput.to(logStream, LogLevel.parse("--log-level", "warn"));
        PrintWriter err = spec.commandLine().getErr();
        PrintWriter out = spec.commandLine().getOut();
        EngineReport report;
        try {
            report = EngineBenchmark.run(
                    QuorateContender::start,
                    settings,
                    dataDir,
                    level -> err.println(
                            level.inflight() + " in flight: " + Math.round(level.opsPerSecond()) + " ops/s"));
        } catch (IOException | TimeoutException | RuntimeException e) {
            throw new CommandFailed(ExitCode.FAILED, "the measurement broke off: " + e.getMessage(), e);
        }
        if (output == ClientOptions.Output.json) {
            out.println(GSON.toJson(report));
        } else {
            Table table = new Table(EngineReport.columns().toArray(String[]::new));
            report.rows().forEach(row -> table.add(row.toArray(String[]::new)));
            table.print(out);
            out.println(report.disk().line());
        }
        return ExitCode.OK;
    }

    private static LoadSettings settings(
            List<Integer> inflight, int seconds, int warmupSeconds, int repetitions, int commandBytes) {
        try {
            return new LoadSettings(inflight, seconds, warmupSeconds, repetitions, commandBytes);
        } catch (IllegalArgumentException e) {
            throw CommandFailed.usage(e.getMessage() + "; 'quorate bench engine --help' explains the usage");
        }
    }

    @Command(
            name = "disk",
            description = "Measures one write and fdatasync after the other: the least that durability costs here.",
            footer = {"", "Example:", "  quorate bench disk --data-dir /var/lib/quorate"})
    int disk(
            @Option(
                            names = "--seconds",
                            paramLabel = "<seconds>",
                            description = "How long to measure. Default: ${DEFAULT-VALUE}",
                            defaultValue = "5")
                    int seconds,
            @Option(
                            names = "--data-dir",
                            paramLabel = "<path>",
                            description = "A directory on the disk to measure. Default: the current one",
                            defaultValue = ".")
                    Path dataDir,
            @Option(
                            names = "--output",
                            paramLabel = "table|json",
                            description = "What to print. Default: ${DEFAULT-VALUE}",
                            defaultValue = "table")
                    ClientOptions.Output output) {
        if (seconds < 1) {
            throw CommandFailed.usage("--seconds must be at least 1");
        }
        if (!Files.isDirectory(dataDir)) {
            throw CommandFailed.usage("--data-dir: there is no directory " + dataDir + "; name one that is there");
        }
        DiskResult result;
        try {
            result = DiskProbe.run(dataDir, Duration.ofSeconds(seconds));
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILED, "the disk cannot be measured: " + e.getMessage(), e);
        }
        PrintWriter out = spec.commandLine().getOut();
        out.println(output == ClientOptions.Output.json ? GSON.toJson(result) : result.line());
        return ExitCode.OK;
    }
}
