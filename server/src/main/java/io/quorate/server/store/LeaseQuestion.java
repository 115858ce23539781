package io.quorate.server.store;

import io.quorate.kv.Lease;
import io.quorate.kv.LeaseKeeper.Answer;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;

/** What a member asks the leader about a lease, and what it is answered, as bytes between two members of one cluster. */
record LeaseQuestion(Kind kind, long id) {

    enum Kind {
        KEEP_ALIVE(1),
        TIME_TO_LIVE(2);

        private final byte code;

        Kind(int code) {
            this.code = (byte) code;
        }
    }

    private static final byte UNKNOWN = 0;
    private static final byte KEPT = 1;
    private static final byte LEFT = 2;
    private static final int LEASE_BYTES = 4 * Long.BYTES;

    ByteBuffer encoded() {
        return ByteBuffer.allocate(1 + Long.BYTES).put(kind.code).putLong(id).flip();
    }

    /** @throws IllegalArgumentException if it is none that this release knows */
    static LeaseQuestion of(ByteBuffer encoded) {
        ByteBuffer in = encoded.slice();
        if (in.remaining() == 1 + Long.BYTES) {
            byte code = in.get();
            for (Kind kind : Kind.values()) {
                if (kind.code == code) {
                    return new LeaseQuestion(kind, in.getLong());
                }
            }
        }
        throw new IllegalArgumentException(
                "another member asked something of " + encoded.remaining() + " bytes that this release does not know");
    }

    /** Empty if the member can't tell. */
    static Optional<ByteBuffer> encoded(Answer answer) {
        ByteBuffer out = ByteBuffer.allocate(1 + LEASE_BYTES + Long.BYTES);
        return switch (answer) {
            case Answer.NotLeading elsewhere -> Optional.empty();
            case Answer.Unknown none -> Optional.of(out.put(UNKNOWN).flip());
            case Answer.Kept kept ->
                Optional.of(put(kept.lease(), out.put(KEPT)).flip());
            case Answer.Left left ->
                Optional.of(put(left.lease(), out.put(LEFT))
                        .putLong(left.remaining().toNanos())
                        .flip());
        };
    }

    private static ByteBuffer put(Lease lease, ByteBuffer out) {
        return out.putLong(lease.id())
                .putLong(lease.ttlSeconds())
                .putLong(lease.remainingSeconds())
                .putLong(lease.grantIndex());
    }

    /** @throws IllegalArgumentException if it is none that this release knows */
    static Answer answer(ByteBuffer encoded) {
        ByteBuffer in = encoded.slice();
        byte code = in.hasRemaining() ? in.get() : -1;
        if (code == UNKNOWN && !in.hasRemaining()) {
            return new Answer.Unknown();
        }
        if (code == KEPT && in.remaining() == LEASE_BYTES) {
            return new Answer.Kept(lease(in));
        }
        if (code == LEFT && in.remaining() == LEASE_BYTES + Long.BYTES) {
            return new Answer.Left(lease(in), Duration.ofNanos(in.getLong()));
        }
        throw new IllegalArgumentException(
                "the leader answered with " + encoded.remaining() + " bytes that this release does not know");
    }

    private static Lease lease(ByteBuffer in) {
        return new Lease(in.getLong(), in.getLong(), in.getLong(), in.getLong());
    }
}
