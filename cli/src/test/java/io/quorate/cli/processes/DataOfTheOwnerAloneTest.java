package io.quorate.cli.processes;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.cli.processes.ProcessCluster.Member;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Whoever has set no umask, or a careless one, still shows a member's data to nobody. */
@DisabledOnOs(OS.WINDOWS)
class DataOfTheOwnerAloneTest {

    /** Of the files that RocksDB makes by itself, which lie in a folder that is closed. */
    private static final String STORE = "state/kv";

    @TempDir
    private Path folder;

    @Test
    @Timeout(180)
    void aMemberUnderUmaskZeroLeavesNothingOpen() throws Exception {
        try (ProcessCluster cluster = new ProcessCluster(folder, 1, "--snapshot-count", "50").withoutUmask()) {
            cluster.startAll();
            Member member = cluster.awaitLeader();
            // Enough for snapshots, which are made of RocksDB's files.
            for (int i = 0; i < 200; i++) {
                member.put("key" + i, "value");
            }
            cluster.kill(member);
            cluster.start(member);
            cluster.awaitServing(member);
            // Nothing is deleted any more while it is looked at.
            cluster.kill(member);

            Path data = cluster.dataFolder(member);
            assertThat(data.resolve("snapshots")).isNotEmptyDirectory();
            assertThat(openToOthers(data)).isEmpty();
        }
    }

    @Test
    @Timeout(180)
    void dataOfASecureClusterInDevelopmentAreClosedToo() throws Exception {
        List<Integer> ports = FreePorts.find(2);
        Path data = folder.resolve("dev");
        List<String> arguments = List.of(
                "dev",
                "--secure",
                "--nodes",
                "1",
                "--data-dir",
                data.toString(),
                "--client-ports",
                ports.get(0).toString(),
                "--peer-ports",
                ports.get(1).toString());
        try (QuorateProcess process = QuorateProcess.startWithoutUmask(folder.resolve("output"), arguments)) {
            process.awaitLine("ready");
            process.kill();
            assertThat(data.resolve("certs/ca.key")).exists();
            assertThat(openToOthers(data))
                    // What is shown to everybody: nobody else may write it, nor reach it here.
                    .allMatch(line -> line.matches("rw-r--r-- certs/[a-z0-9]+\\.(crt|crl)"));
        }
    }

    /** What is neither 0700 nor 0600. */
    private static List<String> openToOthers(Path data) throws IOException {
        List<String> open = new ArrayList<>();
        try (Stream<Path> walk = Files.walk(data)) {
            for (Path path : walk.toList()) {
                String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
                boolean isOfStore = data.relativize(path).startsWith(STORE);
                boolean closed =
                        Files.isDirectory(path) ? mode.equals("rwx------") : mode.equals("rw-------") || isOfStore;
                if (!closed) {
                    open.add(mode + " " + data.relativize(path));
                }
            }
        }
        return open;
    }
}
