package io.quorate.bench.jraft;

import com.google.gson.Gson;
import io.quorate.bench.ContenderProcess;
import io.quorate.bench.EngineReport;
import io.quorate.bench.LevelResult;
import io.quorate.bench.LoadSettings;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Measures Quorate's engine and SOFAJRaft in turns, each time in a new process with the same heap, and prints the medians
 * and their ratio. In turns, because a shared machine is faster at one moment than at another.
 */
@Command(name = "baseline", sortOptions = false, mixinStandardHelpOptions = true)
public final class Comparison implements Callable<Integer> {

    private static final List<String> JVM_OPTIONS =
            List.of("-Xms2g", "-Xmx2g", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");

    @Option(names = "--rounds", description = "How often each is measured. Default: ${DEFAULT-VALUE}")
    private int rounds = 3;

    @Option(names = "--inflight", split = ",", description = "Proposals in flight. Default: ${DEFAULT-VALUE}")
    private List<Integer> inflight = LoadSettings.DEFAULT.inflight();

    @Option(names = "--seconds", description = "Measured for each level in each round. Default: ${DEFAULT-VALUE}")
    private int seconds = 5;

    @Option(names = "--warmup", description = "Seconds before each measurement. Default: ${DEFAULT-VALUE}")
    private int warmupSeconds = 3;

    @Option(names = "--size", description = "Bytes of a command. Default: ${DEFAULT-VALUE}")
    private int commandBytes = LoadSettings.DEFAULT.commandBytes();

    @Option(names = "--data-dir", required = true, description = "A folder on the disk to measure.")
    private Path dataFolder = Path.of("");

    @Option(names = "--quorate-class-path", required = true, hidden = true)
    private String quorateClassPath = "";

    private Comparison() {}

    /** Runs the comparison. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Comparison()).execute(arguments));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        LoadSettings settings = new LoadSettings(inflight, seconds, warmupSeconds, 1, commandBytes);
        List<EngineReport> ours = new ArrayList<>();
        List<EngineReport> theirs = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            ours.add(measure("Quorate", round, quorateClassPath, ContenderProcess.class, settings));
            theirs.add(
                    measure("SOFAJRaft", round, System.getProperty("java.class.path"), JRaftContender.class, settings));
        }
        print("Quorate", ours);
        print("SOFAJRaft", theirs);
        printRatio(levels(ours), levels(theirs));
        return 0;
    }

    private EngineReport measure(String name, int round, String classPath, Class<?> main, LoadSettings settings)
            throws IOException, InterruptedException {
        System.err.println("round " + round + " of " + rounds + ": " + name);
        Gson gson = new Gson();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM_OPTIONS);
        command.addAll(List.of("-cp", classPath, main.getName(), gson.toJson(settings), dataFolder.toString()));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectInput(new File("/dev/null"))
                .start();
        String last = "";
        try (BufferedReader out = process.inputReader()) {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                last = line;
            }
        }
        if (process.waitFor() != 0) {
            throw new IOException(name + " ended with exit code " + process.exitValue());
        }
        return gson.fromJson(last, EngineReport.class);
    }

    private static List<LevelResult> levels(List<EngineReport> rounds) {
        List<LevelResult> medians = new ArrayList<>();
        for (int level = 0; level < rounds.getFirst().levels().size(); level++) {
            int at = level;
            medians.add(LevelResult.median(
                    rounds.stream().map(round -> round.levels().get(at)).toList()));
        }
        return medians;
    }

    private static void print(String name, List<EngineReport> rounds) {
        EngineReport first = rounds.getFirst();
        System.out.println();
        System.out.println(name + ", medians of " + rounds.size() + " rounds; in the first, "
                + first.disk().line());
        EngineReport medians = new EngineReport(first.settings(), first.disk(), levels(rounds));
        print(EngineReport.columns());
        medians.rows().forEach(Comparison::print);
    }

    private static void print(List<String> cells) {
        StringBuilder line = new StringBuilder();
        cells.forEach(cell -> line.append(String.format(Locale.ROOT, "%14s", cell)));
        System.out.println(line);
    }

    private static void printRatio(List<LevelResult> ours, List<LevelResult> theirs) {
        System.out.println();
        System.out.println("Quorate / SOFAJRaft");
        print(List.of("IN FLIGHT", "OPS/S", "P50", "P99", "P99.9", "CPU/OP", "HEAP BYTES/OP"));
        for (int i = 0; i < ours.size(); i++) {
            LevelResult our = ours.get(i);
            LevelResult their = theirs.get(i);
            print(List.of(
                    Integer.toString(our.inflight()),
                    ratio(our.opsPerSecond(), their.opsPerSecond()),
                    ratio(our.p50Micros(), their.p50Micros()),
                    ratio(our.p99Micros(), their.p99Micros()),
                    ratio(our.p999Micros(), their.p999Micros()),
                    ratio(our.cpuMicrosPerOp(), their.cpuMicrosPerOp()),
                    ratio(our.allocatedBytesPerOp(), their.allocatedBytesPerOp())));
        }
    }

    private static String ratio(double ours, double theirs) {
        return String.format(Locale.ROOT, "%.2f", ours / theirs);
    }
}
