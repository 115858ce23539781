package io.quorate.server.audit;

import io.quorate.kv.AuditEvent;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How many events of a kind are put on record one by one, where strangers can cause as many as they like: what is beyond that is counted, and
 * the number put on record with some of the addresses. So nobody can flood the log, and that somebody tried is on record. Not thread-safe.
 */
final class EventLimits {

    /** So many at once. */
    static final int AT_ONCE = 100;

    /** And then so many in a second. */
    static final int PER_SECOND = 20;

    private static final double NANOS_PER_SECOND = 1e9;
    private static final int ADDRESSES_TOLD = 5;

    private final Map<AuditEvent.Kind, Allowance> allowances = new EnumMap<>(AuditEvent.Kind.class);
    private final Map<AuditEvent.Kind, Suppressed> suppressed = new EnumMap<>(AuditEvent.Kind.class);

    private static final class Allowance {
        private double left = AT_ONCE;
        private long asOf;

        Allowance(long nowNanos) {
            asOf = nowNanos;
        }

        boolean spend(long nowNanos) {
            left = Math.min(AT_ONCE, left + (nowNanos - asOf) / NANOS_PER_SECOND * PER_SECOND);
            asOf = nowNanos;
            if (left < 1) {
                return false;
            }
            left--;
            return true;
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

        AuditEvent told(AuditEvent.Kind kind, long millis, long member) {
            return new AuditEvent(
                    millis,
                    member,
                    "",
                    String.join(", ", addresses) + (more ? " and others" : ""),
                    kind,
                    "suppressed",
                    "events of this kind",
                    "too many to be told one by one",
                    count);
        }
    }

    /** Whether an event is to be put on record by itself; else it is counted. */
    boolean admits(AuditEvent event, long nowNanos) {
        boolean admitted = allowances
                .computeIfAbsent(event.kind(), kind -> new Allowance(nowNanos))
                .spend(nowNanos);
        if (!admitted) {
            suppressed.computeIfAbsent(event.kind(), kind -> new Suppressed()).add(event);
        }
        return admitted;
    }

    /** What stands for those that were counted since this was last asked. */
    List<AuditEvent> takeSuppressed(long millis, long member) {
        List<AuditEvent> told = new ArrayList<>();
        suppressed.forEach((kind, counted) -> told.add(counted.told(kind, millis, member)));
        suppressed.clear();
        return told;
    }
}
