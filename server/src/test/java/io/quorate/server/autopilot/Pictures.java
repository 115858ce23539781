package io.quorate.server.autopilot;

import io.quorate.core.quorum.MemberId;
import io.quorate.server.autopilot.Picture.Condition;
import io.quorate.server.autopilot.Picture.Member;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** What a leader sees in tests: members with the ids from 1 on, called a, b, ... of which a leads, and all have been well for an hour. */
final class Pictures {

    static final Duration LONG = Duration.ofHours(1);

    private final Map<Integer, Member> members = new TreeMap<>();
    private boolean joint;
    private List<String> alarms = List.of();
    private Optional<String> operation = Optional.empty();

    /** Voters of these zones; an empty one is not known. */
    static Pictures voters(String... zones) {
        Pictures pictures = new Pictures();
        for (String zone : zones) {
            pictures.add(zone, true);
        }
        return pictures;
    }

    static Pictures voters(int count) {
        return voters(Collections.nCopies(count, "").toArray(String[]::new));
    }

    Pictures learner(String zone) {
        add(zone, false);
        return this;
    }

    private void add(String zone, boolean voter) {
        int id = members.size() + 1;
        members.put(
                id, new Member(new MemberId(id), name(id), zone, voter, id == 1, false, Condition.STEADY, false, LONG));
    }

    static String name(int id) {
        return Character.toString((char) ('a' + id - 1));
    }

    private Pictures change(String name, UnaryOperator<Member> change) {
        members.replaceAll((id, member) -> name(id).equals(name) ? change.apply(member) : member);
        return this;
    }

    Pictures silent(String name, Duration since) {
        return is(name, Condition.SILENT, since);
    }

    Pictures is(String name, Condition condition, Duration since) {
        return change(
                name, member -> with(member, member.name(), member.witness(), condition, member.differs(), since));
    }

    /** They hold no data. */
    Pictures witnesses(String... names) {
        for (String name : names) {
            change(
                    name,
                    member -> with(member, member.name(), true, member.condition(), member.differs(), member.since()));
        }
        return this;
    }

    Pictures differs(String name) {
        return change(
                name,
                member -> with(member, member.name(), member.witness(), member.condition(), true, member.since()));
    }

    Pictures nameless(String name) {
        return change(
                name,
                member -> with(member, "", member.witness(), member.condition(), member.differs(), member.since()));
    }

    private static Member with(
            Member member, String name, boolean witness, Condition condition, boolean differs, Duration since) {
        return new Member(
                member.id(), name, member.zone(), member.voter(), member.leader(), witness, condition, differs, since);
    }

    Pictures joint() {
        joint = true;
        return this;
    }

    Pictures alarm(String alarm) {
        alarms = List.of(alarm);
        return this;
    }

    Pictures operation(String title) {
        operation = Optional.of(title);
        return this;
    }

    Picture get() {
        return new Picture(List.copyOf(members.values()), joint, alarms, operation);
    }
}
