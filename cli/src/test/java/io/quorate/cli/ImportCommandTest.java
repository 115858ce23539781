package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.server.bolt.BoltWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code quorate import} as it is typed. */
@Timeout(60)
class ImportCommandTest {

    @TempDir
    private Path folder = Path.of("");

    /** The database of an etcd to which nobody has written yet. */
    private Path emptyDatabase() throws IOException {
        Path file = folder.resolve("empty.db");
        try (BoltWriter writer = BoltWriter.create(file, BoltWriter.USUAL_PAGE_BYTES)) {
            for (String bucket : new String[] {"key", "lease", "meta"}) {
                writer.beginBucket(bucket.getBytes(StandardCharsets.UTF_8));
            }
            writer.finish();
        }
        return file;
    }

    private Path snapshot() throws IOException, NoSuchAlgorithmException {
        byte[] database = Files.readAllBytes(emptyDatabase());
        byte[] checksum = MessageDigest.getInstance("SHA-256").digest(database);
        byte[] both = Arrays.copyOf(database, database.length + checksum.length);
        System.arraycopy(checksum, 0, both, database.length, checksum.length);
        return Files.write(folder.resolve("snapshot.db"), both);
    }

    private CommandRun importInto(String name, Path file, String... more) {
        String[] arguments = {
            "import",
            file.toString(),
            "--name",
            name,
            "--data-dir",
            folder.resolve(name).toString()
        };
        String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
        System.arraycopy(more, 0, all, arguments.length, more.length);
        return CommandRun.of(all);
    }

    @Test
    void aSnapshotBecomesADataDirectoryThatVerifyDataIsContentWith() throws Exception {
        CommandRun run = importInto("a", snapshot(), "--initial-cluster", "a=http://localhost:2380,b=http://b:2380");

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isZero();
        assertThat(run.out())
                .contains("imported: revision 1, 0 changes of keys, 0 leases", "digest: ", "member: a, id ");
        CommandRun verified =
                CommandRun.of("verify", "data", folder.resolve("a").toString());
        assertThat(verified.out()).contains("at entry 1, revision 1").contains("all is good");
        assertThat(verified.exitCode()).isZero();
    }

    @Test
    void aDirectoryThatHoldsAMemberIsRefused() throws Exception {
        Path snapshot = snapshot();
        assertThat(importInto("a", snapshot).exitCode()).isZero();

        CommandRun again = importInto("a", snapshot);

        assertThat(again.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(again.err()).contains("is not empty").hasLineCount(1);
    }

    @Test
    void aFileWithoutAChecksumNeedsThatToBeSaid() throws Exception {
        CommandRun refused = importInto("a", emptyDatabase());
        assertThat(refused.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(refused.err())
                .contains("empty.db cannot be imported: ", "--skip-hash-check")
                .hasLineCount(1);
        assertThat(folder.resolve("a")).doesNotExist();

        assertThat(importInto("a", folder.resolve("empty.db"), "--skip-hash-check")
                        .exitCode())
                .isZero();
    }

    @Test
    void whatIsNoSnapshotIsRefusedInOneSentence() throws Exception {
        CommandRun missing = importInto("a", folder.resolve("nothing.db"));
        assertThat(missing.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(missing.err()).contains("nothing.db is not a file");

        Path text = Files.writeString(folder.resolve("text.db"), "this is no database");
        CommandRun none = importInto("a", text, "--skip-hash-check");
        assertThat(none.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(none.err()).contains("it is no bbolt file").hasLineCount(1);
    }

    @Test
    void aMemberThatIsNotOfTheClusterIsRefused() throws Exception {
        CommandRun run = importInto("a", snapshot(), "--initial-cluster", "b=http://localhost:2380");
        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("--name a is not among the members");
    }
}
