package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.grpc.Status;
import io.quorate.cli.processes.QuorateProcess;
import io.quorate.server.ByteProgress;
import io.quorate.server.RestoreRehearsal;
import io.quorate.server.RestoreRehearsal.Restored;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code quorate backup} as it is typed, with a real member, and with servers that stream something else or answer otherwise. */
@Timeout(120)
class BackupCommandTest {

    private static final int CHECKSUM_BYTES = 32;

    /** What a process ends with that SIGTERM has ended. */
    private static final int TERMINATED = 128 + 15;

    private static final String WORK = ".quorate-backup";

    @TempDir
    private static Path made = Path.of("");

    @TempDir
    private Path dir = Path.of("");

    private static OneMember member;
    private static byte[] snapshot = {};
    private static Restored restored;

    @BeforeAll
    static void startMember() throws IOException {
        member = OneMember.start(OneMember.config(made));
        for (int i = 0; i < 20; i++) {
            member.run("put", "key" + i, "value " + i);
        }
        member.run("del", "key3");
        Path file = made.resolve("snapshot.db");
        member.run("snapshot", "save", file.toString());
        snapshot = Files.readAllBytes(file);
        restored = RestoreRehearsal.run(file, made.resolve("scratch"), -1, ByteProgress.NONE);
    }

    @AfterAll
    static void stopMember() {
        member.close();
    }

    private static FakeSnapshots fake() throws IOException {
        return new FakeSnapshots(snapshot, restored.hash(), restored.keys());
    }

