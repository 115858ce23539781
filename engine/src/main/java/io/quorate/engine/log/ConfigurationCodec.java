package io.quorate.engine.log;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The binary form of a {@link Configuration}: a version byte, then voters, outgoing voters and learners, each as a count and
 * member ids. Version 2 goes on with those that were removed, in the same form, and with the addresses: a count, and for each
 * member its id and a count of texts, each of which is its length in bytes and UTF-8. Version 3 goes on with the priorities:
 * a count, and for each member that has one its id and the priority, an int. Version 4 goes on with the witnesses, in the form
 * of the voters.
 *
 * <p>What knows neither addresses nor removed members nor priorities is written in version 1, what knows no priorities in version
 * 2, what knows no witnesses in version 3: so releases before each of these read it. Counts and lengths are shorts.
 */
public final class ConfigurationCodec {

    private static final byte PLAIN = 1;
    private static final byte WITH_ADDRESSES = 2;
    private static final byte WITH_PRIORITIES = 3;
    private static final byte WITH_WITNESSES = 4;

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
        int bytes = 1 + 3 * Short.BYTES + members * Long.BYTES;
        return switch (version(configuration)) {
            case PLAIN -> bytes;
            case WITH_ADDRESSES -> bytes + sizeOfRest(configuration);
            case WITH_PRIORITIES -> bytes + sizeOfRest(configuration) + sizeOfPriorities(configuration);
            default ->
                bytes + sizeOfRest(configuration) + sizeOfPriorities(configuration) + sizeOfWitnesses(configuration);
        };
    }

    private static byte version(Configuration configuration) {
        if (!configuration.witnesses().isEmpty()) {
            return WITH_WITNESSES;
        }
        if (!configuration.priorities().isEmpty()) {
            return WITH_PRIORITIES;
        }
        boolean plain =
                configuration.addresses().isEmpty() && configuration.removed().isEmpty();
        return plain ? PLAIN : WITH_ADDRESSES;
    }

    private static int sizeOfPriorities(Configuration configuration) {
        return Short.BYTES + configuration.priorities().size() * (Long.BYTES + Integer.BYTES);
    }

    private static int sizeOfWitnesses(Configuration configuration) {
        return Short.BYTES + configuration.witnesses().size() * Long.BYTES;
    }

    private static int sizeOfRest(Configuration configuration) {
        int bytes = 2 * Short.BYTES + configuration.removed().size() * Long.BYTES;
        for (List<String> addresses : configuration.addresses().values()) {
            bytes += Long.BYTES + Short.BYTES;
            for (String address : addresses) {
                bytes += Short.BYTES + address.getBytes(StandardCharsets.UTF_8).length;
            }
        }
        return bytes;
    }

    public static void encode(Configuration configuration, ByteBuffer out) {
        byte version = version(configuration);
        out.put(version);
        put(configuration.voters(), out);
        put(configuration.outgoingVoters(), out);
        put(configuration.learners(), out);
        if (version >= WITH_ADDRESSES) {
            put(configuration.removed(), out);
            putAddresses(configuration.addresses(), out);
        }
        if (version >= WITH_PRIORITIES) {
            putPriorities(configuration.priorities(), out);
        }
        if (version >= WITH_WITNESSES) {
            put(configuration.witnesses(), out);
        }
    }

    private static void put(SortedSet<MemberId> members, ByteBuffer out) {
        out.putShort(count(members.size()));
        members.forEach(member -> out.putLong(member.value()));
    }

    private static void putPriorities(SortedMap<MemberId, Integer> priorities, ByteBuffer out) {
        out.putShort(count(priorities.size()));
        priorities.forEach((member, priority) -> out.putLong(member.value()).putInt(priority));
    }

    private static void putAddresses(SortedMap<MemberId, List<String>> addresses, ByteBuffer out) {
        out.putShort(count(addresses.size()));
        addresses.forEach((member, texts) -> {
            out.putLong(member.value()).putShort(count(texts.size()));
            for (String text : texts) {
                byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
                out.putShort(count(bytes.length)).put(bytes);
            }
        });
    }

    private static short count(int number) {
        if (number > Short.MAX_VALUE) {
            throw new IllegalArgumentException("a configuration with a text or a list of " + number
                    + " cannot be written; at most " + Short.MAX_VALUE + " are possible");
        }
        return (short) number;
    }

    /** Reads one configuration and moves the position behind it. */
    public static Configuration decode(ByteBuffer in) throws CorruptFrameException {
        byte version = in.hasRemaining() ? in.get() : 0;
        if (version < PLAIN || version > WITH_WITNESSES) {
            throw new CorruptFrameException("a configuration is missing or of an unknown format version");
        }
        try {
            SortedSet<MemberId> voters = members(in);
            SortedSet<MemberId> outgoingVoters = members(in);
            SortedSet<MemberId> learners = members(in);
            if (version == PLAIN) {
                return new Configuration(voters, outgoingVoters, learners);
            }
            SortedSet<MemberId> removed = members(in);
            SortedMap<MemberId, List<String>> addresses = addresses(in);
            if (version == WITH_ADDRESSES) {
                return new Configuration(voters, outgoingVoters, learners, addresses, removed);
            }
            SortedMap<MemberId, Integer> priorities = priorities(in);
            SortedSet<MemberId> witnesses = version >= WITH_WITNESSES ? members(in) : new TreeSet<>();
            return new Configuration(voters, outgoingVoters, learners, addresses, removed, priorities, witnesses);
        } catch (IllegalArgumentException e) {
            throw new CorruptFrameException("a configuration contradicts itself: " + e.getMessage());
        }
    }

    private static SortedSet<MemberId> members(ByteBuffer in) throws CorruptFrameException {
        int count = count(in, Long.BYTES);
        SortedSet<MemberId> members = new TreeSet<>();
        for (int i = 0; i < count; i++) {
            members.add(new MemberId(in.getLong()));
        }
        return members;
    }

    private static SortedMap<MemberId, List<String>> addresses(ByteBuffer in) throws CorruptFrameException {
        int count = count(in, Long.BYTES + Short.BYTES);
        SortedMap<MemberId, List<String>> addresses = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            requireBytes(in, Long.BYTES);
            MemberId member = new MemberId(in.getLong());
            int texts = count(in, Short.BYTES);
            List<String> known = new ArrayList<>();
            for (int j = 0; j < texts; j++) {
                byte[] text = new byte[count(in, 1)];
                in.get(text);
                known.add(new String(text, StandardCharsets.UTF_8));
            }
            addresses.put(member, known);
        }
        return addresses;
    }

    private static SortedMap<MemberId, Integer> priorities(ByteBuffer in) throws CorruptFrameException {
        int count = count(in, Long.BYTES + Integer.BYTES);
        SortedMap<MemberId, Integer> priorities = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            priorities.put(new MemberId(in.getLong()), in.getInt());
        }
        return priorities;
    }

    /** A count of things of which each takes so many bytes at least, all of which are there. */
    private static int count(ByteBuffer in, int bytesOfEach) throws CorruptFrameException {
        requireBytes(in, Short.BYTES);
        int count = in.getShort();
        if (count < 0) {
            throw cutOff();
        }
        requireBytes(in, (long) count * bytesOfEach);
        return count;
    }

    private static void requireBytes(ByteBuffer in, long bytes) throws CorruptFrameException {
        if (in.remaining() < bytes) {
            throw cutOff();
        }
    }

    private static CorruptFrameException cutOff() {
        return new CorruptFrameException("a configuration is cut off");
    }
}
