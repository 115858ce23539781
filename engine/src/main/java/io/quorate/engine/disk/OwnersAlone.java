package io.quorate.engine.disk;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says who may look into a member's data: the user that runs it, and nobody else. Folders have mode 0700 and files 0600,
 * whatever the process's umask is: that can only take rights away. Where a file system knows no such modes, nothing is done.
 */
public final class OwnersAlone {

    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");

    /** What its owner has stays as it is: a folder that may not be written to is one that somebody has closed on purpose. */
    private static final Set<PosixFilePermission> OF_OTHERS = EnumSet.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.GROUP_EXECUTE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_EXECUTE);

    private static final Set<PosixFilePermission> NOBODYS_OF_A_KEY = EnumSet.of(
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_EXECUTE);

    private OwnersAlone() {}

    /** With what a folder at that place is to be created. */
    public static FileAttribute<?>[] folder(Path place) {
        return attributes(place, FOLDER);
    }

    /** With what a file at that place is to be created. */
    public static FileAttribute<?>[] file(Path place) {
        return attributes(place, FILE);
    }

    private static FileAttribute<?>[] attributes(Path place, Set<PosixFilePermission> permissions) {
        return hasModes(place)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
                : new FileAttribute<?>[0];
    }

    private static boolean hasModes(Path place) {
        return place.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** Creates a folder, and those above it that are missing; does nothing if it is there. */
    public static Path makeFolders(Path folder) throws IOException {
        return Files.createDirectories(folder, folder(folder));
    }

    /** Whether others than its owner have any right to a file or folder. What a symbolic link leads to counts. */
    public static boolean isOpenToOthers(Path path) throws IOException {
        return hasModes(path) && Files.getPosixFilePermissions(path).stream().anyMatch(OF_OTHERS::contains);
    }

    /** Whether everybody has a right to a key, or its group may write it. A group that may read it has been given it on purpose. */
    public static boolean isKeyOpenToOthers(Path key) throws IOException {
        return hasModes(key) && Files.getPosixFilePermissions(key).stream().anyMatch(NOBODYS_OF_A_KEY::contains);
    }

    /**
     * What became of files and folders to which others had a right.
     *
     * @param closed how many are their owner's alone now
     * @param left how many are not, since this process may not change or see them
     */
    public record Narrowed(int closed, int left) {

        /** Of both. */
        public Narrowed and(Narrowed other) {
            return new Narrowed(closed + other.closed, left + other.left);
        }
    }

    /**
     * Takes the rights to a file, or to a folder and all that is in it, from all but the owner. Symbolic links are not followed;
     * what is deleted meanwhile by somebody else is of no matter.
     */
    public static Narrowed narrow(Path path) throws IOException {
        Narrowing narrowing = new Narrowing();
        if (hasModes(path)) {
            Files.walkFileTree(path, narrowing);
        }
        return new Narrowed(narrowing.closed, narrowing.left);
    }

    /** As {@link #narrow}, and leaves what is in a folder as it is. */
    public static Narrowed narrowItself(Path path) throws IOException {
        Narrowing narrowing = new Narrowing();
        if (hasModes(path)) {
            Files.walkFileTree(path, Set.of(), 0, narrowing);
        }
        return new Narrowed(narrowing.closed, narrowing.left);
    }

    /** Folders before what is in them, so that nobody can still look in who could not before. */
    private static final class Narrowing extends SimpleFileVisitor<Path> {

        private int closed;
        private int left;

        @Override
        public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            take(folder);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (!attributes.isSymbolicLink()) {
                take(file);
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) {
            failed(failure);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path folder, @Nullable IOException failure) {
            if (failure != null) {
                failed(failure);
            }
            return FileVisitResult.CONTINUE;
        }

        /** What is not there any more has nothing to hide. */
        private void failed(IOException failure) {
            left += failure instanceof NoSuchFileException ? 0 : 1;
        }

        private void take(Path path) {
            try {
                Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
                permissions.addAll(Files.getPosixFilePermissions(path));
                if (permissions.removeAll(OF_OTHERS)) {
                    Files.setPosixFilePermissions(path, permissions);
                    // Some file systems take any mode, and keep none.
                    if (isOpenToOthers(path)) {
                        left++;
                    } else {
                        closed++;
                    }
                }
            } catch (IOException e) {
                failed(e);
            }
        }
    }
}
