package io.quorate.engine.transport;

import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import io.quorate.engine.disk.MemoryDisk;
import io.quorate.engine.log.CorruptFrameException;
import io.quorate.engine.log.EntrySeals;
import io.quorate.testing.fuzz.Crc;
import io.quorate.testing.fuzz.FuzzTarget;
import io.quorate.testing.fuzz.FuzzTargets;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** Frames of peers, and what is remembered of peers. */
public final class TransportFuzzTargets implements FuzzTargets {

    private static final FrameCodec CODEC = new FrameCodec(1 << 20);

    @Override
    public List<FuzzTarget<?>> targets() {
        return List.of(frame(), storages());
    }

    private static FuzzTarget<?> frame() {
        return FuzzTarget.of(
                        "peer-frame",
                        random -> encoded(new RandomFrames(random.nextLong(), 60).next()),
                        input -> CODEC.decode(ByteBuffer.wrap(input)),
                        CorruptFrameException.class)
                .sealedBy(TransportFuzzTargets::sealedFrame)
                // Entries are compared by their bytes.
                .writtenBy(TransportFuzzTargets::encoded, frame -> ByteBuffer.wrap(encoded(frame)));
    }

    private static byte[] encoded(PeerFrame frame) {
        byte[] bytes = new byte[CODEC.size(frame)];
        CODEC.encode(frame, ByteBuffer.wrap(bytes));
        return bytes;
    }

    /** With the right length in front, and the right checksums of the frame and of its entries. */
    private static byte[] sealedFrame(byte[] input) {
        byte[] sealed = input.clone();
        if (sealed.length < FrameCodec.HEADER_BYTES) {
            return sealed;
        }
        ByteBuffer.wrap(sealed).putInt(0, sealed.length - FrameCodec.LENGTH_BYTES);
        int checked = sealed.length;
        if (sealed[9] == FrameKind.APPEND_REQUEST.code()) {
            checked = Math.min(checked, FrameCodec.HEADER_BYTES + AppendCodec.fieldBytes(sealed[8]));
            sealEntries(sealed, checked);
        } else if (sealed[9] == FrameKind.ENTRIES.code()) {
            sealEntries(sealed, FrameCodec.HEADER_BYTES + 2 * Long.BYTES + Integer.BYTES);
        }
        Crc.put(sealed, 4, 8, checked);
        return sealed;
    }

    private static void sealEntries(byte[] frame, int from) {
        for (int at = from; at >= 0 && at < frame.length; ) {
            at = EntrySeals.seal(frame, at);
        }
    }

    private static FuzzTarget<?> storages() {
        return FuzzTarget.of(
                        "storage-ids-file",
                        random -> written(storages(random)),
                        input -> StorageFile.read(new MemoryDisk().with(StorageFile.NAME, input))
                                .orElseThrow(),
                        DataDirectoryException.class)
                .sealedBy(TransportFuzzTargets::sealedStorages)
                .writtenBy(TransportFuzzTargets::written);
    }

    private static StorageRecord storages(SplittableRandom random) {
        Map<MemberId, Long> others = new LinkedHashMap<>();
        for (int i = random.nextInt(6); i > 0; i--) {
            others.put(new MemberId(random.nextLong() | 1), random.nextLong());
        }
        return new StorageRecord(random.nextLong(), random.nextBoolean(), random.nextBoolean(), others);
    }

    private static byte[] written(StorageRecord storages) {
        Disk disk = new MemoryDisk();
        try {
            StorageFile.write(disk, storages);
            DiskFile file = disk.open(StorageFile.NAME);
            ByteBuffer content = ByteBuffer.allocate(Math.toIntExact(file.size()));
            file.read(content, 0);
            return content.array();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] sealedStorages(byte[] input) {
        byte[] sealed = input.clone();
        Crc.put(sealed, 4, 8, sealed.length);
        return sealed;
    }
}
