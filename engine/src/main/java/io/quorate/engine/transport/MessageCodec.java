package io.quorate.engine.transport;

import io.quorate.core.EntryId;
import io.quorate.core.Message;
import io.quorate.core.SnapshotMeta;
import io.quorate.engine.log.ConfigurationCodec;
import io.quorate.engine.log.CorruptFrameException;
import java.nio.ByteBuffer;

/**
 * The binary form of the fields of a {@link Message}, in the order of the record. Of an AppendRequest's batch nothing
 * is written here: it follows from the entries.
 */
final class MessageCodec {

    private static final int ID_BYTES = 2 * Long.BYTES;

    private MessageCodec() {}

    static int size(Message message) {
        return Long.BYTES
                + switch (message) {
                    case Message.PreVoteRequest m -> ID_BYTES;
                    case Message.PreVoteResponse m -> 1;
                    case Message.VoteRequest m -> ID_BYTES + 1;
                    case Message.VoteResponse m -> 1;
                    case Message.AppendRequest m -> ID_BYTES + Long.BYTES;
                    case Message.AppendAccepted m -> Long.BYTES;
                    case Message.AppendRejected m -> Long.BYTES + ID_BYTES;
                    case Message.Heartbeat m -> 2 * Long.BYTES;
                    case Message.HeartbeatResponse m -> Long.BYTES;
                    case Message.ReadIndexRequest m -> Long.BYTES;
                    case Message.ReadIndexResponse m -> 2 * Long.BYTES;
                    case Message.TimeoutNow m -> 0;
                    case Message.SnapshotChunk m -> size(m.snapshot()) + 2 * Long.BYTES + Integer.BYTES;
                    case Message.SnapshotChunkResponse m -> ID_BYTES + Long.BYTES + 1;
                    case Message.RepairRequest m -> m.promisesLost() ? Long.BYTES + 1 : Long.BYTES;
                    case Message.RepairResponse m -> Long.BYTES + ID_BYTES;
                    case Message.SnapshotRequest m -> m.refusedIndex() == 0 ? Long.BYTES : 2 * Long.BYTES;
                };
    }

    private static int size(SnapshotMeta meta) {
        return ID_BYTES + Long.BYTES + ConfigurationCodec.size(meta.configuration());
    }

    static void write(Message message, ByteBuffer out) {
        out.putLong(message.term());
        switch (message) {
            case Message.PreVoteRequest m -> put(m.last(), out);
            case Message.PreVoteResponse m -> put(m.granted(), out);
            case Message.VoteRequest m -> {
                put(m.last(), out);
                put(m.leadershipTransfer(), out);
            }
            case Message.VoteResponse m -> put(m.granted(), out);
            case Message.AppendRequest m -> put(m.prev(), out).putLong(m.commitIndex());
            case Message.AppendAccepted m -> out.putLong(m.matchIndex());
            case Message.AppendRejected m -> put(m.hint(), out.putLong(m.rejectedPrevIndex()));
            case Message.Heartbeat m -> out.putLong(m.commitIndex()).putLong(m.readRound());
            case Message.HeartbeatResponse m -> out.putLong(m.readRound());
            case Message.ReadIndexRequest m -> out.putLong(m.requestId());
            case Message.ReadIndexResponse m -> out.putLong(m.requestId()).putLong(m.index());
            case Message.TimeoutNow m -> {}
            case Message.SnapshotChunk m -> {
                put(m.snapshot(), out);
                out.putLong(m.offset()).putInt(m.length()).putLong(m.total());
            }
            case Message.SnapshotChunkResponse m -> {
                put(m.snapshot(), out).putLong(m.nextOffset());
                put(m.installed(), out);
            }
            case Message.RepairRequest m -> {
                out.putLong(m.requestId());
                // An earlier release knows nothing of it, and must not answer it: it takes such a frame for a damaged
                // one.
                if (m.promisesLost()) {
                    put(true, out);
                }
            }
            case Message.RepairResponse m -> put(m.last(), out.putLong(m.requestId()));
            case Message.SnapshotRequest m -> {
                out.putLong(m.fromIndex());
                // An earlier release knows no refusal: a frame without one is as it was.
                if (m.refusedIndex() != 0) {
                    out.putLong(m.refusedIndex());
                }
            }
        }
    }

