package io.quorate.server.grey;

import io.quorate.core.quorum.MemberId;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Decides when a leader that fails slowly gives way, and to whom. It is to look once in each election timeout, whoever leads. For one
 * thread, in the time that it is told.
 *
 * <p>A leader gives way once it ails ({@link Endurance}) and one other voter has been clearly better at {@value Endurance#LOOKS} looks in a
 * row, all of them while this member led. If all are as bad, nothing happens: to move would change nothing.
 *
 * <p>One to whom it has tried to give way, in vain as it still leads, is passed over until all others were tried that are clearly better: why
 * it did not take over nobody may know.
 *
 * <p>It must not go round in circles, where leading is what makes a member ail, say. Whoever has given way rests: it neither gives way
 * nor is given way to; at first for {@value #FIRST_REST_TIMEOUTS} election timeouts, and for twice as long each time, up to {@value
 * #LONGEST_REST_TIMEOUTS}. After it has led and been well for as long as the longest rest, it begins anew: to be well while others lead
 * proves nothing.
 */
public final class GivingWay {

    /** By so much another's score must be lower. As scores go with logarithms, it is so many times faster in what is worst here. */
    static final double MARGIN = 0.3;

    static final int FIRST_REST_TIMEOUTS = 16;
    static final int LONGEST_REST_TIMEOUTS = 1_024;

    private final long timeoutNanos;
    private final Endurance endurance = new Endurance();
    private final Map<MemberId, Integer> betterLooks = new HashMap<>();

    /** Those that were tried since this member leads. */
    private final Set<MemberId> triedInVain = new HashSet<>();

    private int restTimeouts = FIRST_REST_TIMEOUTS;
    private Optional<Long> restBegan = Optional.empty();
    private long restNanos;
    private Optional<Long> ledWellSince = Optional.empty();

    /** @param electionTimeout as configured: what is waited for is counted in it */
    public GivingWay(Duration electionTimeout) {
        this.timeoutNanos = electionTimeout.toNanos();
    }

    /**
     * One look.
     *
     * @param own this member's score
     * @param leads whether this member does
     * @param heirs what those have told lately that could lead instead
     * @return whom to give way to, now
     */
    public Optional<Bulletin> look(long nowNanos, double own, boolean leads, Collection<Bulletin> heirs) {
        endurance.look(own);
        forgetRests(nowNanos, leads);
        if (!leads) {
            triedInVain.clear();
        }
        Set<MemberId> better = new HashSet<>();
        heirs.stream()
                .filter(heir -> leads && !heir.isUnwell() && heir.score() <= own - MARGIN)
                .forEach(heir -> better.add(heir.member()));
        betterLooks.keySet().retainAll(better);
        better.forEach(member -> betterLooks.merge(member, 1, Integer::sum));
        if (!endurance.ailing() || rests(nowNanos)) {
            return Optional.empty();
        }
        return heirs.stream()
                .filter(heir -> betterLooks.getOrDefault(heir.member(), 0) >= Endurance.LOOKS)
                .min(Comparator.comparing((Bulletin heir) -> triedInVain.contains(heir.member()))
                        .thenComparingDouble(Bulletin::score)
                        .thenComparing(Bulletin::member));
    }

    private void forgetRests(long nowNanos, boolean leads) {
        if (endurance.ailing() || !leads) {
            ledWellSince = Optional.empty();
        } else if (ledWellSince.isEmpty()) {
            ledWellSince = Optional.of(nowNanos);
        }
        if (ledWellSince.isPresent() && nowNanos - ledWellSince.get() >= LONGEST_REST_TIMEOUTS * timeoutNanos) {
            restTimeouts = FIRST_REST_TIMEOUTS;
        }
    }

    /** It was tried to give way, whatever comes of it. */
    public void tried(long nowNanos, MemberId heir) {
        if (!triedInVain.add(heir)) {
            // All others were tried since.
            triedInVain.clear();
            triedInVain.add(heir);
        }
        restBegan = Optional.of(nowNanos);
        restNanos = restTimeouts * timeoutNanos;
        restTimeouts = Math.min(2 * restTimeouts, LONGEST_REST_TIMEOUTS);
        betterLooks.clear();
    }

    /** Whether this member's score has been bad for so long that it should not lead. */
    public boolean ailing() {
        return endurance.ailing();
    }

    public boolean rests(long nowNanos) {
        return !restsFor(nowNanos).isZero();
    }

    /** How long it rests yet. */
    public Duration restsFor(long nowNanos) {
        return restBegan
                .map(began -> Duration.ofNanos(Math.max(0, restNanos - (nowNanos - began))))
                .orElse(Duration.ZERO);
    }
}
