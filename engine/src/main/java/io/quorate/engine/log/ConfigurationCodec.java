package io.quorate.engine.log;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.nio.ByteBuffer;
import java.util.SortedSet;
import java.util.TreeSet;

/** The binary form of a {@link Configuration}: a version byte, then each set as a count and its member ids. */
public final class ConfigurationCodec {

    private static final byte VERSION = 1;

    private ConfigurationCodec() {}

    public static ByteBuffer encode(Configuration configuration) {
        ByteBuffer out = ByteBuffer.allocate(size(configuration));
        encode(configuration, out);
        return out.flip();
    }

    /** Bytes that the encoded form takes. */
    public static int size(Configuration configuration) {
        int members = configuration.voters().size()
                + configuration.outgoingVoters().size()
                + configuration.learners().size();
        return 1 + 3 * Short.BYTES + members * Long.BYTES;
    }

    public static void encode(Configuration configuration, ByteBuffer out) {
        out.put(VERSION);
        put(configuration.voters(), out);
        put(configuration.outgoingVoters(), out);
        put(configuration.learners(), out);
    }

    private static void put(SortedSet<MemberId> members, ByteBuffer out) {
        out.putShort((short) members.size());
        members.forEach(member -> out.putLong(member.value()));
    }

    /** Reads one configuration and moves the position behind it. */
    public static Configuration decode(ByteBuffer in) throws CorruptFrameException {
        if (!in.hasRemaining() || in.get() != VERSION) {
            throw new CorruptFrameException("a configuration is missing or of an unknown format version");
        }
        try {
            return new Configuration(take(in), take(in), take(in));
        } catch (IllegalArgumentException e) {
            throw new CorruptFrameException("a configuration contradicts itself: " + e.getMessage());
        }
    }

    private static SortedSet<MemberId> take(ByteBuffer in) throws CorruptFrameException {
        int count = in.remaining() < Short.BYTES ? -1 : in.getShort();
        if (count < 0 || (long) count * Long.BYTES > in.remaining()) {
            throw new CorruptFrameException("a configuration is cut off");
        }
        SortedSet<MemberId> members = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            members.add(new MemberId(in.getLong()));
        }
        return members;
    }
}