    static ByteBuffer put(EntryId id, ByteBuffer out) {
        return out.putLong(id.term()).putLong(id.index());
    }

    private static ByteBuffer put(boolean flag, ByteBuffer out) {
        return out.put((byte) (flag ? 1 : 0));
    }

    private static void put(SnapshotMeta meta, ByteBuffer out) {
        put(meta.last(), out).putLong(meta.configurationIndex());
        ConfigurationCodec.encode(meta.configuration(), out);
    }

    /**
     * Reads the fields of any message that travels without content beside it; AppendRequest and SnapshotChunk do not.
     */
    static Message read(FrameKind kind, ByteBuffer in) throws CorruptFrameException {
        long term = natural(in);
        return switch (kind) {
            case PRE_VOTE_REQUEST -> new Message.PreVoteRequest(term, id(in));
            case PRE_VOTE_RESPONSE -> new Message.PreVoteResponse(term, flag(in));
            case VOTE_REQUEST -> new Message.VoteRequest(term, id(in), flag(in));
            case VOTE_RESPONSE -> new Message.VoteResponse(term, flag(in));
            case APPEND_ACCEPTED -> new Message.AppendAccepted(term, natural(in));
            case APPEND_REJECTED -> new Message.AppendRejected(term, natural(in), id(in));
            case HEARTBEAT -> new Message.Heartbeat(term, natural(in), in.getLong());
            case HEARTBEAT_RESPONSE -> new Message.HeartbeatResponse(term, in.getLong());
            case READ_INDEX_REQUEST -> new Message.ReadIndexRequest(term, in.getLong());
            case READ_INDEX_RESPONSE -> new Message.ReadIndexResponse(term, in.getLong(), natural(in));
            case TIMEOUT_NOW -> new Message.TimeoutNow(term);
            case SNAPSHOT_CHUNK_RESPONSE -> new Message.SnapshotChunkResponse(term, id(in), natural(in), flag(in));
            case REPAIR_REQUEST -> new Message.RepairRequest(term, in.getLong(), in.hasRemaining() && flag(in));
            case REPAIR_RESPONSE -> new Message.RepairResponse(term, in.getLong(), id(in));
            case SNAPSHOT_REQUEST ->
                new Message.SnapshotRequest(term, natural(in), in.hasRemaining() ? natural(in) : 0);
            case APPEND_REQUEST,
                    SNAPSHOT_CHUNK,
                    FORWARD,
                    FORWARDED,
                    FORWARD_REFUSED,
                    ENTRIES_REQUEST,
                    ENTRIES,
                    QUESTION,
                    ANSWER,
                    PING,
                    PONG -> throw new AssertionError(kind + " is read elsewhere");
        };
    }

    static Message.SnapshotChunk snapshotChunk(ByteBuffer in) throws CorruptFrameException {
        long term = natural(in);
        EntryId last = id(in);
        long configurationIndex = natural(in);
        SnapshotMeta meta = new SnapshotMeta(last, ConfigurationCodec.decode(in), configurationIndex);
        long offset = natural(in);
        int length = in.getInt();
        long total = natural(in);
        if (length < 0 || offset > total || length > total - offset) {
            throw new CorruptFrameException("a snapshot of " + total + " bytes cannot have a piece of " + length
                    + " bytes at offset " + offset);
        }
        return new Message.SnapshotChunk(term, meta, offset, length, total);
    }

    /** A term, index or offset: none of them is ever negative. */
    static long natural(ByteBuffer in) throws CorruptFrameException {
        long value = in.getLong();
        if (value < 0) {
            throw new CorruptFrameException("a message has the negative term, index or offset " + value);
        }
        return value;
    }

    static EntryId id(ByteBuffer in) throws CorruptFrameException {
        return new EntryId(natural(in), natural(in));
    }

    static boolean flag(ByteBuffer in) throws CorruptFrameException {
        byte value = in.get();
        if (value != 0 && value != 1) {
            throw new CorruptFrameException("a message has the value " + value + " where a 0 or 1 belongs");
        }
        return value == 1;
    }
}
