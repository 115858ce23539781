package io.quorate.engine.disk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A folder of files, as much of it as the engine needs. Names are relative, with {@code /} between folder and file; the
 * empty name is the folder itself. Safe for use by many threads.
 *
 * <p>As on a POSIX file system, what was written to a file is durable after {@link DiskFile#sync}, and what was created,
 * renamed or deleted is durable after {@link #syncDirectory} of the folder that holds it.
 */
public interface Disk {

    /** Creates a folder, and its parents, unless it is there. The parents are synced. */
    void createDirectory(String name) throws IOException;

    /** Creates an empty file, to be read and written; one that is there already is an error. */
    DiskFile create(String name) throws IOException;

    /** Opens a file that is there, to be read and written. */
    DiskFile open(String name) throws IOException;

    boolean exists(String name) throws IOException;

    /** Renames a file or folder, atomically; a file of the new name is replaced. */
    void rename(String from, String to) throws IOException;

    /** Deletes a file or an empty folder; one that is not there is an error. */
    void delete(String name) throws IOException;

    /** The names of the files and folders in a folder, without the folder's own name, sorted. */
    List<String> list(String directory) throws IOException;

    boolean isDirectory(String name) throws IOException;

    /** Makes what was created, renamed and deleted in a folder durable. */
    void syncDirectory(String directory) throws IOException;

    /**
     * Locks the folder against every other user, in this process or another, until the lock is closed.
     *
     * @throws DataDirectoryException if another holds the lock
     */
    Closeable lock() throws IOException;

    /** The real path of a name, where there is a real file system. */
    Optional<Path> path(String name);

    /** How people know this folder, for messages. */
    @Override
    String toString();
}
