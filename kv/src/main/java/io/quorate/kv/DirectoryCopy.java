package io.quorate.kv;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Puts a copy of one directory of files durably in the place of another. */
final class DirectoryCopy {
    private DirectoryCopy() {}

    /** Copies a directory's files to a place beside the target, all on disk when this returns; leftovers there go. */
    static Path besides(Path target, Path source) throws IOException {
        Path copy = target.resolveSibling(target.getFileName() + ".restoring");
        delete(copy);
        Files.createDirectories(copy);
        for (Path file : files(source)) {
            Path copied = copy.resolve(file.getFileName());
            Files.copy(file, copied, StandardCopyOption.COPY_ATTRIBUTES);
            sync(copied, StandardOpenOption.WRITE);
        }
        sync(copy, StandardOpenOption.READ);
        return copy;
    }

    /** Puts the copy in the place of the target. A crash on the way can leave the target missing, but never mixed. */
    static void replace(Path target, Path copy) throws IOException {
        delete(target);
        Files.move(copy, target, StandardCopyOption.ATOMIC_MOVE);
        Path parent = Objects.requireNonNull(target.toAbsolutePath().getParent(), "the root cannot be replaced");
        sync(parent, StandardOpenOption.READ);
    }

    /** Deletes a directory of files, if it is there. */
    static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            for (Path file : files(directory)) {
                Files.delete(file);
            }
            Files.delete(directory);
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        }
    }

    private static void sync(Path path, StandardOpenOption access) throws IOException {
        try (FileChannel channel = FileChannel.open(path, access)) {
            channel.force(true);
        }
    }
}
