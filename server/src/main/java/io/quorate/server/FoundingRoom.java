package io.quorate.server;

import io.quorate.engine.disk.DataDirectoryException;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The room that there is for a data directory that a snapshot or a survivor is made into, looked for before anything is written: a
 * disk that fills up meanwhile takes the others down that write there.
 *
 * @param dataDir that is to be made, and need not be there yet
 * @param usableBytes that are free there; empty if the file system does not tell, which keeps nobody from trying
 * @param neededBytes of it
 * @param what these are needed for
 */
record FoundingRoom(Path dataDir, OptionalLong usableBytes, long neededBytes, String what) {

    /** What a member needs to do anything at all, besides its state: some segments of its log. */
    private static final long RESERVE_BYTES = 64L << 20;

    /**
     * For a snapshot that is restored: 2.5 times its size. A directory took up 1.8 times the file at most in between, and 2.2 times
     * where its values could be packed, a log's first segment included (docs/decisions/015-backups-are-etcds-file.md). More is not
     * asked for, since whoever restores may have nothing else left.
     *
     * @param fileBytes the size of the snapshot
     */
    static FoundingRoom ofRestore(Path dataDir, long fileBytes) throws IOException {
        return of(
                dataDir,
                2 * fileBytes + (fileBytes + 1) / 2,
                "to restore the snapshot (2.5 times its size, and some for the log)");
    }

    /** @param copiedBytes the size of what is copied from the survivor */
    static FoundingRoom ofRecovery(Path dataDir, long copiedBytes) throws IOException {
        return of(dataDir, copiedBytes, "for a copy of the survivor's data, and some for the log");
    }

    private static FoundingRoom of(Path dataDir, long bytes, String what) throws IOException {
        Path there = dataDir.toAbsolutePath().normalize();
        while (!Files.exists(there)) {
            Optional<Path> above = Optional.ofNullable(there.getParent());
            if (above.isEmpty()) {
                break;
            }
            there = above.get();
        }
        FileStore store = Files.getFileStore(there);
        return new FoundingRoom(
                dataDir, usable(store.getUsableSpace(), store.getTotalSpace()), bytes + RESERVE_BYTES, what);
    }

    /** A file system that cannot tell says that it has no bytes at all; one that is full has some. */
    static OptionalLong usable(long usableBytes, long totalBytes) {
        return totalBytes > 0 ? OptionalLong.of(usableBytes) : OptionalLong.empty();
    }

    /** @throws DataDirectoryException if it is known that there is none; nothing was changed then */
    FoundingRoom require() throws DataDirectoryException {
        if (usableBytes.isPresent() && usableBytes.getAsLong() < neededBytes) {
            throw new DataDirectoryException(
                    "There is not enough room for data directory " + dataDir + ": " + usableBytes.getAsLong()
                            + " bytes are free, and " + neededBytes + " are needed " + what
                            + "; make room, or choose a directory elsewhere.");
        }
        return this;
    }

    /** What is put on record of it. */
    String finding() {
        return usableBytes.isPresent()
                ? "there was room: " + usableBytes.getAsLong() + " bytes were free, and " + neededBytes + " needed"
                : "nobody could tell how much room there was; " + neededBytes + " bytes were needed";
    }
}