    private CommandRun backup(String endpoint, String... more) {
        String[] arguments = {"backup", "--once", "--to", dir.toString()};
        String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
        System.arraycopy(more, 0, all, arguments.length, more.length);
        return OneMember.runAt(endpoint, all);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(dir)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> !file.equals(WORK))
                    .sorted()
                    .toList();
        }
    }

    private void assertNothingIsLeft() throws IOException {
        try (Stream<Path> files = Files.list(dir.resolve(WORK))) {
            assertThat(files.map(file -> file.getFileName().toString())).containsExactly("lock");
        }
    }

    private JsonObject manifest(String file) throws IOException {
        return JsonParser.parseString(Files.readString(dir.resolve(file + ".json")))
                .getAsJsonObject();
    }

    @Test
    void aBackupIsVerifiedAgainstTheClusterAndTheNewestAreKept() throws IOException {
        Path mine = Files.writeString(dir.resolve("mine.db"), "mine");
        CommandRun first = backup(member.endpoint(), "--keep=1");
        assertThat(first.err()).isEmpty();
        assertThat(first.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(first.out())
                .matches("\\S+Z revision 22, 19 keys, \\d+ bytes, verified, \\d+\\.\\d s: quorate-\\S+-r22.db"
                        + " \\(operation \\d+\\)\n");
        String old = files().get(1);
        assertThat(old).endsWith("-r22.db");
        // The same but for the place in the log that it stands at: what was done before is on record by now.
        assertThat(dir.resolve(old)).hasSize(snapshot.length);

        CommandRun second = backup(member.endpoint(), "--keep=1", "--output=json");
        JsonObject line = JsonParser.parseString(second.out()).getAsJsonObject();
        String file = line.get("file").getAsString();
        assertThat(line.get("deleted").getAsJsonArray().get(0).getAsString()).isEqualTo(old);
        assertThat(files()).containsExactly("mine.db", file, file + ".json");
        assertThat(mine).hasContent("mine");
        JsonObject manifest = manifest(file);
        assertThat(manifest.get("verified").getAsBoolean()).isTrue();
        assertThat(manifest.get("revision").getAsLong()).isEqualTo(22);
        assertThat(manifest.get("keys").getAsLong()).isEqualTo(19);
        assertThat(manifest.get("bytes").getAsLong()).isEqualTo(Files.size(dir.resolve(file)));
        assertThat(manifest.get("hash_kv").getAsLong()).isEqualTo(restored.hash());
        assertThat(manifest.get("digest").getAsString()).isEqualTo(restored.digest());
        assertThat(member.run("operations", line.get("operation").getAsString()).out())
                .contains("backup --to " + dir, ", done after ", "kept as " + file + ", and verified")
                .contains("restored, it has the 19 keys and the hash ", restored.digest());
        assertNothingIsLeft();
    }

    @Test
    void oneThatDiffersFromTheClusterIsKeptUnderAnotherNameAndDisplacesNone() throws IOException {
        try (FakeSnapshots fake = fake()) {
            assertThat(backup(fake.endpoint(), "--keep=1").exitCode()).isEqualTo(ExitCode.OK);
            List<String> good = files();

            fake.hasHash(restored.hash() + 1);
            CommandRun otherHash = backup(fake.endpoint(), "--keep=1");
            assertThat(otherHash.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(otherHash.out())
                    .contains("NOT GOOD: restored, it has the hash ", " (not on record: ")
                    .hasLineCount(1);
            assertThat(files()).containsAll(good).hasSize(4).anyMatch(file -> file.endsWith("-r22.db.unverified"));

            fake.hasHash(restored.hash());
            fake.hasKeys(18);
            CommandRun otherKeys = backup(fake.endpoint(), "--keep=1", "--output=json");
            assertThat(otherKeys.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(JsonParser.parseString(otherKeys.out())
                            .getAsJsonObject()
                            .get("reason")
                            .getAsString())
                    .startsWith("restored, it has 19 keys, and there are 18 at revision 22 of ");
            assertThat(files()).containsAll(good).hasSize(4);
            assertNothingIsLeft();
        }
    }

    @Test
    void oneThatCouldNotBeComparedIsNotCalledGoodAndNotBad() throws IOException {
        try (FakeSnapshots fake = fake()) {
            fake.refusesHash(
                    Status.OUT_OF_RANGE.withDescription("etcdserver: mvcc: required revision has been compacted"));
            CommandRun compacted = backup(fake.endpoint());
            assertThat(compacted.exitCode()).isEqualTo(ExitCode.UNDECIDED);
            assertThat(compacted.out())
                    .contains(
                            "NOT VERIFIED: it was not compared with the cluster: the cluster has compacted revision 22");
            assertThat(files()).hasSize(2).allMatch(file -> file.contains(".db.unverified"));
        }
    }

    @Test
    void aMemberThatHasNotComeSoFarIsAskedAgain() throws IOException {
        try (FakeSnapshots fake = fake()) {
            fake.refusesHash(
                    Status.OUT_OF_RANGE.withDescription("etcdserver: mvcc: required revision is a future revision"));
            assertThat(backup(fake.endpoint()).exitCode()).isEqualTo(ExitCode.OK);
        }
    }

    /** So a member whose state differs from the others' does not vouch for its own snapshot. */
    @Test
    void anotherMemberIsAskedThanTheOneThatGaveTheSnapshot() throws IOException {
        try (FakeSnapshots one = fake();
                FakeSnapshots other = fake()) {
            one.hasHash(restored.hash() + 1);
            CommandRun run = backup(one.endpoint() + "," + other.endpoint());
            assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
            String file = files().getFirst();
            assertThat(manifest(file).get("endpoint").getAsString()).isEqualTo("http://" + one.endpoint());
            assertThat(manifest(file).get("compared_with").getAsString()).isEqualTo("http://" + other.endpoint());
        }
    }

    @Test
    void whatOneMemberDoesNotSendToItsEndIsTakenFromAnotherOne() throws IOException {
        try (FakeSnapshots one = fake();
                FakeSnapshots other = fake()) {
            one.streams(Arrays.copyOf(snapshot, 32 * 1024));
            one.endsWith(Status.UNAVAILABLE);
            assertThat(backup(one.endpoint() + "," + other.endpoint()).exitCode())
                    .isEqualTo(ExitCode.OK);
            String file = files().getFirst();
            assertThat(dir.resolve(file)).hasBinaryContent(snapshot);
            assertThat(manifest(file).get("endpoint").getAsString()).isEqualTo("http://" + other.endpoint());
        }
    }

    @Test
    void withoutRoomForItNothingIsWritten() throws IOException {
        try (FakeSnapshots fake = fake()) {
            fake.hasBytes(1L << 60);
            assertFails(backup(fake.endpoint()), "there is not enough room in " + dir + ": ");
        }
    }

    @Test
    void whatArrivesDamagedOrNotAtAllIsReportedAndNotKept() throws IOException {
        byte[] flipped = snapshot.clone();
        flipped[snapshot.length / 2] ^= 1;
        try (FakeSnapshots fake = fake()) {
            fake.streams(flipped);
            assertFails(backup(fake.endpoint()), "has arrived damaged, and was not kept: it is damaged: its checksum");
            fake.streams(Arrays.copyOf(snapshot, snapshot.length - CHECKSUM_BYTES));
            assertFails(backup(fake.endpoint()), "it ends without its checksum");
            fake.streams(Arrays.copyOf(snapshot, snapshot.length - 1000));
            assertFails(backup(fake.endpoint()), "it is cut off");
            fake.streams(new byte[0]);
            assertFails(backup(fake.endpoint()), "sent a snapshot without content");
            fake.streams(Arrays.copyOf(snapshot, 32 * 1024));
            fake.endsWith(Status.UNAVAILABLE);
            assertFails(backup(fake.endpoint()), "was lost after 32.0 KiB; nothing was saved");
            fake.endsWith(Status.RESOURCE_EXHAUSTED.withDescription("etcdserver: too many requests"));
            CommandRun refused = backup(fake.endpoint(), "--output=json");
            assertFails(refused, "the cluster refused: etcdserver: too many requests");
            assertThat(JsonParser.parseString(refused.out())
                            .getAsJsonObject()
                            .get("failure")
                            .getAsString())
                    .contains("too many requests");
        }
        assertThat(backup("127.0.0.1:" + FreePorts.find(1).getFirst()).exitCode())
                .isEqualTo(ExitCode.UNREACHABLE);
    }

    private void assertFails(CommandRun run, String why) throws IOException {
        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).contains(why).hasLineCount(1);
        assertThat(files()).isEmpty();
        assertNothingIsLeft();
    }

    /** The checksum is of what the member has read on its disk, so it does not tell: what can still be read is worth keeping. */
    @Test
    void whatIsDamagedAtTheMemberAlreadyIsKeptAsUnverified() throws IOException, NoSuchAlgorithmException {
        byte[] otherValue = snapshot.clone();
        int place = new String(snapshot, StandardCharsets.ISO_8859_1).indexOf("value 7");
        otherValue[place] ^= 1;
        byte[] unreadable = snapshot.clone();
        Arrays.fill(unreadable, 2 * 4096, unreadable.length - CHECKSUM_BYTES, (byte) 0x55);
        try (FakeSnapshots fake = fake()) {
            fake.streams(withChecksum(otherValue));
            CommandRun other = backup(fake.endpoint());
            assertThat(other.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(other.out()).contains("NOT GOOD: restored, it has the hash ");
            fake.streams(withChecksum(unreadable));
            CommandRun none = backup(fake.endpoint());
            assertThat(none.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(none.out()).contains("revision 0, ", "NOT GOOD: it cannot be read: it is damaged: ");
        }
        assertThat(files()).hasSize(4).anyMatch(file -> file.endsWith("-r0.db.unverified"));
    }

    private static byte[] withChecksum(byte[] bytes) throws NoSuchAlgorithmException {
        int length = bytes.length - CHECKSUM_BYTES;
        byte[] checksum = MessageDigest.getInstance("SHA-256").digest(Arrays.copyOf(bytes, length));
        System.arraycopy(checksum, 0, bytes, length, checksum.length);
        return bytes;
    }

    @Test
    void whoIsInterruptedLeavesNothingAndTheNextOneMayBegin() throws Exception {
        try (FakeSnapshots fake = fake()) {
            fake.streams(Arrays.copyOf(snapshot, 32 * 1024));
            fake.stalls();
            CompletableFuture<CommandRun> ended = new CompletableFuture<>();
            Thread running = Thread.ofPlatform()
                    .start(() -> ended.complete(
                            OneMember.runAt(fake.endpoint(), "backup", "--to", dir.toString(), "--every=1h")));
            fake.awaitStall();
            assertThat(backup(fake.endpoint()).err()).contains("another 'quorate backup' makes backups in");

            running.interrupt();
            CommandRun run = ended.join();
            assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
            assertThat(run.err()).isEmpty();
            assertThat(files()).isEmpty();
            assertNothingIsLeft();
        }
        assertThat(backup(member.endpoint()).exitCode()).isEqualTo(ExitCode.OK);
    }

    @Test
    void aProcessThatIsAskedToEndLeavesNothing() throws Exception {
        try (FakeSnapshots fake = fake()) {
            fake.streams(Arrays.copyOf(snapshot, 32 * 1024));
            fake.stalls();
            List<String> arguments = List.of("backup", "--to", dir.toString(), "--endpoints", fake.endpoint());
            try (QuorateProcess process = QuorateProcess.start(made.resolve("backup.log"), arguments)) {
                fake.awaitStall();
                Path partial = dir.resolve(WORK).resolve("snapshot.db");
                await("that the first of it is written").until(() -> Files.size(partial) > 0);
                ProcessHandle.of(process.pid()).orElseThrow().destroy();
                assertThat(process.awaitExit()).as(process.output()).isEqualTo(TERMINATED);
                assertThat(process.output()).isEmpty();
            }
            assertThat(files()).isEmpty();
            assertNothingIsLeft();
        }
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThat(backup(member.endpoint(), "--keep=0").err()).contains("at least 1 backup has to be kept");
        assertThat(backup(member.endpoint(), "--every=5ms").err()).contains("at least 1 s is needed");
        assertThat(OneMember.runAt(member.endpoint(), "backup").err()).contains("--to");
        assertThat(dir).isEmptyDirectory();
    }
}
