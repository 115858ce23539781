package io.quorate.engine.transport;

import io.quorate.core.Message;
import io.quorate.core.Rejection;
import io.quorate.engine.log.CorruptFrameException;
import io.quorate.engine.log.EntryFrame;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The binary form of a {@link PeerFrame}.
 *
 * <p>Layout, big endian: {@code int length} of what follows, {@code int crc32c, byte version, byte kind, short reserved
 * (0), int group}, then the fields of the message, then what travels beside it: entries, the content of a snapshot
 * chunk, or commands. The checksum covers everything after itself but the entries of an AppendRequest, which carry their
 * own since the leader made them.
 *
 * <p>Immutable; safe for use by many threads.
 */
public final class FrameCodec {

    /** Bytes of the field in front of a frame that says how many bytes follow. */
    public static final int LENGTH_BYTES = Integer.BYTES;

    /** Bytes before the fields of the message, the length included. */
    public static final int HEADER_BYTES = 16;

    /** The format written by this release: 2, in which an AppendRequest carries the chain hash at its {@code prev}. */
    public static final byte VERSION = 2;

    /** The oldest format that is still read: 1, whose AppendRequests carry none. */
    private static final byte OLDEST_VERSION = 1;

    private static final int CRC_OFFSET = 4;
    private static final int VERSION_OFFSET = 8;

    private final int maxFrameBytes;

    /**
     * Makes a codec for frames up to a size.
     *
     * @param maxFrameBytes length and header included
     */
    public FrameCodec(int maxFrameBytes) {
        if (maxFrameBytes < HEADER_BYTES) {
            throw new IllegalArgumentException("a frame takes at least " + HEADER_BYTES + " bytes: " + maxFrameBytes);
        }
        this.maxFrameBytes = maxFrameBytes;
    }

    public int maxFrameBytes() {
        return maxFrameBytes;
    }

    /**
     * Bytes that the encoded form takes, the length field included.
     *
     * @throws IllegalArgumentException if that is over the limit, or the frame contradicts itself; it could never be
     *     received
     */
    public int size(PeerFrame frame) {
        long size = HEADER_BYTES
                + switch (frame) {
                    case PeerFrame.Raft raft -> size(raft);
                    case PeerFrame.Snapshot snapshot -> size(snapshot);
                    case PeerFrame.Forward forward -> size(forward);
                    case PeerFrame.Forwarded forwarded -> 3L * Long.BYTES + Integer.BYTES;
                    case PeerFrame.ForwardRefused refused -> (long) Long.BYTES + Integer.BYTES + 1;
                    case PeerFrame.EntriesRequest request -> 2L * Long.BYTES;
                    case PeerFrame.Entries entries -> size(entries);
                    case PeerFrame.Question question ->
                        (long) Long.BYTES + question.content().remaining();
                    case PeerFrame.Answer answer ->
                        Long.BYTES
                                + 1L
                                + answer.content().map(ByteBuffer::remaining).orElse(0);
                    case PeerFrame.Ping ping -> Long.BYTES;
                    case PeerFrame.Pong pong -> Long.BYTES;
                };
        if (size > maxFrameBytes) {
            throw new IllegalArgumentException("a frame of kind " + FrameKind.of(frame) + " would take " + size
                    + " bytes, the limit is " + maxFrameBytes);
        }
        return (int) size;
    }

    private static long size(PeerFrame.Raft raft) {
        if (raft.message() instanceof Message.AppendRequest request) {
            AppendCodec.checkEntriesMatch(request, raft.entries());
            return AppendCodec.size(raft.entries());
        }
        boolean accompanied = !raft.entries().isEmpty() || raft.prevChain().isPresent();
        if (accompanied || raft.message() instanceof Message.SnapshotChunk) {
            throw new IllegalArgumentException("only an AppendRequest travels with entries and a hash, and a snapshot "
                    + "chunk travels with its content: " + raft.message());
        }
        return MessageCodec.size(raft.message());
    }

