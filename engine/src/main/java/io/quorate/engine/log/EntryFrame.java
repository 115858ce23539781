package io.quorate.engine.log;

import io.quorate.core.EntryId;
import java.nio.ByteBuffer;

/**
 * One log entry in the form in which it is written to disk and sent to followers; encoded once, by the leader.
 *
 * <p>Layout, big endian: {@code int payloadLength, int crc32c, byte version, byte kind, short reserved, int group,
 * long term, long index, long chainHash}, then the payload. The checksum covers everything after itself. The chain hash
 * is a running hash of the log up to and including this entry: two logs that agree on (term, index) but not on content
 * are told apart by it.
 *
 * <p>What a witness has of a command ({@link EntryKind#WITNESSED}) holds the CRC32C of the command in its place. That is what of the
 * command goes into the chain hash, so the entry continues the same chain, and has the same hash.
 *
 * <p>Immutable; a view of an array that others may share. Safe for use by many threads.
 */
public final class EntryFrame {

    /** Bytes before the payload. */
    public static final int HEADER_BYTES = 40;

    /** The format written by this release. */
    public static final byte VERSION = 1;

    private static final int CRC_OFFSET = 4;
    private static final int VERSION_OFFSET = 8;
    private static final int KIND_OFFSET = 9;
    private static final int GROUP_OFFSET = 12;
    private static final int TERM_OFFSET = 16;
    private static final int INDEX_OFFSET = 24;
    private static final int CHAIN_OFFSET = 32;

    /** All that is kept of a command without its content. */
    private static final int WITNESSED_BYTES = Integer.BYTES;

    private final ByteBuffer frame;

    // What is asked for again and again, read from the frame once.
    private final EntryId id;
    private final EntryKind kind;
    private final long chainHash;

    /** What of kind and payload goes into the chain hash. */
    private final long content;

    private EntryFrame(ByteBuffer frame, EntryId id, EntryKind kind, long chainHash, long content) {
        this.frame = frame;
        this.id = id;
        this.kind = kind;
        this.chainHash = chainHash;
        this.content = content;
    }

    /**
     * Encodes a new entry.
     *
     * @param kind of a whole entry; one without its command comes from {@link #withoutCommand} alone
     * @param previousChain the chain hash of the entry before
     * @param payload its remaining bytes are copied; its position stays
     */
    public static EntryFrame encode(int group, EntryId id, EntryKind kind, long previousChain, ByteBuffer payload) {
        if (kind == EntryKind.WITNESSED) {
            throw new IllegalArgumentException("entry " + id + " cannot be made without its command");
        }
        int length = payload.remaining();
        ByteBuffer frame = ByteBuffer.allocate(HEADER_BYTES + length);
        frame.put(HEADER_BYTES, payload, payload.position(), length);
        frame.putInt(0, length);
        frame.put(VERSION_OFFSET, VERSION);
        frame.put(KIND_OFFSET, kind.code());
        frame.putInt(GROUP_OFFSET, group);
        frame.putLong(TERM_OFFSET, id.term());
        frame.putLong(INDEX_OFFSET, id.index());
        long content = content(kind, frame);
        long chainHash = chain(previousChain, id, content);
        frame.putLong(CHAIN_OFFSET, chainHash);
        frame.putInt(CRC_OFFSET, checksum(frame));
        return new EntryFrame(frame, id, kind, chainHash, content);
    }

    /**
     * Takes one frame from a heap buffer, without copying, and moves the buffer's position behind it.
     *
     * @throws CorruptFrameException if there is no whole, undamaged frame of a known version
     */
    public static EntryFrame decode(ByteBuffer in) throws CorruptFrameException {
        if (in.remaining() < HEADER_BYTES) {
            throw new CorruptFrameException("an entry's header is cut off after " + in.remaining() + " bytes");
        }
        int length = in.getInt(in.position());
        if (length < 0 || length > in.remaining() - HEADER_BYTES) {
            throw new CorruptFrameException("an entry claims " + length + " bytes of payload, where "
                    + (in.remaining() - HEADER_BYTES) + " follow");
        }
        ByteBuffer frame = in.slice(in.position(), HEADER_BYTES + length);
        if (checksum(frame) != frame.getInt(CRC_OFFSET)) {
            throw new CorruptFrameException("an entry's checksum does not match its bytes");
        }
        if (frame.get(VERSION_OFFSET) != VERSION) {
            throw new CorruptFrameException("an entry has format version " + frame.get(VERSION_OFFSET)
                    + ", this release knows version " + VERSION);
        }
        EntryKind kind = kind(frame.get(KIND_OFFSET));
        if (kind == EntryKind.WITNESSED && length != WITNESSED_BYTES) {
            throw new CorruptFrameException("an entry without its command takes " + length + " bytes");
        }
        long term = frame.getLong(TERM_OFFSET);
        long index = frame.getLong(INDEX_OFFSET);
        if (term < 0 || index < 0) {
            throw new CorruptFrameException("an entry has the negative term or index " + term + "/" + index);
        }
        EntryId id = new EntryId(term, index);
        in.position(in.position() + HEADER_BYTES + length);
        return new EntryFrame(frame, id, kind, frame.getLong(CHAIN_OFFSET), content(kind, frame));
    }

