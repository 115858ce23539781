package io.quorate.server.store;

import io.quorate.engine.disk.OwnersAlone;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** A folder for files on their way to somewhere else; nothing in it outlives a restart. Thread-safe. */
public final class ScratchFolder {

    private final Path folder;
    private final AtomicLong count = new AtomicLong();

    private ScratchFolder(Path folder) {
        this.folder = folder;
    }

    /** Creates the folder, or empties it of what a crash left. */
    static ScratchFolder open(Path folder) throws IOException {
        OwnersAlone.makeFolders(folder);
        for (Path leftover : files(folder)) {
            delete(leftover);
        }
        return new ScratchFolder(folder);
    }

    /** A place in the folder at which there is nothing yet. */
    Path next() {
        return folder.resolve(Long.toString(count.incrementAndGet()));
    }

    /** What lies in a folder, sorted by name. */
    static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        }
    }

    /** Deletes a file, or a folder with everything in it; does nothing if it is not there. */
    public static void delete(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            for (Path file : files(path)) {
                delete(file);
            }
        }
        Files.deleteIfExists(path);
    }
}
