package io.quorate.server.autopilot;

import io.quorate.core.CoreStatus;
import io.quorate.core.EntryId;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.kv.ManagedOperation;
import io.quorate.kv.PublishedMember;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** A cluster as its member 1 sees it, to be changed as a test goes: members a, b, ... with the ids from 1 on. */
final class Sightings {

    static final String REPLICATES = "replicate";

    private final Set<Integer> voters = new TreeSet<>();
    private final Set<Integer> learners = new TreeSet<>();
    private final Map<Integer, Long> matches = new HashMap<>();
    private final Map<Integer, String> states = new HashMap<>();
    final Set<Integer> silent = new HashSet<>();
    final Set<Integer> witnesses = new TreeSet<>();
    final Set<Long> differing = new HashSet<>();
    final List<ManagedOperation> operations = new ArrayList<>();
    RoleName role = RoleName.LEADER;
    long term = 3;
    long commitIndex = 100;
    long nowMillis = 1_000_000;

    /** Voters, then learners, all of whom have the whole log. */
    static Sightings of(int voters, int learners) {
        Sightings sightings = new Sightings();
        for (int id = 1; id <= voters + learners; id++) {
            (id <= voters ? sightings.voters : sightings.learners).add(id);
            sightings.reaches(id, sightings.commitIndex);
        }
        return sightings;
    }

    void reaches(int member, long index) {
        matches.put(member, index);
    }

    /** Everybody but the silent gets as far as the leader. */
    void committed(long index) {
        commitIndex = index;
        matches.keySet().stream()
                .filter(member -> !silent.contains(member))
                .toList()
                .forEach(member -> reaches(member, index));
    }

    void isSent(int member, String state) {
        states.put(member, state);
    }

    void promoted(int member) {
        learners.remove(member);
        voters.add(member);
    }

    void removed(int member) {
        voters.remove(member);
        learners.remove(member);
        matches.remove(member);
        silent.remove(member);
    }

    Sighting get() {
        SortedSet<MemberId> holdNoData = ids(witnesses);
        holdNoData.removeIf(
                member -> !voters.contains((int) member.value()) && !learners.contains((int) member.value()));
        Configuration configuration = new Configuration(
                ids(voters),
                new TreeSet<>(),
                ids(learners),
                new TreeMap<>(),
                new TreeSet<>(),
                new TreeMap<>(),
                holdNoData);
        List<CoreStatus.FollowerStatus> followers = role == RoleName.LEADER
                ? configuration.members().stream()
                        .filter(member -> member.value() != 1)
                        .map(this::follower)
                        .toList()
                : List.of();
        CoreStatus status = new CoreStatus(
                new MemberId(1),
                role,
                term,
                Optional.of(new MemberId(role == RoleName.LEADER ? 1 : 2)),
                new EntryId(term, commitIndex),
                commitIndex,
                commitIndex,
                commitIndex,
                new EntryId(0, 0),
                configuration,
                false,
                false,
                Optional.empty(),
                followers);
        List<PublishedMember> published = configuration.members().stream()
                .map(member -> new PublishedMember(member.value(), Pictures.name((int) member.value()), List.of(), ""))
                .toList();
        return new Sighting(status, published, List.of(), differing, operations, nowMillis);
    }

    private static SortedSet<MemberId> ids(Set<Integer> members) {
        SortedSet<MemberId> ids = new TreeSet<>();
        members.forEach(member -> ids.add(new MemberId(member)));
        return ids;
    }

    private CoreStatus.FollowerStatus follower(MemberId member) {
        int id = (int) member.value();
        boolean heard = !silent.contains(id);
        long match = matches.getOrDefault(id, 0L);
        return new CoreStatus.FollowerStatus(
                member, states.getOrDefault(id, REPLICATES), match, match + 1, heard, heard ? 0 : 100);
    }
}
