package io.quorate.cli.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.cli.processes.QuorateProcess;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Three members that have each imported a snapshot with {@code quorate import}, as processes of their own. */
final class ImportedCluster implements AutoCloseable {

    private static final int MEMBERS = 3;

    private final Path folder;
    private final List<Integer> ports;
    private final List<QuorateProcess> members = new ArrayList<>();

    private ImportedCluster(Path folder) throws IOException {
        this.folder = folder;
        this.ports = FreePorts.find(2 * MEMBERS);
    }

    /** Imports the snapshot at all members, which must come to the same digest, and starts them. */
    static ImportedCluster of(Path snapshot, Path folder) throws IOException {
        ImportedCluster cluster = new ImportedCluster(folder);
        try {
            List<String> digests = new ArrayList<>();
            for (int i = 0; i < MEMBERS; i++) {
                digests.add(cluster.importInto(i, snapshot));
            }
            assertThat(digests.stream().distinct()).hasSize(1);
            for (int i = 0; i < MEMBERS; i++) {
                cluster.start(i);
            }
            return cluster;
        } catch (IOException | RuntimeException | Error e) {
            cluster.close();
            throw e;
        }
    }

    private String importInto(int member, Path snapshot) throws IOException {
        // Both names of the command come to the same.
        List<String> arguments = new ArrayList<>(member == 0 ? List.of("snapshot", "restore") : List.of("import"));
        arguments.add(snapshot.toString());
        arguments.addAll(flags(member));
        try (QuorateProcess process = QuorateProcess.start(folder.resolve("import-" + member + ".log"), arguments)) {
            assertThat(process.awaitExit()).as(process.output()).isZero();
            return process.output()
                    .lines()
                    .filter(line -> line.startsWith("digest: "))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private void start(int member) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("server"));
        arguments.addAll(flags(member));
        arguments.addAll(List.of(
                "--listen-peer-urls", peers(member),
                "--listen-client-urls", "http://" + endpoint(member),
                "--advertise-client-urls", "http://" + endpoint(member)));
        members.add(QuorateProcess.start(folder.resolve("member-" + member + ".log"), arguments));
    }

    private List<String> flags(int member) {
        return List.of(
                "--name", "m" + member,
                "--data-dir", dataDir(member).toString(),
                "--initial-cluster",
                        IntStream.range(0, MEMBERS)
                                .mapToObj(i -> "m" + i + "=" + peers(i))
                                .collect(Collectors.joining(",")),
                "--initial-cluster-token", "imported",
                "--initial-advertise-peer-urls", peers(member));
    }

    private String peers(int member) {
        return "http://127.0.0.1:" + ports.get(MEMBERS + member);
    }

    Path dataDir(int member) {
        return folder.resolve("m" + member + ".data");
    }

    int size() {
        return MEMBERS;
    }

    /** A member's {@code host:port}. */
    String endpoint(int member) {
        return "127.0.0.1:" + ports.get(member);
    }

    /** Ends the members; what they hold stays. */
    void stop() {
        members.forEach(QuorateProcess::close);
    }

    @Override
    public void close() {
        stop();
    }
}
