package io.quorate.encryption;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Lets one at a time change a file of keys that is replaced as a whole: of two at once, each would write what it has read, and what one has added would be
 * lost. The lock is a file beside it, which stays, since the file itself is another one after each change, and belongs to whom the file belongs.
 */
public final class ChangeLock {

    private ChangeLock() {}

    /** A change of the file, from what is read to what is written. */
    @FunctionalInterface
    public interface Change<T> {
        T make() throws IOException;
    }

    /**
     * Makes a change while nobody else does.
     *
     * @throws IOException with one sentence if somebody else does, or the lock cannot be had; nothing was changed then
     */
    @SuppressWarnings("try") // The lock is named to be closed.
    public static <T> T alone(Path file, Change<T> change) throws IOException {
        Path place = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
        try (FileChannel channel = open(place);
                @Nullable FileLock lock = channel.tryLock()) {
            if (lock == null) {
                throw beingChanged(file);
            }
            return change.make();
        } catch (OverlappingFileLockException e) {
            throw beingChanged(file);
        }
    }

    /** Whoever may change the file must be able to lock it, also after another user has done so. */
    private static FileChannel open(Path place) throws IOException {
        Path lockFile = place.resolveSibling(place.getFileName() + ".lock");
        Set<OpenOption> options = Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        boolean isNew = !Files.exists(lockFile);
        try {
            FileChannel channel = FileChannel.open(lockFile, options, KeyFile.ownersAlone(lockFile));
            try {
                if (Files.exists(place)) {
                    KeyFile.giveToOwnerOf(place, lockFile);
                }
                return channel;
            } catch (IOException e) {
                channel.close();
                if (isNew) {
                    Files.deleteIfExists(lockFile);
                }
                throw e;
            }
        } catch (NoSuchFileException e) {
            throw e;
        } catch (FileSystemException e) {
            throw new IOException(
                    place + " is not changed, since its lock " + lockFile
                            + " cannot be used: change it as the user to whom it belongs, and remove a lock that another one has left",
                    e);
        }
    }

    private static IOException beingChanged(Path file) {
        return new IOException(file + " is being changed by somebody else right now; nothing was changed: try again");
    }
}
