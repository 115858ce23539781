package io.quorate.engine.transport.netty;

import io.netty.buffer.ByteBuf;
import io.quorate.core.quorum.MemberId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * What is said on a connection before the first frame: the dialing member says hello, the other one answers.
 *
 * <p>Big endian. Hello: {@code long magic, short version, short introductionBytes, long clusterId, long from, long to}, and an
 * introduction of so many bytes: the addresses at which the dialing member is reached, in UTF-8, one a line. Answer:
 * {@code long magic, short version, short code (0: accepted), long clusterId, long member}, where the last two are the
 * answering member's own.
 *
 * <p>A hello to member 0, of whatever cluster, is an inquiry: the answer is followed by {@code int bytes} and the configuration
 * that is in force at the answering member, and the connection is closed.
 */
final class Handshake {

    /** "QUORATE" and a zero byte; no protocol that people type begins like this. */
    static final long MAGIC = 0x51554f5241544500L;

    /** The protocol spoken by this release. */
    static final short VERSION = 2;

    /** Without the introduction. */
    static final int HELLO_BYTES = 36;

    static final int ANSWER_BYTES = 28;

    private static final int INTRODUCTION_OFFSET = Long.BYTES + Short.BYTES;
    private static final short ACCEPTED = 0;

    private Handshake() {}

    /** What the dialing member says. {@code addresses} is where it is reached, as far as it knows. */
    record Hello(short version, long clusterId, long from, long to, List<String> addresses) {

        private static final String SEPARATOR = "\n";

        Hello(short version, long clusterId, long from, long to) {
            this(version, clusterId, from, to, List.of());
        }

        boolean isInquiry() {
            return to == 0;
        }

        void write(ByteBuf out) {
            byte[] introduction = String.join(SEPARATOR, addresses).getBytes(StandardCharsets.UTF_8);
            // Whoever has more to say than fits says nothing: it is known by the log everywhere else.
            byte[] said = introduction.length <= Short.MAX_VALUE ? introduction : new byte[0];
            out.writeLong(MAGIC).writeShort(version).writeShort(said.length);
            out.writeLong(clusterId).writeLong(from).writeLong(to).writeBytes(said);
        }

        /** How many bytes the hello takes that begins here, as far as that can be told yet. */
        static int length(ByteBuf in) {
            return in.readableBytes() < HELLO_BYTES
                    ? HELLO_BYTES
                    : HELLO_BYTES + in.getUnsignedShort(in.readerIndex() + INTRODUCTION_OFFSET);
        }

        /** Reads what follows the magic number. */
        static Hello read(ByteBuf in) {
            short version = in.readShort();
            int introduction = in.readUnsignedShort();
            long clusterId = in.readLong();
            long from = in.readLong();
            long to = in.readLong();
            String said =
                    in.readCharSequence(introduction, StandardCharsets.UTF_8).toString();
            return new Hello(
                    version, clusterId, from, to, said.isEmpty() ? List.of() : List.of(said.split(SEPARATOR, -1)));
        }
    }

    /** The answer. {@code code} is 0 or that of a {@link Refusal}. */
    record Answer(short version, short code, long clusterId, long member) {

        static Answer of(Optional<Refusal> refusal, long clusterId, MemberId member) {
            return new Answer(VERSION, refusal.map(Refusal::code).orElse(ACCEPTED), clusterId, member.value());
        }

        boolean saysRemoved() {
            return code == Refusal.REMOVED.code();
        }

        boolean isAccepted() {
            return code == ACCEPTED;
        }

        void write(ByteBuf out) {
            out.writeLong(MAGIC).writeShort(version).writeShort(code);
            out.writeLong(clusterId).writeLong(member);
        }

        /** Reads what follows the magic number. */
        static Answer read(ByteBuf in) {
            return new Answer(in.readShort(), in.readShort(), in.readLong(), in.readLong());
        }

        /** Why the answering member refused, as a part of a sentence. */
        String reason() {
            for (Refusal refusal : Refusal.values()) {
                if (refusal.code() == code) {
                    return refusal.reason + " (there: member " + Long.toHexString(member) + " of cluster "
                            + Long.toHexString(clusterId) + ", protocol version " + version + ")";
                }
            }
            return "for a reason that this release does not know, code " + code;
        }
    }

    /** Why a member is not let in. */
    enum Refusal {
        PROTOCOL_VERSION(1, "the two speak different versions of the peer protocol"),
        CLUSTER(2, "the two belong to different clusters"),
        OWN_ID(3, "both claim the same member id"),
        RECEIVER(4, "another member than the one meant listens there; check the peer addresses"),
        UNKNOWN_SENDER(5, "the dialing member is not known there"),
        REMOVED(6, "the dialing member was removed from the cluster"),
        FORMER_EPOCH(
                7,
                "the cluster was recovered from the loss of its quorum without the dialing member and goes on under another id;"
                        + " stop it, and add it anew with an empty data directory");

        private final short code;
        private final String reason;

        Refusal(int code, String reason) {
            this.code = (short) code;
            this.reason = reason;
        }

        short code() {
            return code;
        }

        String reason() {
            return reason;
        }
    }

    /** Whether the bytes at hand, up to eight, are those that a handshake begins with. Reads nothing. */
    static boolean mayBegin(ByteBuf in) {
        int count = Math.min(in.readableBytes(), Long.BYTES);
        for (int i = 0; i < count; i++) {
            if (in.getByte(in.readerIndex() + i) != (byte) (MAGIC >>> (56 - 8 * i))) {
                return false;
            }
        }
        return true;
    }
}