    private static long size(PeerFrame.Snapshot snapshot) {
        int length = snapshot.content().remaining();
        if (length != snapshot.chunk().length()) {
            throw new IllegalArgumentException("a snapshot chunk says that it has "
                    + snapshot.chunk().length() + " bytes, and comes with " + length);
        }
        return (long) MessageCodec.size(snapshot.chunk()) + length;
    }

    private static long size(PeerFrame.Forward forward) {
        long size = 2L * Long.BYTES + Integer.BYTES;
        for (ByteBuffer command : forward.commands()) {
            size += Integer.BYTES + command.remaining();
        }
        return size;
    }

    private static long size(PeerFrame.Entries entries) {
        long size = 2L * Long.BYTES + Integer.BYTES;
        for (EntryFrame entry : entries.entries()) {
            size += entry.size();
        }
        return size;
    }

    /** Writes {@link #size} bytes and moves the position of {@code out}, which is big endian, behind them. */
    public void encode(PeerFrame frame, ByteBuffer out) {
        encode(frame, size(frame), out);
    }

    /** As {@link #encode(PeerFrame, ByteBuffer)}, for one who has asked for the size already. */
    public void encode(PeerFrame frame, int size, ByteBuffer out) {
        int start = out.position();
        out.putInt(size - LENGTH_BYTES)
                .putInt(0)
                .put(VERSION)
                .put(FrameKind.of(frame).code());
        out.putShort((short) 0).putInt(frame.group());
        writeFields(frame, out);
        out.putInt(start + CRC_OFFSET, checksum(out, start + VERSION_OFFSET, out.position()));
        if (frame instanceof PeerFrame.Raft raft) {
            for (EntryFrame entry : raft.entries()) {
                out.put(entry.bytes());
            }
        }
    }

    /** Writes all that the checksum covers behind the header. */
    private static void writeFields(PeerFrame frame, ByteBuffer out) {
        switch (frame) {
            case PeerFrame.Raft raft -> {
                MessageCodec.write(raft.message(), out);
                if (raft.message() instanceof Message.AppendRequest) {
                    AppendCodec.write(raft, out);
                }
            }
            case PeerFrame.Snapshot snapshot -> {
                MessageCodec.write(snapshot.chunk(), out);
                copy(snapshot.content(), out);
            }
            case PeerFrame.Forward forward -> {
                out.putLong(forward.term())
                        .putLong(forward.firstRequestId())
                        .putInt(forward.commands().size());
                for (ByteBuffer command : forward.commands()) {
                    copy(command, out.putInt(command.remaining()));
                }
            }
            case PeerFrame.Forwarded forwarded -> {
                out.putLong(forwarded.firstRequestId()).putInt(forwarded.count());
                MessageCodec.put(forwarded.first(), out);
            }
            case PeerFrame.ForwardRefused refused ->
                out.putLong(refused.firstRequestId()).putInt(refused.count()).put(code(refused.reason()));
            case PeerFrame.EntriesRequest request ->
                out.putLong(request.firstIndex()).putLong(request.lastIndex());
            case PeerFrame.Entries entries -> {
                out.putLong(entries.firstIndex())
                        .putLong(entries.lastIndex())
                        .putInt(entries.entries().size());
                entries.entries().forEach(entry -> entry.writeTo(out));
            }
            case PeerFrame.Question question -> copy(question.content(), out.putLong(question.id()));
            case PeerFrame.Answer answer -> {
                out.putLong(answer.id()).put((byte) (answer.content().isPresent() ? 1 : 0));
                answer.content().ifPresent(content -> copy(content, out));
            }
            case PeerFrame.Ping ping -> out.putLong(ping.sequence());
            case PeerFrame.Pong pong -> out.putLong(pong.sequence());
        }
    }

