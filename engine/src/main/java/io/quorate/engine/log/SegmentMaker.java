package io.quorate.engine.log;

import io.quorate.engine.disk.DataDirectory;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.Identity;
import io.quorate.engine.log.LogFiles.Segment;
import java.io.IOException;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Makes spare files into segments of the log. */
final class SegmentMaker {

    private final Disk disk;
    private final Identity identity;
    private final int group;
    private final SpareSegments spares;
    private final LogKeys keys;
    private final LongSupplier secrets;

    SegmentMaker(DataDirectory directory, int group, SpareSegments spares, LogOptions options) {
        this.disk = directory.disk();
        this.identity = directory.identity();
        this.group = group;
        this.spares = spares;
        this.keys = options.keys();
        this.secrets = options.secrets();
    }

    /**
     * Begins a segment behind the last one. It counts from when its name is durable; what it holds then is its header,
     * and nothing of what the file held before, for the sequence number is new, and nobody knows the secret.
     *
     * @param tail what the log holds now
     * @param previous the segment that is continued; 0 if none
     * @param sequence the new segment's number
     * @param frameBytes of the first frame
     * @throws NoRoomException if there is no room; nothing of the log was touched
     * @throws io.quorate.encryption.KeyException if it is to be sealed, and no key can be had
     */
    Segment begin(LogTail tail, long previous, long sequence, long frameBytes) throws IOException {
        Segment segment = prepare(tail, previous, sequence, frameBytes);
        disk.syncDirectory(LogFiles.FOLDER);
        return segment;
    }

    private Segment prepare(LogTail tail, long previous, long sequence, long frameBytes) throws IOException {
        Optional<SegmentKey> key = keys.newKey();
        SegmentSecret secret = key.isPresent() ? SegmentSecret.NONE : new SegmentSecret(secrets.getAsLong());
        long headerBytes = header(tail, previous, sequence, 0, secret, key).dataOffset();
        try {
            SpareSegments.Spare spare =
                    spares.take(BatchFrame.align(headerBytes + Math.max(frameBytes, SecretCopy.BEGINNING_BYTES)));
            try {
                SegmentHeader header =
                        header(tail, previous, sequence, spare.file().size(), secret, key);
                spare.file().write(header.encode(), 0);
                if (key.isPresent()) {
                    new KeySlots(spare.file(), header.pagesOffset(), sequence)
                            .create(key.get().wrapped());
                }
                spare.file().sync();
                disk.rename(spare.name(), LogFiles.nameOf(sequence));
                return new Segment(header, spare.file(), header.fileBytes());
            } catch (IOException e) {
                spares.discard(spare, e);
                throw e;
            }
        } catch (IOException e) {
            throw new NoRoomException(e);
        }
    }

    private SegmentHeader header(
            LogTail tail,
            long previous,
            long sequence,
            long fileBytes,
            SegmentSecret secret,
            Optional<SegmentKey> key) {
        return new SegmentHeader(
                group,
                identity.clusterId(),
                identity.member(),
                sequence,
                previous,
                tail.nextLsn(),
                tail.last(),
                tail.lastChain(),
                fileBytes,
                tail.start(),
                tail.hardState(),
                tail.suspension(),
                secret,
                key);
    }
}
