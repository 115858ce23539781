package io.quorate.server.snapshot;

import io.quorate.kv.StoreImport;
import io.quorate.server.bolt.BoltReader;
import io.quorate.server.snapshot.SnapshotFile.Content;
import java.io.IOException;
import java.nio.file.Path;

/**
 * What a snapshot file says of itself, once all of it was read and found to be what a member could begin with.
 *
 * @param databaseBytes what its database takes up, as etcd counts it: without the checksum, and without what may follow its
 *     last page
 */
public record SnapshotStatus(SnapshotChecksum checksum, Content content, long databaseBytes) {

    /**
     * Reads a file through, and changes nothing.
     *
     * @throws InvalidSnapshotException if it is no snapshot, or not what its checksum is of
     * @throws io.quorate.server.bolt.BoltException if it is damaged
     */
    public static SnapshotStatus read(Path file) throws IOException {
        SnapshotChecksum checksum = SnapshotChecksum.read(file);
        try (BoltReader reader = BoltReader.open(file, checksum.databaseBytes())) {
            Content content = SnapshotFile.read(reader, StoreImport.thatOnlyJudges());
            return new SnapshotStatus(checksum, content, reader.pages() * reader.pageBytes());
        }
    }
}
