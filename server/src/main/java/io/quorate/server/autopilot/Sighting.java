package io.quorate.server.autopilot;

import io.quorate.core.CoreStatus;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.MemberId;
import io.quorate.kv.ManagedOperation;
import io.quorate.kv.MvccStore;
import io.quorate.kv.PublishedMember;
import io.quorate.server.operations.ClusterHealth;
import io.quorate.server.operations.MemberHealth;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a member knows of its cluster at one moment. Immutable.
 *
 * @param status of its node
 * @param published what members have told of themselves
 * @param alarms that are raised, by name
 * @param differing the ids of those whose states are held to differ
 * @param operations those on record, the oldest first
 * @param nowMillis the time since 1970
 */
public record Sighting(
        CoreStatus status,
        List<PublishedMember> published,
        List<String> alarms,
        Set<Long> differing,
        List<ManagedOperation> operations,
        long nowMillis) {

    public Sighting {
        published = List.copyOf(published);
        alarms = List.copyOf(alarms);
        differing = Set.copyOf(differing);
        operations = List.copyOf(operations);
    }

    /**
     * What a member knows now.
     *
     * @param status of its node
     * @param store what it has applied
     * @param nowMillis the time since 1970
     */
    public static Sighting of(CoreStatus status, MvccStore store, long nowMillis) {
        return new Sighting(
                status,
                store.members(),
                store.raisedAlarms().stream()
                        .map(alarm -> alarm.type().name())
                        .distinct()
                        .toList(),
                Set.copyOf(store.verification().divergences().keySet()),
                store.operations(),
                nowMillis);
    }

    public boolean leads() {
        return status.role() == RoleName.LEADER;
    }

    /** What people call a member. */
    String label(MemberId member) {
        return told(member)
                .map(PublishedMember::name)
                .filter(name -> !name.isEmpty())
                .orElseGet(member::toString);
    }

    String name(MemberId member) {
        return told(member).map(PublishedMember::name).orElse("");
    }

    String zone(MemberId member) {
        return told(member).map(PublishedMember::zone).orElse("");
    }

    private Optional<PublishedMember> told(MemberId member) {
        return published.stream()
                .filter(known -> known.memberId() == member.value())
                .findFirst();
    }

    /** The operation that is under way, whoever does it. */
    Optional<ManagedOperation> underWay() {
        return operations.stream()
                .filter(operation -> operation.isUnderWay(nowMillis))
                .findFirst();
    }

    /**
     * The cluster's health, as its leader knows it: a follower that it hears follows it, and has the log up to where it matches. The
     * room on other members' disks, and their releases, it does not know.
     */
    public ClusterHealth health() {
        List<MemberHealth> members = new ArrayList<>();
        Map<Long, Long> matches = new HashMap<>();
        status.followers().forEach(follower -> matches.put(follower.member().value(), follower.matchIndex()));
        for (MemberId member : status.configuration().members()) {
            boolean self = member.equals(status.self());
            long lastIndex = self ? status.last().index() : matches.getOrDefault(member.value(), 0L);
            members.add(new MemberHealth(
                    member.value(),
                    name(member),
                    !status.configuration().isVoter(member),
                    status.configuration().isWitness(member),
                    hears(member)
                            ? Optional.of(told(member, lastIndex, self ? matches : Map.of()))
                            : Optional.empty()));
        }
        return new ClusterHealth(members);
    }

    /** Whether a member was heard of within an election timeout, or is this one. */
    boolean hears(MemberId member) {
        return member.equals(status.self())
                || follower(member)
                        .filter(CoreStatus.FollowerStatus::recentlyActive)
                        .isPresent();
    }

    Optional<CoreStatus.FollowerStatus> follower(MemberId member) {
        return status.followers().stream()
                .filter(follower -> follower.member().equals(member))
                .findFirst();
    }

    private MemberHealth.Told told(MemberId member, long lastIndex, Map<Long, Long> matches) {
        boolean differs = differing.contains(member.value());
        long known = Math.min(lastIndex, status.commitIndex());
        return new MemberHealth.Told(
                Optional.of(status.self().value()),
                status.term(),
                lastIndex,
                known,
                known,
                !differs,
                differs ? "has a state that differs from the others'" : "",
                alarms,
                0,
                0,
                "",
                status.configuration().isJoint(),
                matches);
    }
}
