package io.quorate.engine.snapshot;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Optional;

/** Where a state machine writes a snapshot: an empty folder. */
public interface SnapshotWriter {

    /** Creates a file. The caller closes the stream; the engine syncs the file. */
    OutputStream create(String name) throws IOException;

    /**
     * The folder itself, where it lies in a real file system, so that files can be linked into it instead of copied.
     * Files found there when the writing ends are part of the snapshot; no sub-folders.
     */
    Optional<Path> folder();
}
