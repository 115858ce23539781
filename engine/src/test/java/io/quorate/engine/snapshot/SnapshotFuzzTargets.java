package io.quorate.engine.snapshot;

import io.quorate.core.EntryId;
import io.quorate.core.SnapshotMeta;
import io.quorate.engine.disk.DiskFile;
import io.quorate.engine.disk.MemoryDisk;
import io.quorate.engine.log.CorruptFrameException;
import io.quorate.engine.log.SnapshotMetaCodec.Start;
import io.quorate.engine.transport.RandomFrames;
import io.quorate.testing.fuzz.Crc;
import io.quorate.testing.fuzz.FuzzTarget;
import io.quorate.testing.fuzz.FuzzTargets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;

/** Snapshots: their manifests, their streams as a leader sends them, and what is left of a transfer that was broken off. */
public final class SnapshotFuzzTargets implements FuzzTargets {

    private static final SnapshotMeta META =
            new SnapshotMeta(new EntryId(3, 17), new RandomFrames(5, 0).configuration(), 2);

    @Override
    public List<FuzzTarget<?>> targets() {
        return List.of(manifest(), stream(), unfinished());
    }

    private static FuzzTarget<?> manifest() {
        return FuzzTarget.of(
                        "snapshot-manifest",
                        random -> manifest(META, contents(random)).encode().array(),
                        input -> Manifest.decode(ByteBuffer.wrap(input)),
                        CorruptFrameException.class)
                .sealedBy(SnapshotFuzzTargets::sealedManifest)
                .writtenBy(manifest -> manifest.encode().array());
    }

    private static List<byte[]> contents(SplittableRandom random) {
        List<byte[]> contents = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            byte[] content = new byte[random.nextInt(64)];
            random.nextBytes(content);
            contents.add(content);
        }
        return contents;
    }

    private static Manifest manifest(SnapshotMeta meta, List<byte[]> contents) {
        List<Manifest.File> files = new ArrayList<>();
        for (byte[] content : contents) {
            CRC32C crc = new CRC32C();
            crc.update(content);
            files.add(new Manifest.File("f\u00efle" + files.size(), content.length, (int) crc.getValue()));
        }
        return new Manifest(new Start(meta, OptionalLong.of(7)), files);
    }

    private static byte[] sealedManifest(byte[] input) {
        byte[] sealed = input.clone();
        if (sealed.length >= Manifest.PREFIX_BYTES) {
            ByteBuffer.wrap(sealed).putInt(12, sealed.length);
        }
        Crc.put(sealed, 4, 8, sealed.length);
        return sealed;
    }

    private static FuzzTarget<?> stream() {
        // Each file is copied, and read again, by a buffer of its own.
        return FuzzTarget.of(
                        "snapshot-stream",
                        SnapshotFuzzTargets::streamSample,
                        SnapshotFuzzTargets::received,
                        IOException.class)
                .sealedBy(SnapshotFuzzTargets::sealedStream)
                .within(1024, 2 << 20, 64 << 10);
    }

    private static byte[] streamSample(SplittableRandom random) {
        List<byte[]> contents = contents(random);
        ByteBuffer manifest = manifest(META, contents).encode();
        int length = manifest.limit()
                + contents.stream().mapToInt(content -> content.length).sum();
        ByteBuffer stream = ByteBuffer.allocate(length).put(manifest.rewind());
        contents.forEach(stream::put);
        return stream.array();
    }

    /** Takes it in pieces, of which the lengths follow from the bytes. */
    private static Manifest received(byte[] input) throws IOException {
        MemoryDisk disk = new MemoryDisk();
        disk.createDirectory(SnapshotStore.FOLDER);
        try (IncomingSnapshot incoming = IncomingSnapshot.begin(disk, META, input.length)) {
            for (int at = 0; at < input.length; ) {
                int count = Math.min(input.length - at, 16 + (input[at] & 0xff));
                incoming.store(ByteBuffer.wrap(input, at, count));
                at += count;
            }
            return incoming.finish(
                            SnapshotStore.UNFINISHED + "received",
                            SnapshotStore.pathOf(META),
                            SnapshotStore.Acceptance.OF_ALL)
                    .manifest();
        }
    }

    private static byte[] sealedStream(byte[] input) {
        byte[] sealed = input.clone();
        Crc.put(sealed, 4, 8, Crc.intAt(sealed, 12));
        return sealed;
    }

    private static FuzzTarget<?> unfinished() {
        // What cannot be told is dropped; nothing keeps a member from starting.
        return FuzzTarget.of(
                        "snapshot-receiving-header",
                        SnapshotFuzzTargets::headerSample,
                        SnapshotFuzzTargets::resumed,
                        NoSuchElementException.class)
                .sealedBy(SnapshotFuzzTargets::sealedHeader);
    }

    private static byte[] headerSample(SplittableRandom random) throws IOException {
        MemoryDisk disk = new MemoryDisk();
        SnapshotMeta meta = new SnapshotMeta(
                new EntryId(random.nextInt(9), random.nextInt(99)),
                new RandomFrames(random.nextLong(), 0).configuration(),
                random.nextInt(9));
        IncomingSnapshot.begin(disk, meta, random.nextInt(1000)).close();
        DiskFile file = disk.open(SnapshotStore.FOLDER + "/receiving/header");
        ByteBuffer header = ByteBuffer.allocate(Math.toIntExact(file.size()));
        file.read(header, 0);
        return header.array();
    }

    private static Long resumed(byte[] input) throws IOException {
        MemoryDisk disk = new MemoryDisk()
                .with(SnapshotStore.FOLDER + "/receiving/header", input)
                .with(SnapshotStore.FOLDER + "/receiving/stream", new byte[100]);
        long received = IncomingSnapshot.resume(disk).orElseThrow().received();
        if (received < 0 || received > 100) {
            throw new IllegalStateException(received + " bytes of 100 are said to have been received");
        }
        return received;
    }

    private static byte[] sealedHeader(byte[] input) {
        byte[] sealed = input.clone();
        Crc.put(sealed, 4, 8, sealed.length);
        return sealed;
    }
}
