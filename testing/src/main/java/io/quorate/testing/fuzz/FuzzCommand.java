package io.quorate.testing.fuzz;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Tries the decoders of all modules that are on the class path: what {@code bench/fuzz} runs. */
public final class FuzzCommand {

    private static final Duration MOST_TIME = Duration.ofSeconds(1);

    private final PrintStream out;
    private final long inputs;
    private final long seed;
    private final Path folder;

    private FuzzCommand(PrintStream out, long inputs, long seed, Path folder) {
        this.out = out;
        this.inputs = inputs;
        this.seed = seed;
        this.folder = folder;
    }

    /**
     * Runs it; the script that does so has looked at the arguments.
     *
     * @param arguments how many inputs each, the seed, how many decoders at once, a folder for inputs that fail, and the names of the targets, none
     *     for all
     */
    public static void main(String[] arguments) throws InterruptedException, ExecutionException, IOException {
        FuzzCommand command = new FuzzCommand(
                System.out, Long.parseLong(arguments[0]), Long.parseLong(arguments[1]), Path.of(arguments[3]));
        List<String> names = List.of(arguments).subList(4, arguments.length);
        System.exit(command.run(names, Integer.parseInt(arguments[2])));
    }

    private static List<FuzzTarget<?>> all() {
        List<FuzzTarget<?>> all = new ArrayList<>();
        ServiceLoader.load(FuzzTargets.class).forEach(some -> all.addAll(some.targets()));
        all.sort(Comparator.comparing(FuzzTarget::name));
        return all;
    }

    private int run(List<String> names, int jobs) throws InterruptedException, ExecutionException, IOException {
        List<FuzzTarget<?>> all = all();
        List<String> known = all.stream().map(FuzzTarget::name).toList();
        List<String> unknown =
                names.stream().filter(name -> !known.contains(name)).toList();
        if (!unknown.isEmpty()) {
            out.println("there is no target " + String.join(", ", unknown) + "; there are " + String.join(", ", known));
            return 2;
        }
        List<String> unread = SavedInputs.unread(all);
        if (!unread.isEmpty()) {
            out.println("no target tries the saved inputs in " + String.join(", ", unread)
                    + "; name each file as its target is named, or delete it");
            return 2;
        }
        List<FuzzTarget<?>> chosen = all.stream()
                .filter(target -> names.isEmpty() || names.contains(target.name()))
                .toList();
        List<FuzzReport> reports = runAll(chosen, jobs);
        out.println();
        out.print(FuzzTable.of(reports));
        return reports.stream().anyMatch(report -> report.failure().isPresent()) ? 1 : 0;
    }

    private List<FuzzReport> runAll(List<FuzzTarget<?>> targets, int jobs)
            throws InterruptedException, ExecutionException {
        List<FuzzReport> reports = new ArrayList<>();
        ExecutorService executor = Executors.newFixedThreadPool(jobs);
        try {
            List<Future<FuzzReport>> running = new ArrayList<>();
            targets.forEach(target -> running.add(executor.submit(() -> run(target))));
            for (Future<FuzzReport> each : running) {
                reports.add(each.get());
            }
        } finally {
            executor.shutdownNow();
        }
        return reports;
    }

    private FuzzReport run(FuzzTarget<?> target) throws InterruptedException {
        FuzzReport report = Fuzzer.run(target, inputs, seed, MOST_TIME);
        synchronized (out) {
            out.printf(
                    Locale.ROOT,
                    "%s: %,d inputs in %.0f s%s%n",
                    target.name(),
                    report.inputs(),
                    report.seconds(),
                    report.failure().isPresent() ? ", FAILED" : "");
            report.failure().ifPresent(this::tell);
        }
        return report;
    }

    private void tell(FuzzFailure failure) {
        out.println("  seed " + seed + ", " + failure.getMessage());
        if (failure.getCause() != null) {
            failure.getCause().printStackTrace(out);
        }
        String hex = HexFormat.of().formatHex(failure.input());
        Path file = folder.resolve(failure.target() + "-" + Integer.toHexString(hex.hashCode()) + ".hex");
        try {
            Files.createDirectories(folder);
            Files.writeString(file, hex + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        out.println("  the input is in " + file);
    }
}
