package io.quorate.engine.snapshot;

import io.quorate.core.SnapshotMeta;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A complete, verified snapshot, to be restored from. Its files are never changed. */
public interface SnapshotReader {

    SnapshotMeta meta();

    /** The names of its files, sorted. */
    List<String> files();

    /**
     * A file, to be read in order. The read that reaches its end fails if what was read is not what was written: nothing
     * of it may be used before.
     */
    InputStream open(String name) throws IOException;

    /** The folder itself, where it lies in a real file system. Files may be linked or copied out of it. */
    Optional<Path> folder();
}
