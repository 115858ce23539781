package io.quorate.server.grey;

import io.quorate.core.quorum.MemberId;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** What the other members told last of how they are. Thread-safe. */
public final class Bulletins {

    private record Heard(Bulletin bulletin, long nanos) {}

    private final Map<MemberId, Heard> latest = new ConcurrentHashMap<>();

    /** One has come at this time. */
    public void heard(Bulletin bulletin, long nowNanos) {
        latest.put(bulletin.member(), new Heard(bulletin, nowNanos));
    }

    /** Those who are no members are forgotten. */
    public void keep(Set<MemberId> members) {
        latest.keySet().retainAll(members);
    }

    /** What a member told, if that is not longer ago than this. */
    public Optional<Bulletin> of(MemberId member, long nowNanos, long maxAgeNanos) {
        return Optional.ofNullable(latest.get(member))
                .filter(heard -> nowNanos - heard.nanos() <= maxAgeNanos)
                .map(Heard::bulletin);
    }

    /** Those that were unwell when they told last, however long ago that is: silence is no sign of health. */
    public Set<MemberId> unwell() {
        return latest.values().stream()
                .map(Heard::bulletin)
                .filter(Bulletin::isUnwell)
                .map(Bulletin::member)
                .collect(Collectors.toUnmodifiableSet());
    }
}
