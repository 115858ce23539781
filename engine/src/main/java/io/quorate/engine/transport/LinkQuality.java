package io.quorate.engine.transport;

import io.quorate.core.quorum.MemberId;
import java.util.Optional;

/**
 * What the way to another member and back was like in the last minute, as far as it has been there: before the first answer, nobody may
 * have been there to give one.
 *
 * @param connected whether the last probe of which the outcome is known was answered
 * @param roundTrips of those that were answered, if any was
 * @param sent probes of which the outcome is known; 0 if none was sent yet
 * @param lost those of them that were not answered in time
 * @param outages how many times some were lost in a row: one is a member that was away, several are a link that comes and goes
 */
public record LinkQuality(
        MemberId member, boolean connected, Optional<RoundTrips> roundTrips, int sent, int lost, int outages) {

    /** Times from a probe to its answer; {@code count} is at least 1. */
    public record RoundTrips(int count, long minNanos, long p50Nanos, long p99Nanos) {}
}
