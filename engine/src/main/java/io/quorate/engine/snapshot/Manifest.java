package io.quorate.engine.snapshot;

import io.quorate.core.SnapshotMeta;
import io.quorate.engine.log.CorruptFrameException;
import io.quorate.engine.log.SnapshotMetaCodec;
import io.quorate.engine.log.SnapshotMetaCodec.Start;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.CRC32C;

/**
 * What a snapshot consists of. It is a file of the snapshot's folder, and the beginning of its stream.
 *
 * <p>Layout, big endian: {@code int magic, int crc32c, int version, int length, int files}, the meta with the chain hash,
 * then for each file {@code short nameLength, byte[] name, long size, int crc32c}. The length is the manifest's own; the
 * checksum covers everything after itself.
 *
 * @param start what the snapshot stands for
 * @param files by name
 */
record Manifest(Start start, List<File> files) {

    static final String NAME = "manifest";
    /** Bytes by which the length of a manifest can be told. */
    static final int PREFIX_BYTES = 20;

    static final int MAX_BYTES = 16 << 20;

    private static final int MAGIC = 0x514c534d;
    private static final int VERSION = 1;
    private static final int CRC_OFFSET = 4;
    private static final int VERSION_OFFSET = 8;
    private static final int LENGTH_OFFSET = 12;
    private static final int MAX_NAME_BYTES = 255;

    /** A file and what it must look like. */
    record File(String name, long size, int crc) {}

    Manifest {
        files = List.copyOf(files);
    }

    SnapshotMeta meta() {
        return start.meta();
    }

    /** Bytes of all files. */
    long contentBytes() {
        return files.stream().mapToLong(File::size).sum();
    }

    ByteBuffer encode() {
        int length = PREFIX_BYTES + SnapshotMetaCodec.size(start);
        for (File file : files) {
            length += Short.BYTES + nameBytes(file).length + Long.BYTES + Integer.BYTES;
        }
        ByteBuffer out = ByteBuffer.allocate(length);
        out.putInt(MAGIC).putInt(0).putInt(VERSION).putInt(length).putInt(files.size());
        SnapshotMetaCodec.encode(start, out);
        for (File file : files) {
            byte[] name = nameBytes(file);
            out.putShort((short) name.length).put(name).putLong(file.size()).putInt(file.crc());
        }
        return out.putInt(CRC_OFFSET, checksum(out.flip()));
    }

    private static byte[] nameBytes(File file) {
        return file.name().getBytes(StandardCharsets.UTF_8);
    }

    private static int checksum(ByteBuffer manifest) {
        CRC32C crc = new CRC32C();
        crc.update(manifest.slice(VERSION_OFFSET, manifest.limit() - VERSION_OFFSET));
        return (int) crc.getValue();
    }

    /** The length that the first bytes of a manifest claim. */
    static int length(ByteBuffer prefix) throws CorruptFrameException {
        int length = prefix.getInt(LENGTH_OFFSET);
        if (prefix.getInt(0) != MAGIC || length < PREFIX_BYTES || length > MAX_BYTES) {
            throw new CorruptFrameException("it does not begin with a manifest");
        }
        return length;
    }

    /** Reads a whole manifest, which fills the buffer. */
    static Manifest decode(ByteBuffer in) throws CorruptFrameException {
        if (in.limit() < PREFIX_BYTES || length(in) != in.limit() || in.getInt(CRC_OFFSET) != checksum(in)) {
            throw new CorruptFrameException("its manifest is damaged");
        }
        if (in.getInt(VERSION_OFFSET) != VERSION) {
            throw new CorruptFrameException(
                    "its format version is " + in.getInt(VERSION_OFFSET) + ", this release knows version " + VERSION);
        }
        int count = in.getInt(PREFIX_BYTES - Integer.BYTES);
        in.position(PREFIX_BYTES);
        Start start = SnapshotMetaCodec.decode(in);
        List<File> files = new ArrayList<>();
        Set<String> names = new HashSet<>();
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            File file = takeFile(in);
            if (!names.add(file.name())) {
                throw new CorruptFrameException("its manifest names a file twice");
            }
            files.add(file);
            bytes += file.size();
            if (bytes < 0) {
                throw new CorruptFrameException("its manifest makes no sense");
            }
        }
        if (in.hasRemaining()) {
            throw new CorruptFrameException("its manifest makes no sense");
        }
        return new Manifest(start, files);
    }

    private static File takeFile(ByteBuffer in) throws CorruptFrameException {
        int nameLength = in.remaining() < Short.BYTES ? -1 : in.getShort();
        if (nameLength < 1 || nameLength > in.remaining() - Long.BYTES - Integer.BYTES) {
            throw new CorruptFrameException("its manifest is cut off");
        }
        byte[] name = new byte[nameLength];
        in.get(name);
        String text = new String(name, StandardCharsets.UTF_8);
        if (!isFileName(text)) {
            throw new CorruptFrameException("its manifest names a file that does not lie in its folder");
        }
        long size = in.getLong();
        if (size < 0) {
            throw new CorruptFrameException("its manifest names a file of negative size");
        }
        return new File(text, size, in.getInt());
    }

    /** Whether a name is that of a file in the folder itself, and not the manifest's. */
    static boolean isFileName(String name) {
        return !name.isEmpty()
                && name.getBytes(StandardCharsets.UTF_8).length <= MAX_NAME_BYTES
                && !name.equals(".")
                && !name.equals("..")
                && !name.equals(NAME)
                && name.chars().noneMatch(c -> c == '/' || c == '\\' || c == ':' || Character.isISOControl(c));
    }
}
