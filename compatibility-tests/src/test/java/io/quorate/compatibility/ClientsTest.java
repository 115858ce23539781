package io.quorate.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.cli.etcdctl.EtcdRelease;
import io.quorate.cli.processes.ProcessCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients of etcd that are not for the JVM find what they expect, and work on when the leader is killed. */
@Tag("packages")
@ExtendWith(SharedCluster.class)
@Timeout(300)
class ClientsTest {

    private static final Path NPM = Path.of("target/npm").toAbsolutePath();

    // What each client says that it has found.
    private static final String NOTHING_LOST = "everything that was acknowledged is there";
    private static final String NOTHING_MISSED = "the watch has seen each acknowledged write once, in order";
    private static final String USERS = "users may do what their roles say";
    private static final String LOCK_HELD = "the lock is held across the change of leader";

    @TempDir
    private Path folder;

    private final ProcessCluster cluster;

    ClientsTest(ProcessCluster cluster) {
        this.cluster = cluster;
    }

    @ParameterizedTest
    @EnumSource
    void etcdctlWorksOnWhileTheLeaderIsKilled(EtcdRelease release) throws Exception {
        Path program = Path.of(release.program("etcdctl"));
        String first = program.isAbsolute() ? program.getParent() + ":" : "";
        List<String> checked =
                run("env", "PATH=" + first + System.getenv("PATH"), "bash", ClientScript.path("etcdctl.sh"));

        assertThat(checked)
                .contains(NOTHING_LOST, NOTHING_MISSED, LOCK_HELD, USERS)
                .contains("the lease is kept alive across the change of leader")
                .contains("the election goes on across the change of leader");
    }

    @Test
    void pythonsEtcd3WorksOnWhileTheLeaderIsKilled() throws Exception {
        List<String> checked = run(ClientScript.PYTHON, ClientScript.path("etcd3_client.py"));

        assertThat(checked).contains(NOTHING_LOST, NOTHING_MISSED, LOCK_HELD, USERS);
    }

    @Test
    void pythonsEtcd3gwWorksOnWhileTheLeaderIsKilled() throws Exception {
        List<String> checked = run(ClientScript.PYTHON, ClientScript.path("etcd3gw_client.py"));

        assertThat(checked).contains(NOTHING_LOST, NOTHING_MISSED, LOCK_HELD, USERS);
    }

    @Test
    void nodesEtcd3WorksOnWhileTheLeaderIsKilled() throws Exception {
        installFromNpm();

        List<String> checked = run("node", NPM.resolve("etcd3_client.js").toString());

        assertThat(checked)
                .contains(NOTHING_LOST, NOTHING_MISSED, LOCK_HELD, USERS)
                .contains("the lease is kept alive across the change of leader");
    }

    private List<String> run(String... command) throws IOException, InterruptedException {
        return ClientScript.run(cluster, folder, List.of(command));
    }

    /** Puts the client and exactly what it needs, as {@code package-lock.json} has it, beside the script. */
    private static void installFromNpm() throws IOException, InterruptedException {
        Files.createDirectories(NPM);
        boolean changed = false;
        for (String file : List.of("package.json", "package-lock.json", "etcd3_client.js")) {
            Path source = Path.of(ClientScript.path("npm"), file);
            Path copy = NPM.resolve(file);
            if (!Files.exists(copy) || Files.mismatch(source, copy) >= 0) {
                Files.writeString(copy, Files.readString(source));
                changed |= !file.endsWith(".js");
            }
        }
        if (changed || !Files.exists(NPM.resolve("node_modules/.package-lock.json"))) {
            Path log = NPM.resolve("npm.log");
            Process npm = new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
                    .directory(NPM.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            try {
                assertThat(npm.waitFor(120, TimeUnit.SECONDS)).as("npm ends").isTrue();
            } finally {
                npm.destroyForcibly();
            }
            assertThat(npm.exitValue()).as(() -> read(log)).isZero();
        }
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
