package io.quorate.cli.processes;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.StatusRuntimeException;
import io.quorate.cli.processes.ProcessCluster.Member;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members as processes that seal what they write: killed, given another key, and given a wrong one. */
@Timeout(300)
class EncryptedProcessesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String SECRET = "nobody-else-may-read-this-";
    private static final int KEYS = 30;

    @TempDir
    private Path folder;

    private final Map<String, String> acknowledged = new TreeMap<>();
    private ProcessCluster cluster;

    private Path ring() {
        return folder.resolve("quorate.keys");
    }

    @BeforeEach
    void threeProcesses() throws IOException {
        newKey(ring());
        cluster = new ProcessCluster(folder, 3, "--encryption-key-file", ring().toString());
        startAll();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    private void newKey(Path file) throws IOException {
        List<String> arguments = List.of("encryption", "new-key", "--file", file.toString());
        try (QuorateProcess command = QuorateProcess.start(folder.resolve("new-key.log"), arguments)) {
            assertThat(command.awaitExit()).as(command.output()).isZero();
        }
    }

    private void startAll() throws IOException {
        cluster.startAll();
        cluster.awaitLeader();
        cluster.members().forEach(cluster::awaitServing);
    }

    private void write(String prefix) {
        for (int i = 0; i < KEYS; i++) {
            String key = prefix + i;
            Member member = cluster.members().get(i % 3);
            await("a write of " + key).atMost(PATIENCE).until(() -> isWritten(member, key));
            acknowledged.put(key, SECRET + key);
        }
    }

    private static boolean isWritten(Member member, String key) {
        try {
            member.put(key, SECRET + key);
            return true;
        } catch (StatusRuntimeException e) {
            member.reconnect();
            return false;
        }
    }

    private void assertAllIsThere() {
        cluster.members()
                .forEach(member ->
                        assertThat(member.contents()).as(member.name()).isEqualTo(acknowledged));
    }

    private static List<Path> files(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    private static boolean isIn(Path root, String text) throws IOException {
        for (Path file : files(root)) {
            if (Files.readString(file, ISO_8859_1).contains(text)) {
                return true;
            }
        }
        return false;
    }

    private static Map<String, String> fingerprint(Path root) throws IOException {
        Map<String, String> fingerprint = new TreeMap<>();
        for (Path file : files(root)) {
            CRC32C crc = new CRC32C();
            crc.update(Files.readAllBytes(file));
            fingerprint.put(root.relativize(file).toString(), Files.size(file) + " " + crc.getValue());
        }
        return fingerprint;
    }

    /** One after the other, since most of the time goes into the starts of processes. */
    @Test
    void whatIsSealedOutlivesAKillAndAnotherKeyAndAWrongOneTouchesNothing() throws IOException {
        write("first");
        cluster.members().forEach(cluster::kill);
        for (Member member : cluster.members()) {
            assertThat(isIn(cluster.dataFolder(member), SECRET))
                    .as(member.name())
                    .isFalse();
        }
        startAll();
        assertAllIsThere();

        newKey(ring());
        for (Member member : cluster.members()) {
            cluster.kill(member);
            cluster.start(member);
            cluster.awaitServing(member);
            assertThat(isIn(cluster.dataFolder(member).resolve("log"), "key-2"))
                    .as("the keys of the log are wrapped anew")
                    .isTrue();
        }
        write("second");
        assertAllIsThere();

        aWrongKeyIsRefused(cluster.members().getLast());
        cluster.start(cluster.members().getLast());
        cluster.awaitServing(cluster.members().getLast());
        assertAllIsThere();
    }

    /** Keys of the same ids, that are others. */
    private void aWrongKeyIsRefused(Member member) throws IOException {
        cluster.kill(member);
        Path wrong = folder.resolve("wrong.keys");
        newKey(wrong);
        newKey(wrong);
        Path right = Files.copy(ring(), folder.resolve("right.keys"), StandardCopyOption.COPY_ATTRIBUTES);
        Files.copy(wrong, ring(), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.COPY_ATTRIBUTES);
        Map<String, String> before = fingerprint(cluster.dataFolder(member));
        int printed = Files.readString(cluster.output(member)).length();
        cluster.start(member);
        await("the end of " + member.name()).atMost(PATIENCE).until(() -> cluster.hasEnded(member));
        assertThat(Files.readString(cluster.output(member)).substring(printed).lines())
                .as("one sentence behind the line that it starts")
                .hasSize(2)
                .last()
                .asString()
                .startsWith("quorate server: cannot start member ")
                .contains("sealed with the master key key-2", ring().toString());
        cluster.kill(member);
        assertThat(fingerprint(cluster.dataFolder(member))).isEqualTo(before);
        Files.move(right, ring(), StandardCopyOption.REPLACE_EXISTING);
    }
}
