package io.quorate.engine.log;

import io.quorate.core.EntryId;
import io.quorate.core.Suspension;
import io.quorate.engine.log.SnapshotMetaCodec.Start;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/**
 * A change of the log other than an appended entry, as it is written among the entries: {@code int code} (negative, where
 * an entry has its payload length), {@code int length}, then the content.
 */
sealed interface Mark {

    int HEADER_BYTES = 2 * Integer.BYTES;

    /** The tail was dropped; {@code last} is the entry that is the last one now. */
    record Truncated(EntryId last, OptionalLong chainHash) implements Mark {}

    /** The head was dropped, up to and including the start's last entry; what follows stayed. */
    record Compacted(Start start) implements Mark {}

    /** All entries were dropped. */
    record Reset(Start start) implements Mark {}

    /**
     * The member does not vote. The releases before knew no difference: theirs holds nothing, and is taken for
     * {@link Suspension#PROMISES_LOST}. Otherwise {@code byte suspension}.
     */
    record VotingSuspended(Suspension suspension) implements Mark {}

    record VotingResumed() implements Mark {}

    /**
     * Changes nothing: how the log ends here. Written where no entry is, so that each frame says of those before it how the
     * log stood, and damage to them leaves known what they made of it.
     */
    record Stands(EntryId last, OptionalLong chainHash) implements Mark {

        static final int BYTES = HEADER_BYTES + 3 * Long.BYTES + 1;
    }

    /** Bytes that the encoded form takes. */
    default int size() {
        return HEADER_BYTES
                + switch (this) {
                    case Truncated truncated -> 3 * Long.BYTES + 1;
                    case Compacted compacted -> SnapshotMetaCodec.size(compacted.start());
                    case Reset reset -> SnapshotMetaCodec.size(reset.start());
                    case VotingSuspended suspended -> 1;
                    case VotingResumed resumed -> 0;
                    case Stands stands -> Stands.BYTES - HEADER_BYTES;
                };
    }

    private int code() {
        return switch (this) {
            case Truncated truncated -> -1;
            case Compacted compacted -> -2;
            case Reset reset -> -3;
            case VotingSuspended suspended -> -4;
            case VotingResumed resumed -> -5;
            case Stands stands -> -6;
        };
    }

    default void writeTo(ByteBuffer out) {
        out.putInt(code()).putInt(size() - HEADER_BYTES);
        switch (this) {
            case Truncated truncated -> putEnd(truncated.last(), truncated.chainHash(), out);
            case Compacted compacted -> SnapshotMetaCodec.encode(compacted.start(), out);
            case Reset reset -> SnapshotMetaCodec.encode(reset.start(), out);
            case VotingSuspended suspended -> out.put(Suspensions.code(suspended.suspension()));
            case VotingResumed resumed -> {}
            case Stands stands -> putEnd(stands.last(), stands.chainHash(), out);
        }
    }

    private static void putEnd(EntryId last, OptionalLong chainHash, ByteBuffer out) {
        out.putLong(last.term()).putLong(last.index());
        SnapshotMetaCodec.putOptional(chainHash, out);
    }

    /** Whether a mark, rather than an entry, begins at the buffer's position. */
    static boolean isNext(ByteBuffer in) {
        return in.remaining() >= HEADER_BYTES && in.getInt(in.position()) < 0;
    }

    static Mark decode(ByteBuffer in) throws CorruptFrameException {
        int code = in.getInt();
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new CorruptFrameException("a mark claims " + length + " bytes, where " + in.remaining() + " follow");
        }
        ByteBuffer content = in.slice(in.position(), length);
        in.position(in.position() + length);
        return switch (code) {
            case -1 -> {
                requireEnd(content);
                yield new Truncated(SnapshotMetaCodec.takeId(content), SnapshotMetaCodec.takeOptional(content));
            }
            case -2 -> new Compacted(SnapshotMetaCodec.decode(content));
            case -3 -> new Reset(SnapshotMetaCodec.decode(content));
            case -4 ->
                new VotingSuspended(content.hasRemaining() ? Suspensions.of(content.get()) : Suspension.PROMISES_LOST);
            case -5 -> new VotingResumed();
            case -6 -> {
                requireEnd(content);
                yield new Stands(SnapshotMetaCodec.takeId(content), SnapshotMetaCodec.takeOptional(content));
            }
            default -> throw new CorruptFrameException("a mark has the unknown code " + code);
        };
    }

    private static void requireEnd(ByteBuffer content) throws CorruptFrameException {
        if (content.remaining() < 3 * Long.BYTES + 1) {
            throw new CorruptFrameException("a mark of the log's end is cut off");
        }
    }
}
