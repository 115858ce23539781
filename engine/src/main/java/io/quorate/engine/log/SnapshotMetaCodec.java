package io.quorate.engine.log;

import io.quorate.core.EntryId;
import io.quorate.core.SnapshotMeta;
import java.nio.ByteBuffer;
import java.util.OptionalLong;

/**
 * The binary form of a {@link SnapshotMeta} with the log's chain hash at its last entry: {@code long term, long index,
 * long configurationIndex, byte chainHashKnown, long chainHash}, then the configuration.
 */
public final class SnapshotMetaCodec {

    private static final int FIXED_BYTES = 4 * Long.BYTES + 1;

    private SnapshotMetaCodec() {}

    /** Where a log can begin: a snapshot's meta, and the chain hash of the log there if it is known. */
    public record Start(SnapshotMeta meta, OptionalLong chainHash) {

        /** The beginning of a log that starts from nothing; its chain hash is 0. */
        public static Start bootstrap(SnapshotMeta meta) {
            return new Start(meta, meta.last().equals(EntryId.ORIGIN) ? OptionalLong.of(0) : OptionalLong.empty());
        }

        long index() {
            return meta.last().index();
        }
    }

    /** Bytes that the encoded form takes. */
    public static int size(Start start) {
        return FIXED_BYTES + ConfigurationCodec.size(start.meta().configuration());
    }

    public static void encode(Start start, ByteBuffer out) {
        SnapshotMeta meta = start.meta();
        out.putLong(meta.last().term()).putLong(meta.last().index()).putLong(meta.configurationIndex());
        putOptional(start.chainHash(), out);
        ConfigurationCodec.encode(meta.configuration(), out);
    }

    /** Reads one and moves the position behind it. */
    public static Start decode(ByteBuffer in) throws CorruptFrameException {
        if (in.remaining() < FIXED_BYTES) {
            throw new CorruptFrameException("the description of a snapshot is cut off");
        }
        EntryId last = takeId(in);
        long configurationIndex = in.getLong();
        OptionalLong chainHash = takeOptional(in);
        return new Start(new SnapshotMeta(last, ConfigurationCodec.decode(in), configurationIndex), chainHash);
    }

    static EntryId takeId(ByteBuffer in) throws CorruptFrameException {
        long term = in.getLong();
        long index = in.getLong();
        if (term < 0 || index < 0) {
            throw new CorruptFrameException("an entry id is negative: " + term + "/" + index);
        }
        return new EntryId(term, index);
    }

    static void putOptional(OptionalLong value, ByteBuffer out) {
        out.put((byte) (value.isPresent() ? 1 : 0)).putLong(value.orElse(0));
    }

    static OptionalLong takeOptional(ByteBuffer in) {
        boolean known = in.get() != 0;
        long value = in.getLong();
        return known ? OptionalLong.of(value) : OptionalLong.empty();
    }
}
