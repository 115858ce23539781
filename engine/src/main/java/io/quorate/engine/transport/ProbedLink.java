package io.quorate.engine.transport;

import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.LinkQuality.RoundTrips;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The probes of one link in the last minute. Thread-safe. */
final class ProbedLink {

    /** As many as are sent in {@link #KEPT_NANOS}. */
    private static final int KEPT = 60;

    private static final long KEPT_NANOS = TimeUnit.SECONDS.toNanos(60);

    /** A probe that is not answered within this time is lost, even if its answer still comes. */
    static final long LOST_NANOS = TimeUnit.SECONDS.toNanos(3);

    private static final long UNANSWERED = -1;

    /** The first probe that counts. */
    private long first;

    private boolean everAnswered;
    private final long[] sentNanos = new long[KEPT];
    private final long[] roundTripNanos = new long[KEPT];
    private long next;

    /** @param first the sequence number of the first probe */
    ProbedLink(long first) {
        this.first = first;
        this.next = first;
    }

    private static int slot(long sequence) {
        return Math.floorMod(sequence, KEPT);
    }

    private int kept() {
        return (int) Math.min(KEPT, next - first);
    }

    /** A probe is about to be sent. Returns its sequence number. */
    synchronized long begin(long nowNanos) {
        long sequence = next++;
        sentNanos[slot(sequence)] = nowNanos;
        roundTripNanos[slot(sequence)] = UNANSWERED;
        return sequence;
    }

    /** An answer has come; one to a probe that is not known, or not any more, means nothing. */
    synchronized void answered(long sequence, long nowNanos) {
        long age = next - sequence;
        if (age >= 1 && age <= kept() && roundTripNanos[slot(sequence)] == UNANSWERED) {
            roundTripNanos[slot(sequence)] = nowNanos - sentNanos[slot(sequence)];
            if (!everAnswered) {
                everAnswered = true;
                first = sequence;
            }
        }
    }

    synchronized LinkQuality quality(MemberId member, long nowNanos) {
        long[] answers = new long[KEPT];
        int answered = 0;
        int lost = 0;
        int outages = 0;
        boolean connected = false;
        boolean lostAfter = false;
        for (long sequence = next - 1; sequence >= next - kept(); sequence--) {
            long age = nowNanos - sentNanos[slot(sequence)];
            long roundTrip = roundTripNanos[slot(sequence)];
            boolean inTime = roundTrip != UNANSWERED && roundTrip <= LOST_NANOS;
            boolean open = !inTime && age <= LOST_NANOS;
            if (open || age > KEPT_NANOS) {
                continue;
            }
            // The latest probe of which the outcome is known comes first.
            connected |= answered + lost == 0 && inTime;
            if (inTime) {
                answers[answered++] = roundTrip;
            } else {
                lost++;
                outages += lostAfter ? 0 : 1;
            }
            lostAfter = !inTime;
        }
        return new LinkQuality(member, connected, roundTrips(answers, answered), answered + lost, lost, outages);
    }

    private static Optional<RoundTrips> roundTrips(long[] nanos, int count) {
        if (count == 0) {
            return Optional.empty();
        }
        Arrays.sort(nanos, 0, count);
        return Optional.of(new RoundTrips(count, nanos[0], nanos[(count - 1) / 2], nanos[(count * 99 - 1) / 100]));
    }
}
