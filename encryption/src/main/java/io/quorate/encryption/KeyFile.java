package io.quorate.encryption;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;

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

    /** @throws IOException with one sentence if there is no ring, or others can read or change it */
    public static KeyRing read(Path file) throws IOException {
        try {
            if (isOpenToOthers(file)) {
                throw new IOException(file + " can be read by others, or changed by its group: 'chmod 600 " + file + "' closes it");
            }
            try (InputStream in = Files.newInputStream(file)) {
                byte[] bytes = in.readNBytes(MAX_BYTES + 1);
                if (bytes.length > MAX_BYTES) {
                    throw new IOException(file + " is too large for a key ring");
                }
                return KeyRing.parse(new String(bytes, StandardCharsets.UTF_8), file.toString());
            }
        } catch (NoSuchFileException e) {
            throw new IOException("there is no key ring " + file + "; './quorate encryption new-key' makes one", e);
        }
    }

    private static boolean isOpenToOthers(Path file) throws IOException {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix")
                && Files.getPosixFilePermissions(file).stream().anyMatch(NOBODYS::contains);
    }
}
