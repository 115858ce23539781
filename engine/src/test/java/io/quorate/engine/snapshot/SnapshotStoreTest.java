package io.quorate.engine.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.EntryId;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.StateMachine;
import io.quorate.engine.disk.FaultyDisk;
import io.quorate.engine.disk.FileDisk;
import io.quorate.engine.log.CorruptFrameException;
import io.quorate.engine.log.SnapshotMetaCodec.Start;
import io.quorate.engine.snapshot.SnapshotStore.OpenSnapshot;
import io.quorate.engine.snapshot.SnapshotStore.ReceiveResult;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SnapshotStoreTest {

    private static final Configuration MEMBERS = Configuration.of(Set.of(new MemberId(1), new MemberId(2)));
    private static final long MAX_BYTES = 1 << 20;

    private final FaultyDisk disk = new FaultyDisk();

    private static SnapshotMeta meta(long index) {
        return new SnapshotMeta(new EntryId(2, index), MEMBERS, 3);
    }

    /** A state of two files. */
    private record TwoFiles(String content) implements StateMachine.Capture {

        @Override
        public void writeTo(SnapshotWriter snapshot) throws IOException {
            for (String name : new String[] {"b", "a"}) {
                try (OutputStream out = snapshot.create(name)) {
                    out.write((content + name).repeat(1000).getBytes(UTF_8));
                }
            }
        }

        @Override
        public void close() {}
    }

    private static Map<String, String> read(SnapshotStore store, SnapshotMeta meta) throws IOException {
        Map<String, String> content = new TreeMap<>();
        try (OpenSnapshot snapshot = store.open(meta).orElseThrow()) {
            assertThat(snapshot.meta()).isEqualTo(meta);
            for (String name : snapshot.files()) {
                try (var in = snapshot.open(name)) {
                    content.put(name, new String(in.readAllBytes(), UTF_8));
                }
            }
        }
        return content;
    }

    private static Map<String, String> contentOf(String content) {
        return Map.of("a", (content + "a").repeat(1000), "b", (content + "b").repeat(1000));
    }

    private SnapshotStore open() throws IOException {
        return SnapshotStore.open(disk, MAX_BYTES);
    }

    @Test
    void aFileThatIsReadOtherwiseThanWhenItWasVerifiedIsNotHandedOutWhole() throws IOException {
        try (SnapshotStore store = open()) {
            store.writeLocal(meta(10), OptionalLong.empty(), new TwoFiles("x"));
            try (OpenSnapshot snapshot = store.open(meta(10)).orElseThrow()) {
                String file = "snapshots/" + disk.list("snapshots").getFirst() + "/a";
                byte[] other = disk.bytes(file).clone();
                other[700] ^= 4;
                disk.replace(file, other);
                try (var in = snapshot.open("a")) {
                    assertThatThrownBy(() -> in.readNBytes(other.length)).isInstanceOf(CorruptFrameException.class);
                }
                try (var in = snapshot.open("b")) {
                    assertThat(in.readAllBytes()).hasSize(2000);
                }
            }
        }
    }

    @Test
    void theNewestSnapshotIsKeptAndIsThereAfterARestart() throws IOException {
        try (SnapshotStore store = open()) {
            assertThat(store.latest()).isEmpty();
            store.writeLocal(meta(10), OptionalLong.of(77), new TwoFiles("old"));
            store.writeLocal(meta(20), OptionalLong.of(78), new TwoFiles("new"));
            store.writeLocal(meta(15), OptionalLong.of(79), new TwoFiles("late"));
        }
        try (SnapshotStore store = open()) {
            assertThat(store.latest()).contains(meta(20));
            assertThat(store.chainHash(meta(20))).hasValue(78);
            assertThat(store.report()).isEmpty();
            assertThat(read(store, meta(20))).isEqualTo(contentOf("new"));
            assertThat(store.open(meta(10))).isEmpty();
            assertThat(disk.list("snapshots")).hasSize(1);
        }
    }

    @Test
    void aCaptureThatFailsLeavesThePreviousSnapshot() throws IOException {
        try (SnapshotStore store = open()) {
            store.writeLocal(meta(10), OptionalLong.empty(), new TwoFiles("old"));
            StateMachine.Capture failing = new StateMachine.Capture() {
                @Override
                public void writeTo(SnapshotWriter snapshot) throws IOException {
                    snapshot.create("half").close();
                    throw new IOException("the capture failed");
                }

                @Override
                public void close() {}
            };
            assertThatThrownBy(() -> store.writeLocal(meta(20), OptionalLong.empty(), failing))
                    .hasMessage("the capture failed");
            assertThat(store.latest()).contains(meta(10));
            assertThat(disk.list("snapshots")).hasSize(1);
        }
    }

    @Test
    void cornerCase22_aCrashAtAnyOperationLeavesTheOldOrTheNewSnapshotWhole() throws IOException {
        try (SnapshotStore store = open()) {
            store.writeLocal(meta(10), OptionalLong.empty(), new TwoFiles("old"));
        }
        boolean written = false;
        for (int deathAt = 1; !written; deathAt++) {
            FaultyDisk dying = disk.afterRestart();
            dying.dieAfter(deathAt);
            try (SnapshotStore store = SnapshotStore.open(dying, MAX_BYTES)) {
                store.writeLocal(meta(20), OptionalLong.empty(), new TwoFiles("new"));
                written = true;
            } catch (FaultyDisk.ProcessDied e) {
                written = false;
            }
            for (int seed = 0; seed < 8; seed++) {
                FaultyDisk survivor = dying.afterPowerLoss(new Random(seed));
                try (SnapshotStore store = SnapshotStore.open(survivor, MAX_BYTES)) {
                    SnapshotMeta latest = store.latest().orElseThrow();
                    assertThat(read(store, latest)).isEqualTo(contentOf(latest.equals(meta(20)) ? "new" : "old"));
                    assertThat(written && !latest.equals(meta(20))).isFalse();
                    assertThat(store.report()).isEmpty();
                }
            }
        }
    }

    @Test
    void aDamagedSnapshotIsSetAsideAndNeverUsed() throws IOException {
        try (SnapshotStore store = open()) {
            store.writeLocal(meta(10), OptionalLong.empty(), new TwoFiles("state"));
        }
        String folder = "snapshots/" + disk.list("snapshots").getFirst();
        for (String name : new String[] {"a", "b", "manifest"}) {
            int length = disk.bytes(folder + "/" + name).length;
            for (int position = 0; position < length; position += Math.max(1, length / 50)) {
                FaultyDisk damaged = disk.afterRestart();
                byte[] flipped = damaged.bytes(folder + "/" + name).clone();
                flipped[position] ^= 4;
                damaged.replace(folder + "/" + name, flipped);
                try (SnapshotStore store = SnapshotStore.open(damaged, MAX_BYTES)) {
                    assertThat(store.open(meta(10))).isEmpty();
                    assertThat(store.streamLength(meta(10))).isEmpty();
                    assertThat(store.latest()).isEmpty();
                    assertThat(store.report()).singleElement().asString().contains("set aside");
                    assertThat(damaged.list("snapshots")).containsExactly("damaged-1");
                }
            }
        }
    }

    /** Sends until the other store says that it is complete. */
    private static void transfer(SnapshotStore from, SnapshotStore to, SnapshotMeta meta, int pieceBytes)
            throws IOException {
        long total = from.streamLength(meta).orElseThrow();
        long offset = 0;
        while (true) {
            ByteBuffer piece = from.readChunk(meta, offset, pieceBytes);
            switch (to.storeChunk(meta, offset, total, piece)) {
                case ReceiveResult.Partial partial -> offset = partial.nextOffset();
                case ReceiveResult.Complete complete -> {
                    return;
                }
                case ReceiveResult.Damaged damaged -> throw new AssertionError(damaged.reason());
                case ReceiveResult.Refused refused -> throw new AssertionError(refused.why());
            }
        }
    }

    @Test
    void aSnapshotIsSentInPiecesOfAnySizeAndArrivesDurably() throws IOException {
        try (SnapshotStore sender = open()) {
            sender.writeLocal(meta(10), OptionalLong.of(5), new TwoFiles("sent"));
            for (int pieceBytes : new int[] {1, 7, 100, 4096, 1 << 20}) {
                if (pieceBytes == 1) {
                    assertThat(sender.streamLength(meta(10)).orElseThrow()).isGreaterThan(10_000);
                }
                FaultyDisk other = new FaultyDisk();
                try (SnapshotStore receiver = SnapshotStore.open(other, MAX_BYTES)) {
                    transfer(sender, receiver, meta(10), pieceBytes);
                    assertThat(receiver.latest()).contains(meta(10));
                }
                try (SnapshotStore receiver = SnapshotStore.open(other.afterPowerLoss(new Random(1)), MAX_BYTES)) {
                    assertThat(read(receiver, meta(10))).isEqualTo(contentOf("sent"));
                    assertThat(receiver.chainHash(meta(10))).hasValue(5);
                }
            }
        }
    }

    @Test
    void aTransferIsResumedAfterALostConnectionAndAfterARestart() throws IOException {
        FaultyDisk other = new FaultyDisk();
        try (SnapshotStore sender = open()) {
            sender.writeLocal(meta(10), OptionalLong.empty(), new TwoFiles("sent"));
            long total = sender.streamLength(meta(10)).orElseThrow();
            try (SnapshotStore receiver = SnapshotStore.open(other, MAX_BYTES)) {
                receiver.storeChunk(meta(10), 0, total, sender.readChunk(meta(10), 0, 1000));
                assertThat(receiver.storeChunk(meta(10), 0, total, sender.readChunk(meta(10), 0, 500)))
                        .isEqualTo(new ReceiveResult.Partial(1000));
                assertThat(receiver.storeChunk(meta(10), 1500, total, sender.readChunk(meta(10), 1500, 500)))
                        .isEqualTo(new ReceiveResult.Partial(1000));
            }
            try (SnapshotStore receiver = SnapshotStore.open(other.afterRestart(), MAX_BYTES)) {
                assertThat(receiver.storeChunk(meta(10), 0, total, sender.readChunk(meta(10), 0, 500)))
                        .isEqualTo(new ReceiveResult.Partial(1000));
                transfer(sender, receiver, meta(10), 3000);
                assertThat(read(receiver, meta(10))).isEqualTo(contentOf("sent"));
            }
        }
    }

    /** What was there before stays the newest, also after a restart. */
    @Test
    void aSnapshotThatIsRefusedLeavesNothingBehind(@TempDir Path folder) throws IOException {
        SnapshotStore.Acceptance refusing = files -> {
            assertThat(files).isDirectoryContaining(file -> !file.endsWith("manifest"));
            throw new IOException("the key is missing");
        };
        try (SnapshotStore sender = open()) {
            sender.writeLocal(meta(10), OptionalLong.empty(), new TwoFiles("sent"));
            int total = (int) sender.streamLength(meta(10)).orElseThrow();
            ByteBuffer stream = sender.readChunk(meta(10), 0, total);
            try (SnapshotStore receiver = SnapshotStore.open(new FileDisk(folder), MAX_BYTES, refusing)) {
                receiver.writeLocal(meta(5), OptionalLong.empty(), new TwoFiles("own"));
                assertThat(receiver.storeChunk(meta(10), 0, total, stream))
                        .isInstanceOfSatisfying(
                                ReceiveResult.Refused.class,
                                refused -> assertThat(refused.why()).hasMessageContaining("the key is missing"));
                assertThat(receiver.latest()).contains(meta(5));
            }
            try (SnapshotStore receiver = SnapshotStore.open(new FileDisk(folder), MAX_BYTES)) {
                assertThat(receiver.latest()).contains(meta(5));
                assertThat(read(receiver, meta(5))).isEqualTo(contentOf("own"));
            }
        }
    }

    @Test
    void aDamagedStreamIsDroppedAndBegunAnew() throws IOException {
        try (SnapshotStore sender = open()) {
            sender.writeLocal(meta(10), OptionalLong.empty(), new TwoFiles("sent"));
            int total = (int) sender.streamLength(meta(10)).orElseThrow();
            for (int position = 0; position < total; position += 37) {
                FaultyDisk other = new FaultyDisk();
                try (SnapshotStore receiver = SnapshotStore.open(other, MAX_BYTES)) {
                    ByteBuffer stream = sender.readChunk(meta(10), 0, total);
                    stream.put(position, (byte) (stream.get(position) ^ 1));
                    assertThat(receiver.storeChunk(meta(10), 0, total, stream))
                            .as("flipped at %d", position)
                            .isInstanceOf(ReceiveResult.Damaged.class);
                    assertThat(receiver.latest()).isEmpty();
                    assertThat(other.list("snapshots")).isEmpty();
                    transfer(sender, receiver, meta(10), 5000);
                }
            }
        }
    }

    @Test
    void absurdTotalsAndPiecesAreRefused() throws IOException {
        try (SnapshotStore store = open()) {
            ByteBuffer piece = ByteBuffer.allocate(10);
            for (long total : new long[] {Long.MIN_VALUE, -1, 0, MAX_BYTES + 1, Long.MAX_VALUE}) {
                assertThat(store.storeChunk(meta(1), 0, total, piece)).isInstanceOf(ReceiveResult.Damaged.class);
            }
            assertThat(store.storeChunk(meta(1), -1, 100, piece)).isInstanceOf(ReceiveResult.Damaged.class);
            assertThat(store.storeChunk(meta(1), 95, 100, piece)).isInstanceOf(ReceiveResult.Damaged.class);
            assertThat(store.storeChunk(meta(1), Long.MAX_VALUE, 100, piece)).isInstanceOf(ReceiveResult.Damaged.class);
            assertThat(disk.list("snapshots")).isEmpty();
        }
    }

    @Test
    void namesThatLeadOutOfTheFolderAreRefused() throws IOException {
        for (String name : new String[] {"../x", "a/b", "..", ".", "", "a\\b", "manifest", "x\0", "C:x"}) {
            assertThat(Manifest.isFileName(name)).as(name).isFalse();
        }
        Manifest hostile = new Manifest(
                new Start(meta(4), OptionalLong.empty()), List.of(new Manifest.File("../../identity", 0, 0)));
        ByteBuffer stream = hostile.encode();
        try (SnapshotStore store = open()) {
            assertThat(store.storeChunk(meta(4), 0, stream.remaining(), stream))
                    .isInstanceOf(ReceiveResult.Damaged.class);
        }
    }

    @Test
    void aSnapshotThatIsReadOrSentStaysUntilItIsReleased() throws IOException {
        try (SnapshotStore store = open()) {
            store.writeLocal(meta(10), OptionalLong.empty(), new TwoFiles("held"));
            long total = store.streamLength(meta(10)).orElseThrow();
            Optional<OpenSnapshot> reader = store.open(meta(10));
            store.writeLocal(meta(20), OptionalLong.empty(), new TwoFiles("newer"));
            assertThat(store.readChunk(meta(10), 0, 1 << 20).remaining()).isEqualTo((int) total);
            reader.orElseThrow().close();
            assertThat(disk.list("snapshots")).hasSize(2);
            store.releaseSending(meta(10));
            assertThat(disk.list("snapshots")).hasSize(1);
            assertThatThrownBy(() -> store.readChunk(meta(10), 0, 10)).hasMessageContaining("not being sent");
            assertThat(read(store, meta(20))).isEqualTo(contentOf("newer"));
        }
    }
}
