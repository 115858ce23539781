package io.quorate.server.auth;

import io.quorate.server.auth.LoginListener.Outcome;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The logins that failed in the last hour: how many, and of those who failed last, who it was and from where. Bounded, whatever names
 * and addresses are made up. Thread-safe.
 */
public final class FailedLogins {

    /** Who makes up more than these has the oldest forgotten; the sums still count all. */
    static final int MOST_REMEMBERED = 256;

    private static final long SLOT_MILLIS = Duration.ofMinutes(10).toMillis();
    private static final int SLOTS = 6;

    /** Where a login came from, and for which user, if the name is one's. */
    private record Who(ClientAddress from, Optional<String> user) {}

    /** Counts of the last hour, by the ten minutes that they fell into. */
    private static final class Counts {
        private final long[] wrong = new long[SLOTS];
        private final long[] limited = new long[SLOTS];
        private long slot;
        private long lastMillis;

        void add(Outcome outcome, long now) {
            passTo(now);
            int at = Math.floorMod(slot, SLOTS);
            wrong[at] += outcome == Outcome.WRONG ? 1 : 0;
            limited[at] += outcome == Outcome.LIMITED ? 1 : 0;
            lastMillis = now;
        }

        void passTo(long now) {
            long present = Math.floorDiv(now, SLOT_MILLIS);
            for (long passed = Math.max(slot, present - SLOTS) + 1; passed <= present; passed++) {
                wrong[Math.floorMod(passed, SLOTS)] = 0;
                limited[Math.floorMod(passed, SLOTS)] = 0;
            }
            slot = Math.max(slot, present);
        }

        long wrong() {
            return Arrays.stream(wrong).sum();
        }

        long limited() {
            return Arrays.stream(limited).sum();
        }
    }

    /**
     * What failed in the last hour.
     *
     * @param user empty if the name is no user's
     * @param limited how many were refused unseen
     * @param lastMillis since 1970
     */
    public record Failed(ClientAddress from, Optional<String> user, long wrong, long limited, long lastMillis) {}

    private final InstantSource clock;
    private final Counts all = new Counts();
    private final Map<Who, Counts> latest = new LinkedHashMap<>();

    public FailedLogins(InstantSource clock) {
        this.clock = clock;
    }

    /** Takes note of a login; of one that succeeded there is nothing to note. */
    public synchronized void tried(Outcome outcome, ClientAddress from, Optional<String> user) {
        if (outcome == Outcome.RIGHT) {
            return;
        }
        long now = clock.millis();
        all.add(outcome, now);
        Who who = new Who(from, user);
        Counts known = latest.remove(who);
        Counts counts = known == null ? new Counts() : known;
        counts.add(outcome, now);
        latest.put(who, counts);
        if (latest.size() > MOST_REMEMBERED) {
            latest.remove(latest.keySet().iterator().next());
        }
    }

    /** Of the last hour, the most first, so many at most. */
    public synchronized List<Failed> ofLastHour(int most) {
        long now = clock.millis();
        latest.values().forEach(counts -> counts.passTo(now));
        latest.values().removeIf(counts -> counts.wrong() + counts.limited() == 0);
        return latest.entrySet().stream()
                .map(each -> new Failed(
                        each.getKey().from,
                        each.getKey().user,
                        each.getValue().wrong(),
                        each.getValue().limited(),
                        each.getValue().lastMillis))
                .sorted(Comparator.comparingLong((Failed failed) -> failed.wrong + failed.limited)
                        .reversed())
                .limit(most)
                .toList();
    }

    /** How many passwords were wrong in the last hour. */
    public synchronized long wrong() {
        all.passTo(clock.millis());
        return all.wrong();
    }

    /** How many logins were refused unseen in the last hour. */
    public synchronized long limited() {
        all.passTo(clock.millis());
        return all.limited();
    }
}
