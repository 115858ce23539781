package io.quorate.engine.transport;

import io.quorate.core.Message;
import io.quorate.engine.log.CorruptFrameException;

/** What a frame carries. The code is its byte on the wire; a code is never used again for something else. */
enum FrameKind {
    PRE_VOTE_REQUEST(1),
    PRE_VOTE_RESPONSE(2),
    VOTE_REQUEST(3),
    VOTE_RESPONSE(4),
    APPEND_REQUEST(5),
    APPEND_ACCEPTED(6),
    APPEND_REJECTED(7),
    HEARTBEAT(8),
    HEARTBEAT_RESPONSE(9),
    READ_INDEX_REQUEST(10),
    READ_INDEX_RESPONSE(11),
    TIMEOUT_NOW(12),
    SNAPSHOT_CHUNK(13),
    SNAPSHOT_CHUNK_RESPONSE(14),
    REPAIR_REQUEST(15),
    REPAIR_RESPONSE(16),
    SNAPSHOT_REQUEST(17),
    FORWARD(32),
    FORWARDED(33),
    FORWARD_REFUSED(34),
    ENTRIES_REQUEST(35),
    ENTRIES(36),
    QUESTION(37),
    ANSWER(38),
    PING(64),
    PONG(65);

    private static final FrameKind[] BY_CODE = byCode();

    private final byte code;

    FrameKind(int code) {
        this.code = (byte) code;
    }

    private static FrameKind[] byCode() {
        FrameKind[] byCode = new FrameKind[PONG.code + 1];
        for (FrameKind kind : values()) {
            byCode[kind.code] = kind;
        }
        return byCode;
    }

    byte code() {
        return code;
    }

    static FrameKind of(byte code) throws CorruptFrameException {
        FrameKind kind = code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
        if (kind == null) {
            throw new CorruptFrameException("a frame is of the unknown kind " + code);
        }
        return kind;
    }

    static FrameKind of(PeerFrame frame) {
        return switch (frame) {
            case PeerFrame.Raft raft -> of(raft.message());
            case PeerFrame.Snapshot snapshot -> SNAPSHOT_CHUNK;
            case PeerFrame.Forward forward -> FORWARD;
            case PeerFrame.Forwarded forwarded -> FORWARDED;
            case PeerFrame.ForwardRefused refused -> FORWARD_REFUSED;
            case PeerFrame.EntriesRequest request -> ENTRIES_REQUEST;
            case PeerFrame.Entries entries -> ENTRIES;
            case PeerFrame.Question question -> QUESTION;
            case PeerFrame.Answer answer -> ANSWER;
            case PeerFrame.Ping ping -> PING;
            case PeerFrame.Pong pong -> PONG;
        };
    }

    private static FrameKind of(Message message) {
        return switch (message) {
            case Message.PreVoteRequest m -> PRE_VOTE_REQUEST;
            case Message.PreVoteResponse m -> PRE_VOTE_RESPONSE;
            case Message.VoteRequest m -> VOTE_REQUEST;
            case Message.VoteResponse m -> VOTE_RESPONSE;
            case Message.AppendRequest m -> APPEND_REQUEST;
            case Message.AppendAccepted m -> APPEND_ACCEPTED;
            case Message.AppendRejected m -> APPEND_REJECTED;
            case Message.Heartbeat m -> HEARTBEAT;
            case Message.HeartbeatResponse m -> HEARTBEAT_RESPONSE;
            case Message.ReadIndexRequest m -> READ_INDEX_REQUEST;
            case Message.ReadIndexResponse m -> READ_INDEX_RESPONSE;
            case Message.TimeoutNow m -> TIMEOUT_NOW;
            case Message.SnapshotChunk m -> SNAPSHOT_CHUNK;
            case Message.SnapshotChunkResponse m -> SNAPSHOT_CHUNK_RESPONSE;
            case Message.RepairRequest m -> REPAIR_REQUEST;
            case Message.RepairResponse m -> REPAIR_RESPONSE;
            case Message.SnapshotRequest m -> SNAPSHOT_REQUEST;
        };
    }
}
