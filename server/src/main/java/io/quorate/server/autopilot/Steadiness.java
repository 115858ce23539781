package io.quorate.server.autopilot;

import io.quorate.core.CoreStatus;
import io.quorate.core.quorum.MemberId;
import io.quorate.server.autopilot.Picture.Condition;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps how long members have been as they are, as one leader sees them, look by look. For one thread.
 *
 * <p>A spell ends with the leader's term: a new leader has heard nobody yet, and what the one before it did not hear may have been
 * that one's own link. It ends as well where looks are too far apart, since nobody knows what was in between: a process that
 * stood still would take its own pause for the others' silence.
 */
final class Steadiness {

    private record Spell(Condition condition, long sinceNanos) {}

    private final long maxGapNanos;
    private final Map<MemberId, Spell> spells = new HashMap<>();
    private long term;
    private long commitIndexBefore;
    private long lookNanos;

    /** @param maxGap the longest time between two looks of which anything follows */
    Steadiness(Duration maxGap) {
        this.maxGapNanos = maxGap.toNanos();
    }

    /** All that was seen counts no more. */
    void forget() {
        spells.clear();
    }

    /**
     * Looks once more.
     *
     * @param nowNanos by a monotonic clock
     * @param seen by a member that leads
     */
    Picture look(long nowNanos, Sighting seen) {
        CoreStatus status = seen.status();
        if (term != status.term() || nowNanos - lookNanos > maxGapNanos) {
            forget();
        }
        if (spells.isEmpty()) {
            commitIndexBefore = status.commitIndex();
        }
        spells.keySet().retainAll(status.configuration().members());
        List<Picture.Member> members = status.configuration().members().stream()
                .map(member -> member(member, seen, nowNanos))
                .toList();
        term = status.term();
        lookNanos = nowNanos;
        commitIndexBefore = status.commitIndex();
        return new Picture(
                members,
                status.configuration().isJoint(),
                seen.alarms(),
                seen.underWay().map(Operations::title));
    }

    private Picture.Member member(MemberId id, Sighting seen, long nowNanos) {
        Condition condition = condition(id, seen);
        Spell spell = spells.compute(
                id,
                (member, before) ->
                        before != null && before.condition() == condition ? before : new Spell(condition, nowNanos));
        return new Picture.Member(
                id,
                seen.name(id),
                seen.zone(id),
                seen.status().configuration().isVoter(id),
                id.equals(seen.status().self()),
                seen.status().configuration().isWitness(id),
                condition,
                seen.differing().contains(id.value()),
                Duration.ofNanos(nowNanos - spell.sinceNanos()));
    }

    private Condition condition(MemberId id, Sighting seen) {
        if (id.equals(seen.status().self())) {
            return Condition.STEADY;
        }
        return seen.follower(id).map(this::condition).orElse(Condition.SILENT);
    }

    private Condition condition(CoreStatus.FollowerStatus follower) {
        if (!follower.recentlyActive()) {
            return Condition.SILENT;
        }
        boolean has = follower.matchIndex() >= commitIndexBefore
                && !follower.state().equals(CoreStatus.FollowerStatus.SNAPSHOT);
        return has ? Condition.STEADY : Condition.BEHIND;
    }
}