    private static EntryKind kind(byte code) throws CorruptFrameException {
        return switch (code) {
            case 0 -> EntryKind.NO_OP;
            case 1 -> EntryKind.COMMAND;
            case 2 -> EntryKind.CONFIGURATION;
            case 3 -> EntryKind.WITNESSED;
            default -> throw new CorruptFrameException("an entry is of the unknown kind " + code);
        };
    }

    /** Whether an entry of this group and of one of these indexes could begin here, before its checksum is looked at. */
    static boolean mayBegin(ByteBuffer in, int position, int group, long firstIndex, long lastIndex) {
        int length = in.getInt(position);
        long index = in.getLong(position + INDEX_OFFSET);
        return in.get(position + VERSION_OFFSET) == VERSION
                && length >= 0
                && length <= in.limit() - position - HEADER_BYTES
                && in.getInt(position + GROUP_OFFSET) == group
                && index >= firstIndex
                && index <= lastIndex;
    }

    private static int checksum(ByteBuffer frame) {
        return (int) FrameChecksum.of(frame, VERSION_OFFSET, frame.capacity());
    }

    private static long chain(long previous, EntryId id, long content) {
        return mix(mix(mix(previous ^ content) + id.term()) + id.index());
    }

    /** What of an entry's kind and payload goes into the chain hash: of a command the same, with the command and without it. */
    private static long content(EntryKind kind, ByteBuffer frame) {
        if (kind == EntryKind.WITNESSED) {
            return (Integer.toUnsignedLong(frame.getInt(HEADER_BYTES)) << 8) | EntryKind.COMMAND.code();
        }
        return (payloadChecksum(frame) << 8) | kind.code();
    }

    private static long payloadChecksum(ByteBuffer frame) {
        return FrameChecksum.of(frame, HEADER_BYTES, frame.capacity());
    }

    /** What a witness has of this entry: of a command, that it is there; anything else whole. */
    public EntryFrame withoutCommand() {
        if (kind != EntryKind.COMMAND) {
            return this;
        }
        ByteBuffer names = ByteBuffer.allocate(HEADER_BYTES + WITNESSED_BYTES);
        names.put(0, frame, 0, HEADER_BYTES);
        names.putInt(0, WITNESSED_BYTES);
        names.put(KIND_OFFSET, EntryKind.WITNESSED.code());
        names.putInt(HEADER_BYTES, (int) payloadChecksum(frame));
        names.putInt(CRC_OFFSET, checksum(names));
        return new EntryFrame(names, id, EntryKind.WITNESSED, chainHash, content);
    }

    /** The finalizer of SplitMix64: every bit of the input moves about half of the output's. */
    private static long mix(long value) {
        long z = value + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    /** Whether this entry's chain hash continues that of the entry before it. */
    public boolean continues(long previousChain) {
        return chainHash == chainAfter(previousChain);
    }

    /** The chain hash that an entry of this content has behind one with that chain hash. */
    public long chainAfter(long previousChain) {
        return chain(previousChain, id, content);
    }

    /** The chain hash of the entry before: the one that this entry {@link #continues}. */
    public long previousChain() {
        return unmix(unmix(unmix(chainHash) - index()) - term()) ^ content;
    }

    /** The inverse of {@link #mix}. */
    private static long unmix(long value) {
        long z = (value ^ (value >>> 31) ^ (value >>> 62)) * 0x319642b2d24d8ec3L;
        z = (z ^ (z >>> 27) ^ (z >>> 54)) * 0x96de1b173f119089L;
        return (z ^ (z >>> 30) ^ (z >>> 60)) - 0x9e3779b97f4a7c15L;
    }

    public EntryId id() {
        return id;
    }

    public long term() {
        return id.term();
    }

    public long index() {
        return id.index();
    }

    public int group() {
        return frame.getInt(GROUP_OFFSET);
    }

    public long chainHash() {
        return chainHash;
    }

    public EntryKind kind() {
        return kind;
    }

    /**
     * The command or configuration, read-only, position 0.
     *
     * @throws IllegalStateException if the entry is without its command
     */
    public ByteBuffer payload() {
        if (kind == EntryKind.WITNESSED) {
            throw new IllegalStateException("entry " + id + " is here without its command, as a witness has it");
        }
        return frame.slice(HEADER_BYTES, frame.capacity() - HEADER_BYTES).asReadOnlyBuffer();
    }

    /** Header and payload, read-only, position 0. */
    public ByteBuffer bytes() {
        return frame.asReadOnlyBuffer().clear();
    }

    /** Writes header and payload, without allocating. */
    public void writeTo(ByteBuffer out) {
        int size = frame.capacity();
        out.put(out.position(), frame, 0, size);
        out.position(out.position() + size);
    }

    /** Bytes of header and payload. */
    public int size() {
        return frame.capacity();
    }

    /** A frame of its own array, so that it does not keep a larger shared one alive. */
    public EntryFrame detached() {
        if (frame.arrayOffset() == 0 && frame.array().length == frame.capacity()) {
            return this;
        }
        ByteBuffer copy = ByteBuffer.allocate(frame.capacity());
        copy.put(0, frame, 0, frame.capacity());
        return new EntryFrame(copy, id, kind, chainHash, content);
    }

    @Override
    public String toString() {
        return kind + " " + id + " (" + (size() - HEADER_BYTES) + " bytes)";
    }
}
