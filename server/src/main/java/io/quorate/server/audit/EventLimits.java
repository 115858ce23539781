package io.quorate.server.audit;

import io.quorate.kv.AuditEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * How many events of a kind are put on record one by one, where clients can cause as many as they like: what is beyond that is counted, and
 * the number put on record with some of the addresses. So nobody can flood the log, and that somebody tried is on record. Not thread-safe.
 *
 * <p>Each user that is known has room of its own, and all strangers share theirs: so that no flood of theirs hides what a user does, nor one
 * user's what another one does.
 */
final class EventLimits {

    /** So many at once. */
    static final int AT_ONCE = 100;

    /** And then so many in a second. */
    static final int PER_SECOND = 20;

    private static final double NANOS_PER_SECOND = 1e9;
    private static final int ADDRESSES_TOLD = 5;

    private final Map<Source, Allowance> allowances = new HashMap<>();
    private final Map<Source, Suppressed> suppressed = new TreeMap<>(Source.ORDER);

    /**
     * Whose events have room together.
     *
     * @param user as far as it was proved; empty: all that nobody is known to have done
     */
    private record Source(AuditEvent.Kind kind, String user) {
        static final Comparator<Source> ORDER = Comparator.comparing(Source::kind).thenComparing(Source::user);
    }

    private static final class Allowance {
        private double left = AT_ONCE;
        private long asOf;

        Allowance(long nowNanos) {
            asOf = nowNanos;
        }

        boolean spend(long nowNanos) {
            left = leftAt(nowNanos);
            asOf = nowNanos;
            if (left < 1) {
                return false;
            }
            left--;
            return true;
        }

        /** Whether it is as if it never was spent of. */
        boolean isWhole(long nowNanos) {
            return leftAt(nowNanos) >= AT_ONCE;
        }

        private double leftAt(long nowNanos) {
            return Math.min(AT_ONCE, left + (nowNanos - asOf) / NANOS_PER_SECOND * PER_SECOND);
        }
    }

    private static final class Suppressed {
        private long count;
        private final Set<String> addresses = new LinkedHashSet<>();
        private boolean more;

        void add(AuditEvent event) {
            count++;
            if (addresses.size() < ADDRESSES_TOLD) {
                addresses.add(event.address());
            } else {
                more |= !addresses.contains(event.address());
            }
        }

        AuditEvent told(Source source, long millis, long member) {
            return new AuditEvent(
                    millis,
                    member,
                    source.user(),
                    String.join(", ", addresses) + (more ? " and others" : ""),
                    source.kind(),
                    "suppressed",
                    "events of this kind",
                    "too many to be told one by one",
                    count);
        }
    }

    /** Whether an event is to be put on record by itself; else it is counted. */
    boolean admits(AuditEvent event, long nowNanos) {
        Source source = new Source(event.kind(), event.user());
        boolean admitted = allowances
                .computeIfAbsent(source, unspent -> new Allowance(nowNanos))
                .spend(nowNanos);
        if (!admitted) {
            suppressed.computeIfAbsent(source, unheard -> new Suppressed()).add(event);
        }
        return admitted;
    }

    /** What stands for those that were counted since this was last asked; forgets whoever has been quiet for long enough. */
    List<AuditEvent> takeSuppressed(long nowNanos, long millis, long member) {
        allowances.values().removeIf(allowance -> allowance.isWhole(nowNanos));
        List<AuditEvent> told = new ArrayList<>();
        suppressed.forEach((source, counted) -> told.add(counted.told(source, millis, member)));
        suppressed.clear();
        return told;
    }

    /** Of how many sources it knows by now. */
    int sources() {
        return allowances.size();
    }
}
