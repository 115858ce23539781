package io.quorate.encryption;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** A key ring in a file that its owner alone can read. */
public final class KeyFile {

    /** More than any ring needs; what is larger is some other file. */
    static final int MAX_BYTES = 64 << 10;

    /** A group that may read a key has been given it on purpose, as where a container's secrets belong to a group. */
    private static final Set<PosixFilePermission> NOBODYS = EnumSet.of(
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE,
            PosixFilePermission.OTHERS_EXECUTE);

    private KeyFile() {}

    /**
     * Reads the ring in a file.
     *
     * @throws IOException with one sentence if there is no ring, or others can read or change it
     */
    public static KeyRing read(Path file) throws IOException {
        try {
            if (isOpenToOthers(file)) {
                throw new IOException(
                        file + " can be read by others, or changed by its group: 'chmod 600 " + file + "' closes it");
            }
            try (InputStream in = Files.newInputStream(file)) {
                return ring(in.readNBytes(MAX_BYTES + 1), file.toString());
            }
        } catch (NoSuchFileException e) {
            throw new IOException("there is no key ring " + file + "; './quorate encryption new-key' makes one", e);
        }
    }

    /**
     * The ring that a file or a command has given.
     *
     * @param bytes one more than {@link #MAX_BYTES} if there were more; overwritten
     * @throws IOException with one sentence if they are none
     */
    static KeyRing ring(byte[] bytes, String source) throws IOException {
        try {
            if (bytes.length > MAX_BYTES) {
                throw new IOException(source + " is too large for a key ring");
            }
            return KeyRing.parse(new String(bytes, StandardCharsets.UTF_8), source);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    /**
     * Puts a new key, which is current then, in front of those that a file has, or makes the file. What is there is replaced as a whole; of two who do so at
     * once, one is refused.
     *
     * @param id of the key; without, the first of {@code key-1}, {@code key-2} and so on that there is not
     * @return the key's id
     * @throws IllegalArgumentException if the id is none, or there is a key of it
     * @throws IOException with one sentence if the file holds something else than a ring, or somebody else changes it
     */
    public static String addNew(Path file, Optional<String> id) throws IOException {
        return ChangeLock.alone(file, () -> added(file, id));
    }

    private static String added(Path file, Optional<String> id) throws IOException {
        boolean exists = Files.exists(file);
        Set<String> known = exists ? read(file).ids() : Set.of();
        String added = id.orElseGet(() -> unused(known));
        if (known.contains(added)) {
            throw new IllegalArgumentException(file + " has a key " + added + " already; give another id");
        }
        byte[] secret = new byte[DataKey.BYTES];
        new SecureRandom().nextBytes(secret);
        String text = KeyRingText.line(added, secret) + (exists ? Files.readString(file) : "");
        Arrays.fill(secret, (byte) 0);
        replace(file, text);
        return added;
    }

    private static String unused(Set<String> known) {
        return IntStream.rangeClosed(1, known.size() + 1)
                .mapToObj(number -> "key-" + number)
                .filter(candidate -> !known.contains(candidate))
                .findFirst()
                .orElseThrow();
    }

    /** Whoever reads it, be it after a power failure, finds what was there or what is there now: a ring that is lost loses all data. */
    private static void replace(Path file, String text) throws IOException {
        Path target = Files.exists(file) ? file.toRealPath() : file;
        Path aside = target.resolveSibling(target.getFileName() + ".new");
        Files.deleteIfExists(aside);
        Files.createFile(aside, ownersAlone(file));
        if (hasModes(file) && Files.exists(target)) {
            openToTheSame(target, aside);
        }
        try (FileChannel channel = FileChannel.open(aside, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        if (hasModes(file)) {
            // Windows, which has none, opens no folder either.
            try (FileChannel names = FileChannel.open(target.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
                names.force(true);
            }
        }
    }

    /** Members that read the ring by its group must be able to read the next one. */
    private static void openToTheSame(Path before, Path after) throws IOException {
        giveToOwnerOf(before, after);
        Files.setPosixFilePermissions(after, Files.getPosixFilePermissions(before));
    }

    /** Gives a file to the owner and the group of another one, where files have any. */
    static void giveToOwnerOf(Path before, Path after) throws IOException {
        if (!hasModes(before)) {
            return;
        }
        PosixFileAttributes rights = Files.readAttributes(before, PosixFileAttributes.class);
        PosixFileAttributeView view = Files.getFileAttributeView(after, PosixFileAttributeView.class);
        if (!view.readAttributes().group().equals(rights.group())) {
            view.setGroup(rights.group());
        }
        if (!view.readAttributes().owner().equals(rights.owner())) {
            view.setOwner(rights.owner());
        }
    }

    static FileAttribute<?>[] ownersAlone(Path file) {
        return hasModes(file)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    private static boolean hasModes(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    private static boolean isOpenToOthers(Path file) throws IOException {
        return hasModes(file) && Files.getPosixFilePermissions(file).stream().anyMatch(NOBODYS::contains);
    }
}
