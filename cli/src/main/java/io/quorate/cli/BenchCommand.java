package io.quorate.cli;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.quorate.bench.DiskProbe;
import io.quorate.bench.DiskResult;
import io.quorate.bench.EngineBenchmark;
import io.quorate.bench.EngineReport;
import io.quorate.bench.LoadSettings;
import io.quorate.bench.NetProbe;
import io.quorate.bench.NetResult;
import io.quorate.bench.QuorateContender;
import io.quorate.bench.load.Workload;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quorate bench}: measures clusters of etcd's API under load, the engine alone, and what this machine allows. */
@Command(
        name = "bench",
        description = {
            "Measures a cluster of etcd's API under load, the engine alone, or what this machine allows.",
            "put, get, sget, mixed, txn, watch and lease put a load on any cluster that speaks the API of etcd v3;"
                    + " engine",
            "loads three durable members of its own, without a server; disk and net measure this machine alone.",
            "docs/benchmarks.md says what the figures mean."
        },
        footer = {
            "",
            "Examples:",
            "  quorate bench engine --inflight 1,256",
            "  quorate bench get --compare quorate=http://127.0.0.1:2379,etcd=http://127.0.0.1:12379",
            "  quorate bench put --clients 64 --duration 20s --html put.html"
        })
final class BenchCommand implements Runnable {

    private static final Gson GSON = new GsonBuilder()
            .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
            .create();

    private static final List<Integer> MESSAGES_AT_A_TIME = List.of(1, 64);
    private static final int MAX_MESSAGE_BYTES = 1 << 20;

    private final OutputStream logStream;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** @param logStream where the log goes */
    BenchCommand(OutputStream logStream) {
        this.logStream = logStream;
    }

    /** The command, with those of all workloads. */
    static CommandLine commandLine(OutputStream logStream) {
        CommandLine command = new CommandLine(new BenchCommand(logStream));
        for (Workload workload : Workload.values()) {
            command.addSubcommand(BenchLoadCommand.of(workload, logStream));
        }
        return command;
    }

    @Override
    public void run() {
        throw CommandFailed.usage("say what to measure: "
                + String.join(", ", spec.subcommands().keySet()) + "; 'quorate bench --help' explains the usage");
    }

    @Command(
            name = "engine",
            description = {
                "Loads three durable members in one process, in a closed loop.",
                "So many proposals are under way at the leader, and the completion of each starts the next. The data"
                        + " is",
                "removed afterwards."
            },
            footer = {"", "Example:", "  quorate bench engine --inflight 1,256 --output json"})
    int engine(
            @Option(
                            names = "--inflight",
                            paramLabel = "<numbers>",
                            split = ",",
                            description = "Proposals under way at a time, one level after the other. Default:"
                                    + " ${DEFAULT-VALUE}",
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
            @Option(names = "--encrypted", description = "Seals what the members write to their logs.")
                    boolean encrypted,
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
                    encrypted ? QuorateContender::startSealed : QuorateContender::start,
                    settings,
                    dataDir,
                    level -> err.println(
                            level.inflight() + " in flight: " + Math.round(level.opsPerSecond()) + " ops/s"));
        } catch (IOException | TimeoutException | RuntimeException e) {
            throw new CommandFailed(ExitCode.FAILED, "the measurement broke off: " + e, e);
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
            description = {
                "Measures writes and fdatasyncs, one after the other: the least that durability costs here.",
                "First in a file that was filled before, as a log of Quorate is, then in one that each write makes"
                        + " longer."
            },
            footer = {"", "Example:", "  quorate bench disk --data-dir /var/lib/quorate"})
    int disk(
            @Option(
                            names = "--seconds",
                            paramLabel = "<seconds>",
                            description = "How long to measure each. Default: ${DEFAULT-VALUE}",
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
        PrintWriter out = spec.commandLine().getOut();
        try {
            for (DiskResult.File file : DiskResult.File.values()) {
                DiskResult result = DiskProbe.run(dataDir, file, Duration.ofSeconds(seconds));
                out.println(output == ClientOptions.Output.json ? GSON.toJson(result) : result.line());
            }
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILED, "the disk cannot be measured: " + e, e);
        }
        return ExitCode.OK;
    }

    @Command(
            name = "net",
            description = {
                "Measures round trips over loopback, through Netty, on one connection.",
                "One message at a time, which is the least that a request waits here, and 64 at a time."
            },
            footer = {"", "Example:", "  quorate bench net --size 1024"})
    int net(
            @Option(
                            names = "--seconds",
                            paramLabel = "<seconds>",
                            description = "How long to measure each. Default: ${DEFAULT-VALUE}",
                            defaultValue = "5")
                    int seconds,
            @Option(
                            names = "--size",
                            paramLabel = "<bytes>",
                            description = "Size of a message. Default: ${DEFAULT-VALUE}",
                            defaultValue = "256")
                    int messageBytes,
            @Option(
                            names = "--output",
                            paramLabel = "table|json",
                            description = "What to print. Default: ${DEFAULT-VALUE}",
                            defaultValue = "table")
                    ClientOptions.Output output) {
        if (seconds < 1) {
            throw CommandFailed.usage("--seconds must be at least 1");
        }
        if (messageBytes < NetProbe.MIN_MESSAGE_BYTES || messageBytes > MAX_MESSAGE_BYTES) {
            throw CommandFailed.usage(
                    "--size must be between " + NetProbe.MIN_MESSAGE_BYTES + " and " + MAX_MESSAGE_BYTES);
        }
        PrintWriter out = spec.commandLine().getOut();
        try {
            for (int inflight : MESSAGES_AT_A_TIME) {
                NetResult result = NetProbe.run(inflight, messageBytes, Duration.ofSeconds(seconds));
                out.println(output == ClientOptions.Output.json ? GSON.toJson(result) : result.line());
            }
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILED, "loopback cannot be measured: " + e, e);
        }
        return ExitCode.OK;
    }
}
