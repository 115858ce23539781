package io.quorate.server.operations;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** What members tell in tests: those with the ids from 1 on, of which 1 leads, and which all have the log up to 100. */
final class Healths {

    static final long INDEX = 100;
    private static final long DISK_BYTES = 100L << 30;

    private final Map<Long, MemberHealth> members = new TreeMap<>();

    private Healths() {}

    static Healths voters(int count) {
        Healths healths = new Healths();
        for (long id = 1; id <= count; id++) {
            healths.members.put(id, new MemberHealth(id, name(id), false, Optional.of(wellTold())));
        }
        return healths;
    }

    static String name(long id) {
        return Character.toString((char) ('a' + id - 1));
    }

    private static MemberHealth.Told wellTold() {
        return new MemberHealth.Told(
                Optional.of(1L),
                7,
                INDEX,
                INDEX,
                INDEX,
                true,
                "",
                List.of(),
                DISK_BYTES / 2,
                DISK_BYTES,
                "1.0",
                false,
                Map.of());
    }

    Healths with(long id, UnaryOperator<MemberHealth.Told> change) {
        members.computeIfPresent(
                id,
                (key, member) -> new MemberHealth(
                        id, member.name(), member.learner(), member.told().map(change)));
        return this;
    }

    Healths silent(long id) {
        members.computeIfPresent(
                id, (key, member) -> new MemberHealth(id, member.name(), member.learner(), Optional.empty()));
        return this;
    }

    Healths witness(long id) {
        members.computeIfPresent(
                id, (key, member) -> new MemberHealth(id, member.name(), member.learner(), true, member.told()));
        return this;
    }

    Healths learner(long id) {
        members.put(id, new MemberHealth(id, name(id), true, Optional.of(wellTold())));
        return this;
    }

    /** What the leader tells matches what the members tell. */
    ClusterHealth get() {
        Map<Long, Long> matches = members.values().stream()
                .filter(member -> member.id() != 1)
                .collect(Collectors.toMap(
                        MemberHealth::id,
                        member ->
                                member.told().map(MemberHealth.Told::lastIndex).orElse(0L)));
        with(1, told -> changed(told, told.leader(), told.lastIndex(), matches));
        return new ClusterHealth(new ArrayList<>(members.values()));
    }

    static UnaryOperator<MemberHealth.Told> leader(Optional<Long> leader) {
        return told -> changed(told, leader, told.lastIndex(), told.matches());
    }

    static UnaryOperator<MemberHealth.Told> lastIndex(long index) {
        return told -> changed(told, told.leader(), index, told.matches());
    }

    private static MemberHealth.Told changed(
            MemberHealth.Told told, Optional<Long> leader, long lastIndex, Map<Long, Long> matches) {
        return new MemberHealth.Told(
                leader,
                told.term(),
                lastIndex,
                told.commitIndex(),
                told.appliedIndex(),
                told.sound(),
                told.unsound(),
                told.alarms(),
                told.usableBytes(),
                told.totalBytes(),
                told.release(),
                told.changing(),
                matches);
    }

    static UnaryOperator<MemberHealth.Told> other(
            String unsound, List<String> alarms, long usableBytes, String release, boolean changing) {
        return told -> new MemberHealth.Told(
                told.leader(),
                told.term(),
                told.lastIndex(),
                told.commitIndex(),
                told.appliedIndex(),
                unsound.isEmpty(),
                unsound,
                alarms,
                usableBytes,
                told.totalBytes(),
                release,
                changing,
                told.matches());
    }

    static UnaryOperator<MemberHealth.Told> commitIndex(long index) {
        return told -> new MemberHealth.Told(
                told.leader(),
                told.term(),
                index,
                index,
                index,
                told.sound(),
                told.unsound(),
                told.alarms(),
                told.usableBytes(),
                told.totalBytes(),
                told.release(),
                told.changing(),
                told.matches());
    }
}
