package io.quorate.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.cli.processes.ProcessCluster;
import io.quorate.cli.processes.ProcessCluster.Member;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A client of etcd as a process, which works, checks what it gets, and says so line by line.
 *
 * <p>It finds the members in the environment variable {@code ENDPOINTS}, as {@code host:port,...}. A line {@code ok: ...} names
 * what it has checked. At the line {@code kill the leader} the member that leads is killed, and the client gets a line that
 * names it ({@code killed host:port}); it works on meanwhile. It ends with 0 if all was well.
 */
final class ClientScript implements AutoCloseable {

    /** Debian's modules are for Debian's Python, whatever other one may come first on the path. */
    static final String PYTHON =
            Optional.ofNullable(System.getenv("QUORATE_PYTHON")).orElse("/usr/bin/python3");

    private static final Path CLIENTS = Path.of("src/test/clients").toAbsolutePath();

    private static final String CHECKED = "ok: ";
    private static final String KILL = "kill the leader";
    private static final long PATIENCE_SECONDS = 200;

    private final ProcessCluster cluster;
    private final Process process;

    private ClientScript(ProcessCluster cluster, Process process) {
        this.cluster = cluster;
        this.process = process;
    }

    /** Where a client's file is. */
    static String path(String name) {
        return CLIENTS.resolve(name).toString();
    }

    /**
     * Runs a client to its end, and ends it if it takes too long.
     *
     * @param folder what it may write to, and where it starts
     * @return what it has checked, in its words
     */
    static List<String> run(ProcessCluster cluster, Path folder, List<String> command)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.redirectErrorStream(true).environment().put("ENDPOINTS", endpoints(cluster));
        try (ClientScript script = new ClientScript(cluster, builder.start())) {
            return script.finish();
        }
    }

    static String endpoints(ProcessCluster cluster) {
        return cluster.members().stream().map(ClientScript::endpoint).collect(Collectors.joining(","));
    }

    static String endpoint(Member member) {
        return "127.0.0.1:" + member.clientPort();
    }

    private List<String> finish() throws IOException, InterruptedException {
        // Closed from here, it says nothing more, and the loop below ends.
        Thread guard = Thread.ofVirtual().start(this::endIfItTakesTooLong);
        List<String> output = new ArrayList<>();
        boolean killed = false;
        for (String line :
                (Iterable<String>) process.inputReader(StandardCharsets.UTF_8).lines()::iterator) {
            output.add(line);
            if (line.equals(KILL)) {
                killed = true;
                killTheLeader();
            }
        }
        int exitCode = process.waitFor();
        guard.interrupt();
        assertThat(exitCode).as(() -> described(output)).isZero();
        assertThat(killed).as("a leader was killed while the client worked").isTrue();
        return output.stream()
                .filter(line -> line.startsWith(CHECKED))
                .map(line -> line.substring(CHECKED.length()))
                .toList();
    }

    private void endIfItTakesTooLong() {
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                close();
            }
        } catch (InterruptedException e) {
            // It has ended by itself.
        }
    }

    private void killTheLeader() {
        Member leader = cluster.awaitLeader();
        cluster.kill(leader);
        PrintStream input = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
        input.println("killed " + endpoint(leader));
    }

    private String described(List<String> output) {
        return "the client said:\n" + String.join("\n", output) + "\nthe members said:\n" + cluster.outputs();
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        process.onExit().join();
    }
}
