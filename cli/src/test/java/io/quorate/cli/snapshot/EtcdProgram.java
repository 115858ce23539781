package io.quorate.cli.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.cli.etcdctl.EtcdRelease;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@code etcd}, one member on free ports of the loopback, with what its data directory holds. */
final class EtcdProgram implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 60;

    private final Process process;
    private final int clientPort;

    private EtcdProgram(Process process, int clientPort) {
        this.process = process;
        this.clientPort = clientPort;
    }

    /** Starts it and returns at once. */
    static EtcdProgram start(EtcdRelease release, Path dataDir) throws IOException {
        List<Integer> ports = FreePorts.find(2);
        String clients = "http://127.0.0.1:" + ports.get(0);
        Process process = new ProcessBuilder(
                        release.program("etcd"),
                        "--data-dir=" + dataDir,
                        "--listen-client-urls=" + clients,
                        "--advertise-client-urls=" + clients,
                        // The member is called as the peers of a cluster of one are by default, and nobody calls it.
                        "--listen-peer-urls=http://127.0.0.1:" + ports.get(1))
                .redirectErrorStream(true)
                .redirectOutput(
                        dataDir.resolveSibling(dataDir.getFileName() + ".log").toFile())
                .start();
        return new EtcdProgram(process, ports.get(0));
    }

    String endpoint() {
        return "127.0.0.1:" + clientPort;
    }

    /**
     * Runs {@code etcdctl}, which must succeed.
     *
     * @param folder for what it prints
     * @return what it printed to its standard output
     */
    static String etcdctl(EtcdRelease release, Path folder, String... arguments)
            throws IOException, InterruptedException {
        return run(release.program("etcdctl"), folder, arguments);
    }

    /** As {@link #etcdctl}, for what is done to a snapshot file, which a program of its own does since 3.5. */
    static String etcdutl(EtcdRelease release, Path folder, String... arguments)
            throws IOException, InterruptedException {
        return switch (release) {
            case V3_4 -> etcdctl(release, folder, arguments);
            case V3_5 -> run(release.program("etcdutl"), folder, arguments);
        };
    }

    private static String run(String program, Path folder, String... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        Path printed = folder.resolve("etcdctl.out");
        Path errors = folder.resolve("etcdctl.err");
        ProcessBuilder etcdctl =
                new ProcessBuilder(command).redirectOutput(printed.toFile()).redirectError(errors.toFile());
        etcdctl.environment().put("ETCDCTL_API", "3");
        Process process = etcdctl.start();
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("%s", command)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue())
                .as("%s: %s", command, Files.readString(errors, StandardCharsets.UTF_8))
                .isZero();
        return Files.readString(printed, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
