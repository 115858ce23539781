package io.quorate.server.grey;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.LinkQuality;
import io.quorate.server.metrics.RecentDurations;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * What a member measures of itself, in a window of the last {@value #WINDOW_TIMEOUTS} election timeouts. Syncs may be told by any thread;
 * the rest is for one.
 */
public final class VitalSigns {

    /** Shorter than a score must be bad before anything follows from it: one bad moment is never enough. */
    static final int WINDOW_TIMEOUTS = 7;

    /** So many beats in an election timeout. */
    private static final int BEATS = 20;

    private static final Duration SHORTEST_BEAT = Duration.ofMillis(5);

    /** Of fewer syncs nothing is said. */
    private static final long MIN_SYNCS = 10;

    private static final long MANY_SYNCS = 100;

    private final Duration electionTimeout;
    private final LongSupplier nanoTime;
    private final RecentDurations syncs;
    private final Stalls stalls;
    private final ApplyLag applyLag = new ApplyLag();

    /** @param nanoTime a monotonic clock */
    public VitalSigns(Duration electionTimeout, LongSupplier nanoTime) {
        this.electionTimeout = electionTimeout;
        this.nanoTime = nanoTime;
        this.syncs = new RecentDurations(nanoTime, electionTimeout);
        this.stalls = new Stalls(
                beatInterval().toNanos(),
                electionTimeout.multipliedBy(WINDOW_TIMEOUTS).toNanos());
    }

    /** How often {@link #beat} is to be called. */
    public Duration beatInterval() {
        Duration share = electionTimeout.dividedBy(BEATS);
        return share.compareTo(SHORTEST_BEAT) < 0 ? SHORTEST_BEAT : share;
    }

    /** A sync of the log took this long. */
    public void synced(long nanos) {
        syncs.add(nanos);
    }

    /** Time goes on, with this being committed and applied. */
    public void beat(long commitIndex, long appliedIndex) {
        long now = nanoTime.getAsLong();
        stalls.beat(now);
        applyLag.saw(now, commitIndex, appliedIndex);
    }

    /**
     * What it comes to.
     *
     * @param pendingSyncMillis how long a sync has taken by now that has not ended
     * @param members who votes
     * @param links to the other members, as they are measured
     */
    public GreyScore score(long pendingSyncMillis, MemberId self, Configuration members, List<LinkQuality> links) {
        long now = nanoTime.getAsLong();
        Map<Part, Long> micros = new EnumMap<>(Part.class);
        syncMicros(pendingSyncMillis).ifPresent(measured -> micros.put(Part.SYNC, measured));
        micros.put(Part.PAUSE, TimeUnit.NANOSECONDS.toMicros(stalls.longestNanos(now)));
        micros.put(Part.APPLY, TimeUnit.NANOSECONDS.toMicros(applyLag.nanos(now)));
        networkMicros(self, members.voters(), links).ifPresent(measured -> micros.put(Part.NETWORK, measured));
        return GreyScore.of(micros, electionTimeout);
    }

    /** One that has not ended yet has taken that long already. */
    private OptionalLong syncMicros(long pendingMillis) {
        long pending = TimeUnit.MILLISECONDS.toMicros(pendingMillis);
        return syncs.summary()
                .filter(recent -> recent.count() >= MIN_SYNCS)
                // Of less than a hundred the slowest one would be the 99th percentile, and one sync says little.
                .map(recent -> recent.count() < MANY_SYNCS ? recent.p50Micros() : recent.p99Micros())
                .map(micros -> OptionalLong.of(Math.max(micros, pending)))
                .orElseGet(() -> pending > 0 ? OptionalLong.of(pending) : OptionalLong.empty());
    }

    /** The median round trip to the last of those that are needed for a majority; empty if so many are not measured. */
    private static OptionalLong networkMicros(MemberId self, Set<MemberId> voters, List<LinkQuality> links) {
        int needed = voters.contains(self) ? voters.size() / 2 : voters.size() / 2 + 1;
        long[] sorted = links.stream()
                .filter(link -> voters.contains(link.member()) && link.connected())
                .flatMap(link -> link.roundTrips().stream())
                .mapToLong(LinkQuality.RoundTrips::p50Nanos)
                .sorted()
                .toArray();
        return needed == 0 || sorted.length < needed
                ? OptionalLong.empty()
                : OptionalLong.of(TimeUnit.NANOSECONDS.toMicros(sorted[needed - 1]));
    }
}
