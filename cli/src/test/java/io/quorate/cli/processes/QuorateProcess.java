package io.quorate.cli.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The executable {@code quorate} as a process of its own, run from the class path of the tests, or from the one that
 * {@code quorate.test.class.path} names.
 */
public final class QuorateProcess implements AutoCloseable {

    /** A start on a machine that is busy with other things takes its time. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Most processes of tests are over before the second compiler would pay; the soak runs them as the launcher does. */
    private static final String OPTIONS =
            System.getProperty("quorate.test.process.options", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC");

    /** For all processes of this JVM's tests; made when the first one starts. */
    private static final class Start {
        static final QuickStart QUICK = QuickStart.of(jvm(), classPath());
    }

    private final Process process;
    private final Path output;

    private QuorateProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** The words that run {@code quorate} with these arguments, as the launcher does, but with a smaller heap. */
    public static List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>(jvm());
        command.addAll(Start.QUICK.options());
        command.addAll(List.of("-cp", Start.QUICK.classPath(), "io.quorate.cli.Quorate"));
        command.addAll(arguments);
        return command;
    }

    private static List<String> jvm() {
        List<String> jvm = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        jvm.addAll(List.of(OPTIONS.split(" ")));
        if (Runtime.version().feature() >= 22) {
            jvm.add("-XX:TrimNativeHeapInterval=60000");
        }
        jvm.addAll(List.of("-Xmx256m", "--enable-native-access=ALL-UNNAMED"));
        return jvm;
    }

    private static String classPath() {
        // Surefire gives its own JVM a jar that only names the class path.
        return Stream.of("quorate.test.class.path", "surefire.test.class.path", "java.class.path")
                .map(System::getProperty)
                .filter(Objects::nonNull)
                .findFirst()
                .orElseThrow();
    }

    /**
     * Starts it and returns at once.
     *
     * @param output the file to which everything that it prints is added
     */
    public static QuorateProcess start(Path output, List<String> arguments) throws IOException {
        return launch(output, command(arguments));
    }

    /** As {@link #start}, in a process that would let everybody write whatever it makes. */
    public static QuorateProcess startWithoutUmask(Path output, List<String> arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "umask 000; exec \"$@\"", "sh"));
        command.addAll(command(arguments));
        return launch(output, command);
    }

    private static QuorateProcess launch(Path output, List<String> command) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
        builder.environment().putIfAbsent("MALLOC_ARENA_MAX", "2");
        return new QuorateProcess(builder.start(), output);
    }

    public long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Everything printed so far, to stdout and to stderr. */
    public String output() {
        try {
            return Files.readString(output, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it has printed a line that begins so, and returns that line. */
    public String awaitLine(String beginning) {
        await("a line that begins with \"" + beginning + "\"")
                .atMost(PATIENCE)
                .failFast(
                        "it ended",
                        () -> assertThat(process.isAlive()).as(output()).isTrue())
                .until(() -> output().lines().anyMatch(line -> line.startsWith(beginning)));
        return output().lines()
                .filter(line -> line.startsWith(beginning))
                .findFirst()
                .orElseThrow();
    }

    /** Waits until it has ended by itself, and returns its exit code. */
    public int awaitExit() {
        return process.onExit()
                .orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join()
                .exitValue();
    }

    /** {@code kill -9}: no warning, no shutdown hook. Returns when the process is gone. */
    public void kill() {
        process.destroyForcibly();
        process.onExit().join();
    }

    @Override
    public void close() {
        kill();
    }
}
