package io.quorate.server.audit;

import io.quorate.kv.AuditEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * How many events of a kind are put on record one by one, where clients can cause as many as they like: what is beyond that is counted, and
 * the number put on record with some of the addresses. So nobody can flood the log, and that somebody tried is on record. Not thread-safe.
 *
 * <p>Each user that is known has room of its own, and all strangers share theirs: so that no flood of theirs hides what a user does, nor one
 * user's what another one does. All known users together have a bound too, or the log could be flooded by as many users as do a little each.
 */
final class EventLimits {

    /** So many at once, of one user or of all strangers. */
    static final int AT_ONCE = 100;

    /** And then so many in a second. */
    static final int PER_SECOND = 20;

    /** So many at once of all known users together. */
    static final int AT_ONCE_OF_ALL = 500;

    /** And then so many in a second. */
    static final int PER_SECOND_OF_ALL = 100;

    /** So many numbers are told of a kind, those of strangers and the largest ones, and one for all the others. */
    static final int SOURCES_TOLD = 20;

    private static final double NANOS_PER_SECOND = 1e9;
    private static final int ADDRESSES_TOLD = 5;

    private final Map<Source, Allowance> allowances = new HashMap<>();

    /** What all known users have together. */
    private final Map<AuditEvent.Kind, Allowance> ofAll = new EnumMap<>(AuditEvent.Kind.class);

    private final Map<AuditEvent.Kind, Map<String, Suppressed>> suppressed = new EnumMap<>(AuditEvent.Kind.class);

    /**
     * Whose events have room together.
     *
     * @param user as far as it was proved; empty: all that nobody is known to have done
     */
    private record Source(AuditEvent.Kind kind, String user) {}

    private static final class Allowance {
        private final int atOnce;
        private final int perSecond;
        private double left;
        private long asOf;

        Allowance(int atOnce, int perSecond, long nowNanos) {
            this.atOnce = atOnce;
            this.perSecond = perSecond;
            left = atOnce;
            asOf = nowNanos;
        }

        boolean hasRoom(long nowNanos) {
            return leftAt(nowNanos) >= 1;
        }

        void spend(long nowNanos) {
            left = leftAt(nowNanos) - 1;
            asOf = nowNanos;
        }

        /** Whether it is as if it never was spent of. */
        boolean isWhole(long nowNanos) {
            return leftAt(nowNanos) >= atOnce;
        }

        private double leftAt(long nowNanos) {
            return Math.min(atOnce, left + (nowNanos - asOf) / NANOS_PER_SECOND * perSecond);
        }
    }

    /** Of one user, or of all strangers. */
    private static final class Suppressed {
        /** Strangers first, and then those of whom there are most. */
        static final Comparator<Suppressed> ORDER = Comparator.comparing((Suppressed one) -> !one.user.isEmpty())
                .thenComparingLong(one -> -one.count)
                .thenComparing(one -> one.user);

        private final AuditEvent.Kind kind;
        private final String user;
        private long count;
        private final Set<String> addresses = new LinkedHashSet<>();
        private boolean more;

        Suppressed(AuditEvent.Kind kind, String user) {
            this.kind = kind;
            this.user = user;
        }

        void add(AuditEvent event) {
            count += event.count();
            address(event.address());
        }

        void add(Suppressed other) {
            count += other.count;
            other.addresses.forEach(this::address);
            more |= other.more;
        }

        private void address(String address) {
            if (addresses.size() < ADDRESSES_TOLD) {
                addresses.add(address);
            } else {
                more |= !addresses.contains(address);
            }
        }

        AuditEvent told(String object, long millis, long member) {
            return new AuditEvent(
                    millis,
                    member,
                    user,
                    String.join(", ", addresses) + (more ? " and others" : ""),
                    kind,
                    "suppressed",
                    object,
                    "too many to be told one by one",
                    count);
        }
    }

    /** Whether an event is to be put on record by itself; else it is counted. */
    boolean admits(AuditEvent event, long nowNanos) {
        Allowance own = allowances.computeIfAbsent(
                new Source(event.kind(), event.user()), unspent -> new Allowance(AT_ONCE, PER_SECOND, nowNanos));
        Optional<Allowance> shared = event.user().isEmpty()
                ? Optional.empty()
                : Optional.of(ofAll.computeIfAbsent(
                        event.kind(), unspent -> new Allowance(AT_ONCE_OF_ALL, PER_SECOND_OF_ALL, nowNanos)));
        // What one of the two has no room for must not take any of the other's.
        boolean admitted = own.hasRoom(nowNanos)
                && shared.map(all -> all.hasRoom(nowNanos)).orElse(true);
        if (admitted) {
            own.spend(nowNanos);
            shared.ifPresent(all -> all.spend(nowNanos));
        } else {
            count(event);
        }
        return admitted;
    }

    /** Counts an event that is not put on record by itself. */
    void count(AuditEvent event) {
        suppressed
                .computeIfAbsent(event.kind(), none -> new HashMap<>())
                .computeIfAbsent(event.user(), unheard -> new Suppressed(event.kind(), event.user()))
                .add(event);
    }

    /** What stands for those that were counted since this was last asked; forgets whoever has been quiet for long enough. */
    List<AuditEvent> takeSuppressed(long nowNanos, long millis, long member) {
        allowances.values().removeIf(allowance -> allowance.isWhole(nowNanos));
        List<AuditEvent> told = new ArrayList<>();
        suppressed.forEach((kind, users) -> {
            List<Suppressed> ordered =
                    users.values().stream().sorted(Suppressed.ORDER).toList();
            int single = Math.min(SOURCES_TOLD, ordered.size());
            ordered.subList(0, single).forEach(one -> told.add(one.told("events of this kind", millis, member)));
            if (single < ordered.size()) {
                Suppressed others = new Suppressed(kind, "");
                ordered.subList(single, ordered.size()).forEach(others::add);
                told.add(others.told(
                        "events of this kind by " + (ordered.size() - single) + " more users", millis, member));
            }
        });
        suppressed.clear();
        return told;
    }

    /** Of how many sources it knows by now. */
    int sources() {
        return allowances.size();
    }
}
