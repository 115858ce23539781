package io.quorate.server.snapshot;

import io.quorate.encryption.MasterKeys;
import io.quorate.kv.StoreImport;
import io.quorate.server.bolt.BoltReader;
import io.quorate.server.snapshot.SnapshotFile.Content;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a snapshot file says of itself, once all of it was read and found to be what a member could begin with.
 *
 * @param databaseBytes what its database takes up, as etcd counts it: without the checksum, and without what may follow its
 *     last page
 */
public record SnapshotStatus(SnapshotChecksum checksum, Content content, long databaseBytes) {

    /** As {@link #read(Path, Optional)}, of a file that is not sealed. */
    public static SnapshotStatus read(Path file) throws IOException {
        return read(file, Optional.empty());
    }

    /**
     * Reads a file through, and changes nothing.
     *
     * @param master opens the file, if it is sealed
     * @throws InvalidSnapshotException if it is no snapshot, or not what its checksum is of
     * @throws io.quorate.server.bolt.BoltException if it is damaged
     */
    public static SnapshotStatus read(Path file, Optional<MasterKeys> master) throws IOException {
        SnapshotChecksum checksum = SnapshotChecksum.read(file, master);
        try (BoltReader reader = BoltReader.open(BackupFile.open(file, master), checksum.databaseBytes())) {
            Content content = SnapshotFile.read(reader, StoreImport.thatOnlyJudges());
            return new SnapshotStatus(checksum, content, reader.pages() * reader.pageBytes());
        }
    }
}
