package io.quorate.engine.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A member's data directory, locked for as long as it is open: {@code identity}, {@code log/}, {@code snapshots/}.
 *
 * <p>The identity file is written last when a directory is first used ({@link #initialized}), so a directory that has one
 * also has a log, or has lost it.
 */
public final class DataDirectory implements AutoCloseable {

    private static final String IDENTITY = "identity";
    private static final String UNFINISHED_IDENTITY = "identity.new";

    private final Disk disk;
    private final Identity identity;
    private final Closeable lock;
    private final boolean isNew;

    private DataDirectory(Disk disk, Identity identity, Closeable lock, boolean isNew) {
        this.disk = disk;
        this.identity = identity;
        this.lock = lock;
        this.isNew = isNew;
    }

    /**
     * Locks the directory and checks whose it is.
     *
     * @throws DataDirectoryException if it is in use, or belongs to another cluster or member
     */
    public static DataDirectory open(Disk disk, Identity identity) throws IOException {
        Closeable lock = disk.lock();
        try {
            Optional<Identity> found = identityOf(disk);
            if (found.isPresent() && !found.get().isSameMemberAs(identity)) {
                throw new DataDirectoryException("Data directory " + disk + " belongs to " + found.get() + ", not to "
                        + identity + ": start the member with its own data directory, or with an empty one.");
            }
            return new DataDirectory(disk, identity, lock, found.isEmpty());
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Whose data it is, without locking; empty if it was never used. */
    public static Optional<Identity> identityOf(Disk disk) throws IOException {
        if (!disk.exists(IDENTITY)) {
            return Optional.empty();
        }
        try (DiskFile file = disk.open(IDENTITY)) {
            ByteBuffer content = ByteBuffer.allocate(Identity.MAX_FILE_BYTES);
            file.read(content, 0);
            return Optional.of(Identity.decode(content.flip(), disk.toString()));
        }
    }

    public Disk disk() {
        return disk;
    }

    public Identity identity() {
        return identity;
    }

    /** Whether the member has never run here. */
    public boolean isNew() {
        return isNew;
    }

    /** The log is there: writes the identity, durably. Called by the opening of the log. */
    public void initialized() throws IOException {
        if (identityOf(disk).equals(Optional.of(identity))) {
            return;
        }
        if (disk.exists(UNFINISHED_IDENTITY)) {
            disk.delete(UNFINISHED_IDENTITY);
        }
        try (DiskFile file = disk.create(UNFINISHED_IDENTITY)) {
            file.write(identity.encode(), 0);
            file.sync();
        }
        disk.rename(UNFINISHED_IDENTITY, IDENTITY);
        disk.syncDirectory("");
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
