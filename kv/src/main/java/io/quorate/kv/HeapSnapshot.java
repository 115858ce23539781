package io.quorate.kv;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * The one file of a {@link HeapStore}'s checkpoint: magic (4), format version (4), then for each entry in order the
 * length of the key plus one (4), the length of the value (4) and both; then 0 (4), and the CRC32C of all that (8).
 */
final class HeapSnapshot {
    private static final String FILE = "heap.snapshot";
    private static final int MAGIC = 0x51485350; // "QHSP"
    private static final int FORMAT_VERSION = 1;

    private HeapSnapshot() {}

    static void write(SortedTree tree, Path directory) {
        try {
            Files.createDirectories(directory);
            requireEmpty(directory);
            try (FileChannel file = FileChannel.open(
                    directory.resolve(FILE), StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)) {
                CheckedOutputStream checked = new CheckedOutputStream(
                        new BufferedOutputStream(Channels.newOutputStream(file), 1 << 16), new CRC32C());
                DataOutputStream out = new DataOutputStream(checked);
                writeEntries(tree, out);
                out.writeLong(checked.getChecksum().getValue());
                out.flush();
                file.force(true);
            }
            try (FileChannel entries = FileChannel.open(directory, StandardOpenOption.READ)) {
                entries.force(true);
            }
        } catch (IOException e) {
            throw new StoreException("cannot write a checkpoint to " + directory + ": " + e.getMessage(), e);
        }
    }

    static SortedTree read(Path directory) {
        Path path = directory.resolve(FILE);
        try (CheckedInputStream checked =
                new CheckedInputStream(new BufferedInputStream(Files.newInputStream(path), 1 << 16), new CRC32C())) {
            DataInputStream in = new DataInputStream(checked);
            if (in.readInt() != MAGIC) {
                throw new IOException("it is no checkpoint of this kind of store");
            }
            int version = in.readInt();
            if (version != FORMAT_VERSION) {
                throw new IOException("it has format version " + version + ", not " + FORMAT_VERSION);
            }
            SortedTree tree = readEntries(in, Files.size(path));
            long expected = checked.getChecksum().getValue();
            if (in.readLong() != expected || in.read() != -1) {
                throw new IOException("its checksum does not match: it is damaged");
            }
            return tree;
        } catch (IOException e) {
            throw new StoreException("cannot read the checkpoint " + path + ": " + e.getMessage(), e);
        }
    }

    private static void writeEntries(SortedTree tree, DataOutputStream out) throws IOException {
        out.writeInt(MAGIC);
        out.writeInt(FORMAT_VERSION);
        for (SortedTree.Walk walk = tree.from(new byte[0]); walk.isValid(); walk.next()) {
            out.writeInt(walk.key().length + 1);
            out.writeInt(walk.value().length);
            out.write(walk.key());
            out.write(walk.value());
        }
        out.writeInt(0);
    }

    private static SortedTree readEntries(DataInputStream in, long fileSize) throws IOException {
        SortedTree.Successor tree = SortedTree.empty().successor();
        for (int keyLength = in.readInt(); keyLength != 0; keyLength = in.readInt()) {
            int valueLength = in.readInt();
            byte[] key = readBytes(in, keyLength - 1, fileSize);
            tree.put(key, readBytes(in, valueLength, fileSize));
        }
        return tree.tree();
    }

    private static byte[] readBytes(DataInputStream in, int length, long fileSize) throws IOException {
        if (length < 0 || length > fileSize) {
            throw new IOException("it has an absurd length in it: it is damaged");
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }

    private static void requireEmpty(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            if (entries.findAny().isPresent()) {
                throw new IOException("it is not empty");
            }
        }
    }
}