    private static void copy(ByteBuffer content, ByteBuffer out) {
        int length = content.remaining();
        out.put(out.position(), content, content.position(), length);
        out.position(out.position() + length);
    }

    /**
     * Reads one frame that fills the remaining bytes of a heap buffer, without copying: entries, snapshot content and
     * commands are views of the buffer's array, which must not be changed any more.
     *
     * @throws CorruptFrameException if the bytes are anything but one whole, undamaged frame of a known version
     */
    public PeerFrame decode(ByteBuffer in) throws CorruptFrameException {
        if (!in.hasArray()) {
            throw new IllegalArgumentException("frames are decoded from heap buffers");
        }
        ByteBuffer frame = in.slice();
        if (frame.capacity() < HEADER_BYTES || frame.capacity() > maxFrameBytes) {
            throw new CorruptFrameException("a frame has " + frame.capacity() + " bytes; from " + HEADER_BYTES + " to "
                    + maxFrameBytes + " were expected");
        }
        try {
            PeerFrame decoded = read(frame);
            if (frame.hasRemaining()) {
                throw new CorruptFrameException(frame.remaining() + " unknown bytes follow a message");
            }
            in.position(in.limit());
            return decoded;
        } catch (BufferUnderflowException e) {
            throw new CorruptFrameException("a frame of " + frame.capacity() + " bytes is cut off");
        }
    }

    private PeerFrame read(ByteBuffer frame) throws CorruptFrameException {
        int length = frame.getInt();
        if (length != frame.capacity() - LENGTH_BYTES) {
            throw new CorruptFrameException(
                    "a frame claims " + length + " bytes, and has " + (frame.capacity() - LENGTH_BYTES));
        }
        int crc = frame.getInt();
        byte version = frame.get();
        if (version < OLDEST_VERSION || version > VERSION) {
            throw new CorruptFrameException("a frame has format version " + version + ", this release knows versions "
                    + OLDEST_VERSION + " to " + VERSION);
        }
        FrameKind kind = FrameKind.of(frame.get());
        if (frame.getShort() != 0) {
            throw new CorruptFrameException("a frame's reserved bytes are not zero");
        }
        int group = frame.getInt();
        int checkedEnd = kind == FrameKind.APPEND_REQUEST
                ? Math.min(frame.capacity(), HEADER_BYTES + AppendCodec.fieldBytes(version))
                : frame.capacity();
        if (checksum(frame, VERSION_OFFSET, checkedEnd) != crc) {
            throw new CorruptFrameException("a frame's checksum does not match its bytes");
        }
        return switch (kind) {
            case APPEND_REQUEST -> AppendCodec.read(group, version, frame);
            case SNAPSHOT_CHUNK -> snapshot(group, frame);
            case FORWARD -> forward(group, frame);
            case FORWARDED -> new PeerFrame.Forwarded(group, frame.getLong(), count(frame), MessageCodec.id(frame));
            case FORWARD_REFUSED ->
                new PeerFrame.ForwardRefused(group, frame.getLong(), count(frame), rejection(frame.get()));
            case ENTRIES_REQUEST ->
                new PeerFrame.EntriesRequest(group, MessageCodec.natural(frame), MessageCodec.natural(frame));
            case ENTRIES -> entries(group, frame);
            case QUESTION -> new PeerFrame.Question(group, frame.getLong(), take(frame.remaining(), frame));
            case ANSWER -> answer(group, frame);
            case PING -> new PeerFrame.Ping(group, frame.getLong());
            case PONG -> new PeerFrame.Pong(group, frame.getLong());
            case PRE_VOTE_REQUEST,
                    PRE_VOTE_RESPONSE,
                    VOTE_REQUEST,
                    VOTE_RESPONSE,
                    APPEND_ACCEPTED,
                    APPEND_REJECTED,
                    HEARTBEAT,
                    HEARTBEAT_RESPONSE,
                    READ_INDEX_REQUEST,
                    READ_INDEX_RESPONSE,
                    TIMEOUT_NOW,
                    SNAPSHOT_CHUNK_RESPONSE,
                    REPAIR_REQUEST,
                    REPAIR_RESPONSE,
                    SNAPSHOT_REQUEST -> new PeerFrame.Raft(group, MessageCodec.read(kind, frame));
        };
    }

