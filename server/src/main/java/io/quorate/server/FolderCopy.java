package io.quorate.server;

import io.quorate.engine.disk.OwnersAlone;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/** Copies files and folders with all that is in them, and makes such durable. A copy is its owner's alone, whatever it was made of. */
final class FolderCopy {

    private FolderCopy() {}

    /** How large a file is, or all files in a folder together. */
    static long bytes(Path path) throws IOException {
        long bytes = 0;
        for (Path file : files(path)) {
            bytes += Files.isDirectory(file) ? 0 : Files.size(file);
        }
        return bytes;
    }

    /**
     * Copies a file or a folder to a place where there is nothing; the folders above are made.
     *
     * @param progress is told after each file how many bytes were copied by then
     * @return how many bytes were copied
     */
    static long copy(Path from, Path to, LongConsumer progress) throws IOException {
        long bytes = 0;
        OwnersAlone.makeFolders(Objects.requireNonNull(to.getParent(), "the root is no place for a copy"));
        for (Path file : files(from)) {
            Path place = file.equals(from) ? to : to.resolve(from.relativize(file));
            if (Files.isDirectory(file)) {
                Files.createDirectory(place, OwnersAlone.folder(place));
            } else {
                Files.copy(file, place);
                OwnersAlone.narrow(place);
                bytes += Files.size(place);
                progress.accept(bytes);
            }
        }
        return bytes;
    }

    /** Makes a folder durable with all that is in it. */
    static void sync(Path folder) throws IOException {
        // What is in a folder comes after it: first the files, then the folders that name them.
        for (Path path : files(folder).reversed()) {
            StandardOpenOption access = Files.isDirectory(path) ? StandardOpenOption.READ : StandardOpenOption.WRITE;
            try (FileChannel channel = FileChannel.open(path, access)) {
                channel.force(true);
            }
        }
    }

    /** The path itself and all below, each folder before what is in it. */
    private static List<Path> files(Path path) throws IOException {
        try (Stream<Path> walk = Files.walk(path, FileVisitOption.FOLLOW_LINKS)) {
            return walk.toList();
        }
    }
}
