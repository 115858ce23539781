package io.quorate.simulator.invariant;

import io.quorate.core.Effect;
import io.quorate.core.EntryId;
import io.quorate.core.Event;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.log.RaftLog;
import io.quorate.simulator.SimulatedMember;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A leader appends a configuration only when the one before it is committed, and an entry of its own term with it; and any
 * quorum of the one has a member in common with any quorum of the other (paper section 6, thesis 4.1 and the correction of
 * 2015; invariant 10).
 */
final class OneChangeAtATime implements Invariant {

    private final CommittedIsDurable durable;

    /** The entry with which each leader began its term; it may append others like it later, for members that need something committed. */
    private final Map<MemberId, EntryId> noOps = new HashMap<>();

    OneChangeAtATime(CommittedIsDurable durable) {
        this.durable = durable;
    }

    @Override
    public Set<Class<?>> mattering() {
        return Set.of(Effect.AppendNoOp.class, Effect.AppendConfiguration.class);
    }

    @Override
    public void stepped(SimulatedMember member, Event event, List<Effect> effects) {
        for (Effect effect : effects) {
            switch (effect) {
                case Effect.AppendNoOp noOp -> noOps.merge(member.id(), noOp.id(), OneChangeAtATime::firstOfTerm);
                case Effect.AppendConfiguration append -> check(member, append);
                default -> {}
            }
        }
    }

    private static EntryId firstOfTerm(EntryId known, EntryId appended) {
        return known.term() == appended.term() ? known : appended;
    }

    private void check(SimulatedMember leader, Effect.AppendConfiguration append) {
        RaftLog log = leader.log().orElseThrow();
        SnapshotMeta before = log.snapshotMetaAt(log.lastId().index());
        EntryId required = noOps.getOrDefault(leader.id(), EntryId.ORIGIN);
        long index = before.configurationIndex();
        // To have the later of the two committed is to have both. What was compacted is committed.
        if (index > required.index() && index >= log.firstIndex()) {
            required = log.idAt(index);
        }
        if (required.term() != append.id().term() || !durable.isDurable(required, before.configuration())) {
            throw violated("leader " + leader.id() + " appends a configuration at " + append.id() + " before "
                    + required + " is committed");
        }
        if (!overlap(before.configuration(), append.configuration())) {
            throw violated("leader " + leader.id() + " goes from " + before.configuration() + " to "
                    + append.configuration() + ", which may decide without each other");
        }
    }

    /** Whether some half of the one and some half of the other cannot both have majorities without a common member. */
    private static boolean overlap(Configuration one, Configuration other) {
        return overlap(one.voters(), other.voters())
                || overlap(one.voters(), other.outgoingVoters())
                || overlap(one.outgoingVoters(), other.voters())
                || overlap(one.outgoingVoters(), other.outgoingVoters());
    }

    private static boolean overlap(SortedSet<MemberId> some, SortedSet<MemberId> others) {
        SortedSet<MemberId> all = new TreeSet<>(some);
        all.addAll(others);
        return !some.isEmpty() && !others.isEmpty() && some.size() / 2 + 1 + others.size() / 2 + 1 > all.size();
    }
}
