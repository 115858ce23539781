package io.quorate.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.EntryId;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.StateMachine.Capture;
import io.quorate.engine.StateMachine.Command;
import io.quorate.engine.snapshot.SnapshotReader;
import io.quorate.engine.snapshot.SnapshotWriter;
import io.quorate.kv.Bytes;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.Compact;
import io.quorate.kv.KvError;
import io.quorate.kv.Put;
import io.quorate.kv.Range;
import io.quorate.kv.Result;
import io.quorate.kv.RocksMemory;
import io.quorate.kv.StoreInspection;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KvStateMachineTest {

    @TempDir
    private Path folder;

    private final ExecutorService background = Executors.newSingleThreadExecutor();

    @AfterEach
    void stop() {
        background.shutdownNow();
    }

    private KvStateMachine open(String name, boolean durable) throws IOException {
        return durable
                ? KvStateMachine.open(folder.resolve(name), RocksMemory.small(), background)
                : KvStateMachine.inMemory(folder.resolve(name), background);
    }

    private static Command put(long index, String key, String value) {
        return command(index, CommandCodec.encode(Put.of(Bytes.utf8(key), Bytes.utf8(value))));
    }

    private static Command command(long index, byte[] payload) {
        return new Command(new EntryId(1, index), ByteBuffer.wrap(payload).asReadOnlyBuffer());
    }

    @Test
    void theStateOfMostEntriesIsSetAsideUntilItIsForgotten() throws IOException {
        try (KvStateMachine machine = open("kept", true)) {
            machine.apply(List.of(put(7, "k", "v")), 7);
            machine.setAside();
            machine.clear();
            machine.apply(List.of(put(3, "k", "other")), 3);
            machine.setAside();
        }
        Path aside = folder.resolve("kept").resolve(KvStateMachine.ASIDE);
        try (StoreInspection kept = StoreInspection.of(aside, bytes -> {})) {
            assertThat(kept.store().orElseThrow().appliedIndex()).isEqualTo(7);
        }
        try (KvStateMachine machine = open("kept", true)) {
            machine.forgetAside();
            assertThat(aside).doesNotExist();
            assertThat(machine.durableIndex()).isEqualTo(3);
        }
    }

    private static String read(KvStateMachine machine, String key) {
        Result.RangeResult result = (Result.RangeResult) machine.store().range(Range.of(Bytes.utf8(key)));
        return result.kvs().isEmpty()
                ? "nothing"
                : result.kvs().getFirst().value().toUtf8();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void commandsAreAppliedInOrderWithOneResultEach(boolean durable) throws IOException {
        try (KvStateMachine machine = open("one", durable)) {
            List<Result> results = machine.apply(List.of(put(2, "a", "1"), put(3, "a", "2")), 4);
            assertThat(results)
                    .containsExactly(
                            new Result.PutResult(2, Optional.empty()), new Result.PutResult(3, Optional.empty()));
            assertThat(read(machine, "a")).isEqualTo("2");
            assertThat(machine.store().appliedIndex()).isEqualTo(4);
        }
    }

    @Test
    void bytesThatAreNoCommandAreRejectedAndStopNobody() throws IOException {
        try (KvStateMachine machine = open("one", false)) {
            List<Result> results = machine.apply(
                    List.of(command(1, new byte[] {99, 98}), command(2, new byte[0]), put(3, "a", "1")), 3);
            assertThat(results)
                    .containsExactly(
                            new Result.Rejected(KvError.UNREADABLE_COMMAND),
                            new Result.Rejected(KvError.UNREADABLE_COMMAND),
                            new Result.PutResult(2, Optional.empty()));
        }
    }

    @Test
    void theDurableIndexIsWhatAReopenedStoreStandsAt() throws IOException {
        try (KvStateMachine machine = open("one", true)) {
            assertThat(machine.durableIndex()).isZero();
            machine.apply(List.of(put(1, "a", "1")), 2);
            assertThat(machine.durableIndex()).isZero();
        }
        try (KvStateMachine machine = open("one", true)) {
            assertThat(machine.durableIndex()).isEqualTo(2);
            assertThat(machine.store().appliedIndex()).isEqualTo(2);
            assertThat(read(machine, "a")).isEqualTo("1");
        }
    }

    @Test
    void cornerCase25_aStateInMemoryIsReplayedFromTheBeginning() throws IOException {
        try (KvStateMachine machine = open("one", false)) {
            machine.apply(List.of(put(1, "a", "1")), 1);
            assertThat(machine.durableIndex()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCaptureHoldsTheStateOfItsMomentAndRestoresIt(boolean durable) throws IOException {
        Folder snapshot = new Folder(Files.createDirectory(folder.resolve("snapshot")), 5, true);
        try (KvStateMachine machine = open("one", durable);
                KvStateMachine other = open("other", durable)) {
            machine.apply(List.of(put(1, "a", "then")), 5);
            try (Capture capture = machine.capture()) {
                machine.apply(List.of(put(6, "a", "later")), 6);
                capture.writeTo(snapshot);
            }
            other.apply(List.of(put(1, "b", "lost")), 2);
            other.restore(snapshot);

            assertThat(read(other, "a")).isEqualTo("then");
            assertThat(read(other, "b")).isEqualTo("nothing");
            assertThat(other.store().appliedIndex()).isEqualTo(5);
            assertThat(other.durableIndex()).isEqualTo(durable ? 5 : 0);
            other.apply(List.of(put(6, "a", "later")), 6);
            assertThat(other.store().hash()).isEqualTo(machine.store().hash());
        }
        try (Stream<Path> scratch = Files.list(folder.resolve("one/scratch"))) {
            assertThat(scratch).isEmpty();
        }
    }

    /** Its own checksums are right: they are of the damage. */
    @Test
    void aSnapshotThatWasTakenOfDamagedFilesIsNotGoneOnWith() throws IOException {
        Folder snapshot = new Folder(Files.createDirectory(folder.resolve("snapshot")), 3_000, true);
        try (KvStateMachine machine = open("one", true);
                KvStateMachine other = open("other", true)) {
            machine.apply(
                    LongStream.rangeClosed(1, 3_000)
                            .mapToObj(i -> put(i, "key" + i, "value" + i))
                            .toList(),
                    3_000);
            try (Capture capture = machine.capture()) {
                capture.writeTo(snapshot);
            }
            Path file = ScratchFolder.files(folder.resolve("snapshot")).stream()
                    .filter(name -> name.toString().endsWith(".sst"))
                    .findFirst()
                    .orElseThrow();
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] ^= 1;
            Files.delete(file);
            Files.write(file, bytes);
            assertThatThrownBy(() -> other.restore(snapshot))
                    .isInstanceOf(DamagedStateException.class)
                    .hasMessageContaining("was taken of a state that was damaged already");
        }
    }

    @Test
    void aSnapshotThatLiesInNoFileSystemIsStreamed() throws IOException {
        Folder snapshot = new Folder(Files.createDirectory(folder.resolve("snapshot")), 1, false);
        try (KvStateMachine machine = open("one", true);
                KvStateMachine other = open("other", true)) {
            machine.apply(List.of(put(1, "a", "1")), 1);
            try (Capture capture = machine.capture()) {
                capture.writeTo(snapshot);
            }
            other.restore(snapshot);
            assertThat(read(other, "a")).isEqualTo("1");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void clearingLeavesTheStateOfANewMember(boolean durable) throws IOException {
        try (KvStateMachine machine = open("one", durable);
                KvStateMachine fresh = open("fresh", durable)) {
            machine.apply(List.of(put(1, "a", "1")), 1);
            machine.clear();
            assertThat(machine.durableIndex()).isZero();
            assertThat(machine.store().appliedIndex()).isZero();
            assertThat(machine.store().currentRevision()).isEqualTo(1);
            assertThat(machine.store().hash()).isEqualTo(fresh.store().hash());
            machine.apply(List.of(put(1, "a", "again")), 1);
            assertThat(read(machine, "a")).isEqualTo("again");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void readersGoOnWhileTheStateIsReplaced(boolean durable) throws Exception {
        Folder snapshot = new Folder(Files.createDirectory(folder.resolve("snapshot")), 1, true);
        try (KvStateMachine machine = open("one", durable)) {
            machine.apply(List.of(put(1, "a", "1")), 1);
            try (Capture capture = machine.capture()) {
                capture.writeTo(snapshot);
            }
            AtomicBoolean over = new AtomicBoolean();
            CompletableFuture<Void> reader = CompletableFuture.runAsync(() -> {
                while (!over.get()) {
                    assertThat(read(machine, "a")).isIn("1", "2");
                }
            });
            for (int i = 0; i < 20; i++) {
                machine.apply(List.of(put(2, "a", "2")), 2);
                machine.restore(snapshot);
            }
            over.set(true);
            reader.join();
        }
    }

    @Test
    void aCompactionIsFollowedByTheRemovalOfWhatItGaveUp() throws Exception {
        try (KvStateMachine machine = open("one", false)) {
            machine.apply(List.of(put(1, "a", "x".repeat(100_000)), put(2, "a", "y"), put(3, "a", "z")), 3);
            long before = machine.store().sizeBytes();
            // What the compacted revision itself has changed stays, for a watch may begin there.
            machine.apply(List.of(command(4, CommandCodec.encode(new Compact(4, false)))), 4);
            machine.cleaner().clean().join();
            assertThat(machine.store().sizeBytes()).isLessThan(before - 90_000);
        }
    }

    /** A snapshot in a folder that may pretend to lie in no file system. */
    private record Folder(Path path, long index, boolean isReal) implements SnapshotWriter, SnapshotReader {

        @Override
        public OutputStream create(String name) throws IOException {
            return Files.newOutputStream(path.resolve(name));
        }

        @Override
        public SnapshotMeta meta() {
            return new SnapshotMeta(new EntryId(1, index), Configuration.of(Set.of(new MemberId(1))), 0);
        }

        @Override
        public List<String> files() {
            try (Stream<Path> files = Files.list(path)) {
                return files.map(file -> file.getFileName().toString()).sorted().toList();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        @Override
        public InputStream open(String name) throws IOException {
            return Files.newInputStream(path.resolve(name));
        }

        @Override
        public Optional<Path> folder() {
            return isReal ? Optional.of(path) : Optional.empty();
        }
    }
}
