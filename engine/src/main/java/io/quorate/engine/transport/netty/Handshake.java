package io.quorate.engine.transport.netty;

import io.netty.buffer.ByteBuf;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.StorageIds;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What is said on a connection before the first frame: the dialing member says hello, the other one answers.
 *
 * <p>Big endian. Hello: {@code long magic, short version, short introductionBytes, long clusterId, long from, long to}, an
 * introduction of so many bytes: the addresses at which the dialing member is reached, in UTF-8, one a line; then {@code long
 * storage, long expected}: the dialing member's storage, and that with which it remembers the other one, 0 if with none. Answer:
 * {@code long magic, short version, short code (0: accepted), long clusterId, long member}, where the last two are the answering
 * member's own; and its {@code long storage} if it has accepted. Refusals are alike in all versions, so that each release
 * understands why another one refuses it.
 *
 * <p>A hello to member 0, of whatever cluster, is an inquiry: the answer is followed by an {@link InquiryAnswer}, and the connection
 * is closed.
 */
final class Handshake {

    /** "QUORATE" and a zero byte; no protocol that people type begins like this. */
    static final long MAGIC = 0x51554f5241544500L;

    /** The protocol spoken by this release. */
    static final short VERSION = 3;

    /** The first that says which storage a member has. */
    private static final short VERSION_WITH_STORAGE = 3;

    /** Up to the introduction. */
    static final int HELLO_HEADER_BYTES = 36;

    /** Of a hello of this release, without the introduction. */
    static final int HELLO_BYTES = HELLO_HEADER_BYTES + 2 * Long.BYTES;

    static final int REFUSAL_BYTES = 28;
    static final int ACCEPTANCE_BYTES = REFUSAL_BYTES + Long.BYTES;

    private static final int VERSION_OFFSET = Long.BYTES;
    private static final int INTRODUCTION_OFFSET = VERSION_OFFSET + Short.BYTES;
    private static final int CODE_OFFSET = VERSION_OFFSET + Short.BYTES;
    private static final short ACCEPTED = 0;

    private Handshake() {}

    /**
     * What the dialing member says.
     *
     * @param addresses where it is reached, as far as it knows
     * @param storage its own; {@link StorageIds#UNKNOWN} in an inquiry, and of releases that do not say
     * @param expected with which it remembers the other one, or {@link StorageIds#UNKNOWN}
     */
    record Hello(
            short version, long clusterId, long from, long to, List<String> addresses, long storage, long expected) {

        private static final String SEPARATOR = "\n";

        static Hello inquiry() {
            return new Hello(VERSION, 0, 0, 0, List.of(), StorageIds.UNKNOWN, StorageIds.UNKNOWN);
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
            out.writeLong(storage).writeLong(expected);
        }

        /** How many bytes the hello takes that begins here, as far as that can be told yet. */
        static int length(ByteBuf in) {
            if (in.readableBytes() < HELLO_HEADER_BYTES) {
                return HELLO_HEADER_BYTES;
            }
            int introduction = in.getUnsignedShort(in.readerIndex() + INTRODUCTION_OFFSET);
            boolean withStorage = in.getShort(in.readerIndex() + VERSION_OFFSET) >= VERSION_WITH_STORAGE;
            return introduction + (withStorage ? HELLO_BYTES : HELLO_HEADER_BYTES);
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
            List<String> addresses = said.isEmpty() ? List.of() : List.of(said.split(SEPARATOR, -1));
            return version >= VERSION_WITH_STORAGE
                    ? new Hello(version, clusterId, from, to, addresses, in.readLong(), in.readLong())
                    : new Hello(version, clusterId, from, to, addresses, StorageIds.UNKNOWN, StorageIds.UNKNOWN);
        }
    }

    /** The answer. {@code code} is 0 or that of a {@link Refusal}; {@code storage} is unknown where it is a refusal. */
    record Answer(short version, short code, long clusterId, long member, long storage) {

        static Answer accepting(long clusterId, MemberId member, long storage) {
            return new Answer(VERSION, ACCEPTED, clusterId, member.value(), storage);
        }

        static Answer refusing(Refusal refusal, long clusterId, MemberId member) {
            return new Answer(VERSION, refusal.code(), clusterId, member.value(), StorageIds.UNKNOWN);
        }

        boolean says(Refusal refusal) {
            return code == refusal.code();
        }

        boolean isAccepted() {
            return code == ACCEPTED;
        }

        void write(ByteBuf out) {
            out.writeLong(MAGIC).writeShort(version).writeShort(code);
            out.writeLong(clusterId).writeLong(member);
            if (isAccepted()) {
                out.writeLong(storage);
            }
        }

        /** How many bytes the answer takes that begins here, as far as that can be told yet. */
        static int length(ByteBuf in) {
            return in.readableBytes() < REFUSAL_BYTES || in.getShort(in.readerIndex() + CODE_OFFSET) != ACCEPTED
                    ? REFUSAL_BYTES
                    : ACCEPTANCE_BYTES;
        }

        /** Reads what follows the magic number. */
        static Answer read(ByteBuf in) {
            short version = in.readShort();
            short code = in.readShort();
            long clusterId = in.readLong();
            long member = in.readLong();
            return new Answer(version, code, clusterId, member, code == ACCEPTED ? in.readLong() : StorageIds.UNKNOWN);
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
        STORAGE_OF_SENDER(
                7, "the dialing member had another data directory before: it has lost its data, or is there twice"),
        STORAGE_OF_RECEIVER(
                8, "the member that listens there had another data directory before, as the dialing one remembers"),
        NOT_ADMITTED(9, "the member that listens there does not take part yet"),
        FORMER_EPOCH(
                10,
                "the cluster was recovered from the loss of its quorum without the dialing member and goes on under another id;"
                        + " stop it, and add it anew with an empty data directory"),
        CERTIFICATE(11, "the certificate that the dialing member showed is not that member's"),
        BARRED(
                12,
                "the dialing member was cut off there for what it had sent, and is heard again after some seconds; the log there"
                        + " says what that was");

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
