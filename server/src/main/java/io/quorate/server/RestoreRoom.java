package io.quorate.server;

import io.quorate.engine.disk.DataDirectoryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The room that there is for a snapshot to be restored, looked for before anything is written: a disk that fills up meanwhile takes
 * the others down that write there.
 *
 * @param dataDir where it is to be restored, which need not be there yet
 * @param usableBytes that are free there
 * @param neededBytes of it
 */
record RestoreRoom(Path dataDir, long usableBytes, long neededBytes) {

    /**
     * In multiples of the snapshot. A directory took up 1.8 times the file at most in between, and 2.2 times where its values could be
     * packed (docs/decisions/015-backups-are-etcds-file.md); a backup needs one more, for the file itself.
     */
    private static final int COPIES = 3;

    /** What a member needs to do anything at all, besides its state: some segments of its log. */
    private static final long RESERVE_BYTES = 64L << 20;

    /** @param databaseBytes the size of what is restored */
    static RestoreRoom of(Path dataDir, long databaseBytes) throws IOException {
        Path there = dataDir.toAbsolutePath().normalize();
        while (!Files.exists(there)) {
            Optional<Path> above = Optional.ofNullable(there.getParent());
            if (above.isEmpty()) {
                break;
            }
            there = above.get();
        }
        return new RestoreRoom(
                dataDir, Files.getFileStore(there).getUsableSpace(), COPIES * databaseBytes + RESERVE_BYTES);
    }

    /** @throws DataDirectoryException if there is none; nothing was changed then */
    RestoreRoom require() throws DataDirectoryException {
        if (usableBytes < neededBytes) {
            throw new DataDirectoryException(
                    "There is not enough room for data directory " + dataDir + ": " + usableBytes
                            + " bytes are free, and " + neededBytes + " are needed to restore the snapshot (" + COPIES
                            + " times its size, and some for the log); make room, or choose a directory elsewhere.");
        }
        return this;
    }

    /** What is put on record of it. */
    String finding() {
        return "there was room to restore it: " + usableBytes + " bytes were free, and " + neededBytes + " needed";
    }
}
