package io.quorate.server.certs;

import io.quorate.engine.disk.OwnersAlone;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.PrivateKey;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;

/**
 * A file with keys or certificates that is replaced whole: whoever reads it, be it after the machine has lost its power, finds what was there before or what is
 * there now. What was written is there for good, before anything that is written later.
 */
public final class DurableFile {

    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");

    private DurableFile() {}

    /**
     * Writes it, for good.
     *
     * @param secret whether its owner alone may read it
     */
    public static void write(Path file, String text, boolean secret) throws IOException {
        Path aside = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(aside);
        Files.createFile(aside, secret ? OwnersAlone.file(aside) : readableByAll());
        put(text, aside, file);
    }

    /**
     * The same of a file with secrets, which members may read as another user than who changes it: its owner and its group stay, and the group may read it as
     * before. One that everybody could read was given to nobody on purpose, and is its owner's alone from then on, as is one that is not there yet. Where a link
     * leads to the file, it still does.
     */
    public static void replaceSecret(Path file, String text) throws IOException {
        if (!Files.exists(file)) {
            write(file, text, true);
            return;
        }
        Path target = file.toRealPath();
        Path aside = target.resolveSibling(target.getFileName() + ".new");
        Files.deleteIfExists(aside);
        Files.createFile(aside, OwnersAlone.file(aside));
        try {
            if (POSIX) {
                openToTheSame(target, aside);
            }
            put(text, aside, target);
        } finally {
            Files.deleteIfExists(aside);
        }
    }

    private static void openToTheSame(Path before, Path after) throws IOException {
        PosixFileAttributes rights = Files.readAttributes(before, PosixFileAttributes.class);
        PosixFileAttributeView view = Files.getFileAttributeView(after, PosixFileAttributeView.class);
        PosixFileAttributes present = view.readAttributes();
        try {
            if (!present.group().equals(rights.group())) {
                view.setGroup(rights.group());
            }
            if (!present.owner().equals(rights.owner())) {
                view.setOwner(rights.owner());
            }
        } catch (FileSystemException e) {
            throw new IOException(
                    before + " is of the user " + rights.owner().getName() + " and the group "
                            + rights.group().getName() + ", whose it must stay; change it as that user",
                    e);
        }
        boolean isForGroup = rights.permissions().contains(PosixFilePermission.GROUP_READ)
                && !rights.permissions().contains(PosixFilePermission.OTHERS_READ);
        view.setPermissions(PosixFilePermissions.fromString(isForGroup ? "rw-r-----" : "rw-------"));
    }

    private static void put(String text, Path aside, Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(aside, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(aside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceNames(file);
    }

    /** The name of a file is kept by its folder, which is written by itself; Windows opens no folder. */
    private static void forceNames(Path file) throws IOException {
        if (POSIX) {
            Path folder = file.toAbsolutePath().getParent();
            try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
                names.force(true);
            }
        }
    }

    static String pem(Object object) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            // As PKCS#8, which every library reads.
            writer.writeObject(object instanceof PrivateKey key ? new JcaPKCS8Generator(key, null) : object);
        }
        return text.toString();
    }

    /** A certificate is shown to everybody; nobody else may replace it. */
    private static FileAttribute<?>[] readableByAll() {
        return POSIX
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r--r--"))
                }
                : new FileAttribute<?>[0];
    }
}
