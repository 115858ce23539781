package io.quorate.server.wire;

import io.netty.handler.codec.http2.Http2FrameTypes;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How many frames of HTTP/2 one connection may send that cost their sender nothing and their receiver work: so many at once, and then so
 * many a second. For one thread at a time.
 *
 * <p>The bounds are some ten times what clients were seen to need, and a hundredth of what a flood sends.
 */
final class FrameBudgets {

    /** The sorts of frames that are counted. */
    enum Kind {
        /** Calls that are begun to be given up at once ("rapid reset", CVE-2023-44487). */
        RST_STREAM(2_000, 500),

        /** Go's clients measure by pings how much may be under way: one for each round trip. */
        PING(20_000, 5_000),

        /** We measure too, with each half a megabyte that comes. An answer to nothing is logged by gRPC each time. */
        PING_ACK(2_000, 2_000),

        /** Clients send them at first, and when they have measured how much may be under way. */
        SETTINGS(500, 50),

        PRIORITY(1_000, 100),

        /** With each few kilobytes that a client has taken. */
        WINDOW_UPDATE(20_000, 20_000),

        /** Of DATA, without anything in it but padding. */
        EMPTY_DATA(1_000, 100),

        /** Of types that this protocol does not have, or that clients have no use for. */
        OTHER(200, 20);

        private final long burst;
        private final long nanosForOne;

        Kind(long burst, long perSecond) {
            this.burst = burst;
            this.nanosForOne = 1_000_000_000L / perSecond;
        }

        long burst() {
            return burst;
        }
    }

    private static final int ACK = 0x1;
    private static final int END_STREAM = 0x1;
    private static final int PADDED = 0x8;

    /** A padded frame of no more may be padding alone. */
    private static final int MAX_PADDING = 256;

    /** What is left for one kind. */
    private static final class Budget {

        private final Kind kind;

        /** When all of it would be there again. */
        private long wholeAtNanos;

        Budget(Kind kind, long nowNanos) {
            this.kind = kind;
            this.wholeAtNanos = nowNanos;
        }

        boolean spend(long nowNanos) {
            if (wholeAtNanos - nowNanos < 0) {
                wholeAtNanos = nowNanos;
            }
            wholeAtNanos += kind.nanosForOne;
            return wholeAtNanos - nowNanos <= kind.burst * kind.nanosForOne;
        }
    }

    private final Map<Kind, Budget> budgets = new EnumMap<>(Kind.class);

    FrameBudgets(long nowNanos) {
        for (Kind kind : Kind.values()) {
            budgets.put(kind, new Budget(kind, nowNanos));
        }
    }

    /** A frame has come; tells the kind if there are too many of it now. */
    Optional<Kind> spend(int type, int flags, int length, long nowNanos) {
        return kind(type, flags, length).filter(kind -> !budget(kind).spend(nowNanos));
    }

    private Budget budget(Kind kind) {
        return Objects.requireNonNull(budgets.get(kind), "every kind has a budget");
    }

    /** Empty for a frame that is not counted: it carries something. */
    private static Optional<Kind> kind(int type, int flags, int length) {
        return switch (type) {
            case Http2FrameTypes.DATA -> isEmpty(flags, length) ? Optional.of(Kind.EMPTY_DATA) : Optional.empty();
            // Those are bounded by what the codec takes of headers, and by the number of streams.
            case Http2FrameTypes.HEADERS, Http2FrameTypes.CONTINUATION -> Optional.empty();
            case Http2FrameTypes.RST_STREAM -> Optional.of(Kind.RST_STREAM);
            case Http2FrameTypes.PING -> Optional.of((flags & ACK) != 0 ? Kind.PING_ACK : Kind.PING);
            case Http2FrameTypes.SETTINGS -> Optional.of(Kind.SETTINGS);
            case Http2FrameTypes.PRIORITY -> Optional.of(Kind.PRIORITY);
            case Http2FrameTypes.WINDOW_UPDATE -> Optional.of(Kind.WINDOW_UPDATE);
            default -> Optional.of(Kind.OTHER);
        };
    }

    /** The end of a call may come alone. */
    private static boolean isEmpty(int flags, int length) {
        return (flags & END_STREAM) == 0 && (length == 0 || ((flags & PADDED) != 0 && length <= MAX_PADDING));
    }
}