    private static PeerFrame snapshot(int group, ByteBuffer in) throws CorruptFrameException {
        Message.SnapshotChunk chunk = MessageCodec.snapshotChunk(in);
        return new PeerFrame.Snapshot(group, chunk, take(chunk.length(), in));
    }

    private static PeerFrame forward(int group, ByteBuffer in) throws CorruptFrameException {
        long term = in.getLong();
        long firstRequestId = in.getLong();
        int count = count(in);
        if (count > in.remaining() / Integer.BYTES) {
            throw new CorruptFrameException(count + " commands are claimed, where " + in.remaining() + " bytes follow");
        }
        List<ByteBuffer> commands = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            commands.add(take(in.getInt(), in));
        }
        return new PeerFrame.Forward(group, term, firstRequestId, List.copyOf(commands));
    }

    private static PeerFrame entries(int group, ByteBuffer in) throws CorruptFrameException {
        long first = MessageCodec.natural(in);
        long last = MessageCodec.natural(in);
        int count = count(in);
        if (count > in.remaining() / EntryFrame.HEADER_BYTES) {
            throw new CorruptFrameException(count + " entries are claimed, where " + in.remaining() + " bytes follow");
        }
        List<EntryFrame> entries = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            EntryFrame entry = EntryFrame.decode(in);
            if (entry.group() != group) {
                throw new CorruptFrameException(
                        "entry " + entry.id() + " of group " + entry.group() + " came in a frame of group " + group);
            }
            entries.add(entry);
        }
        return new PeerFrame.Entries(group, first, last, entries);
    }

    private static PeerFrame answer(int group, ByteBuffer in) throws CorruptFrameException {
        long id = in.getLong();
        byte given = in.get();
        if (given != 0 && given != 1) {
            throw new CorruptFrameException("an answer is neither given nor not: " + given);
        }
        return new PeerFrame.Answer(group, id, given == 1 ? Optional.of(take(in.remaining(), in)) : Optional.empty());
    }

    private static int count(ByteBuffer in) throws CorruptFrameException {
        int count = in.getInt();
        if (count < 0) {
            throw new CorruptFrameException("a frame has the negative count " + count);
        }
        return count;
    }

    private static ByteBuffer take(int length, ByteBuffer in) throws CorruptFrameException {
        if (length < 0 || length > in.remaining()) {
            throw new CorruptFrameException(
                    "a frame claims a content of " + length + " bytes, where " + in.remaining() + " follow");
        }
        ByteBuffer content = in.slice(in.position(), length).asReadOnlyBuffer();
        in.position(in.position() + length);
        return content;
    }

    private static int checksum(ByteBuffer frame, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(frame.slice(from, to - from));
        return (int) crc.getValue();
    }

    private static byte code(Rejection reason) {
        return switch (reason) {
            case NOT_LEADER -> 1;
            case NO_LEADER -> 2;
            case TRANSFER_IN_PROGRESS -> 3;
            case TOO_MANY_UNCOMMITTED -> 4;
            case BAD_TRANSFER_TARGET -> 5;
            case CHANGE_IN_PROGRESS -> 6;
            case NOTHING_COMMITTED_YET -> 7;
            case BAD_CONFIGURATION -> 8;
            case NO_ROOM -> 9;
            case TRANSFER_TARGET_NOT_READY -> 10;
        };
    }

    private static Rejection rejection(byte code) throws CorruptFrameException {
        for (Rejection reason : Rejection.values()) {
            if (code(reason) == code) {
                return reason;
            }
        }
        throw new CorruptFrameException("a refusal has the unknown reason " + code);
    }
}
