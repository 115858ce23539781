package io.quorate.core;

import io.quorate.core.quorum.MemberId;
import java.util.Optional;

/**
 * Lets a member whose log was damaged back into elections once it cannot do harm there.
 *
 * <p>Such a member may have lost entries that it had acknowledged and that are committed because it had. As long as it
 * does not vote nobody is elected who lacks them, since any quorum that elects shares another member with the one that
 * acknowledged. It still takes the leader's entries, and its acknowledgements count: they speak of what it has now. It
 * asks the leader, by a request that it makes after the damage, for the last entry of its log. Whatever this member had
 * acknowledged to that leader or an earlier one and is committed, or yet will be, lies at or below that entry. When its
 * own log is durable and equal up to there, it has back all that its vote ever vouched for, and votes again.
 *
 * <p>Without a leader to ask, it may vote again when its log is what it was before the damage: then nothing is lost that
 * it ever vouched for, and it is like a member that was slow. Who can tell what the log was, and finds the entries, is not
 * the core's matter: {@link Event.LogMended}.
 *
 * <p>This rests on term and vote having survived the damage; a member that lost those must join anew under another id
 * (corner case 8). An answer counts within the term that it was given in: a later leader is asked again.
 */
final class LogRepair {

    private final NodeState node;
    private final Effects effects;
    private final RequestIds requestIds;
    private Optional<EntryId> goal = Optional.empty();

    /** The end of the log as it was before the damage, once all up to there was found. Holds in every term. */
    private Optional<EntryId> mendedEnd = Optional.empty();

    private long goalTerm;
    private long requestId;
    private boolean asked;
    private int ticks;
    private long lastSyncedIndex;

    LogRepair(NodeState node, Effects effects, RequestIds requestIds) {
        this.node = node;
        this.effects = effects;
        this.requestIds = requestIds;
    }

    void tick() {
        if (!node.votingSuspended()) {
            return;
        }
        ticks++;
        boolean goalIsCurrent = goal.isPresent() && goalTerm == node.term();
        if (node.log().syncedIndex() != lastSyncedIndex) {
            lastSyncedIndex = node.log().syncedIndex();
            ticks = goalIsCurrent ? 0 : ticks;
        }
        // With a goal, only after standing still: the leader may again believe an old acknowledgement.
        int interval = goalIsCurrent
                ? node.options().electionTimeoutTicks()
                : node.options().heartbeatTicks();
        if (node.leader().isPresent() && ticks >= interval) {
            ticks = 0;
            requestId = requestIds.fresh();
            asked = true;
            effects.send(node.leader().get(), new Message.RepairRequest(node.term(), requestId));
        }
    }

    /** The leader's half. The sender has lost what it had: what was known of its log is void. */
    void handle(Leader leader, MemberId from, Message.RepairRequest request) {
        EntryId last = node.log().last();
        leader.follower(from).ifPresent(follower -> follower.forget(last.index() + 1));
        effects.send(from, new Message.RepairResponse(node.term(), request.requestId(), last));
    }

    /** The sender led this member's term when it answered. */
    void handle(Message.RepairResponse response) {
        boolean current = asked && response.requestId() == requestId && response.term() == node.term();
        boolean goalStands = goal.isPresent() && goalTerm == node.term();
        if (node.votingSuspended() && current && !goalStands) {
            goal = Optional.of(response.last());
            goalTerm = response.term();
            resumeIfCaughtUp();
        }
    }

    /** The entries that were lost are found. They follow the log's end; what a leader has appended since stays. */
    void mended(Event.LogMended mended) {
        if (!node.votingSuspended() || node.installingSnapshot()) {
            return;
        }
        EntryBatch entries = mended.entries();
        if (!entries.isEmpty()) {
            BrokenInvariantException.require(
                    entries.firstIndex() == node.log().lastIndex() + 1,
                    () -> "what was found begins at " + entries.firstIndex() + ", the log ends at "
                            + node.log().lastIndex());
            entries.terms().forEach(node::append);
            entries.configurations().forEach(node::append);
            effects.add(new Effect.AppendReceived(entries.firstIndex(), entries.lastIndex()));
        }
        mendedEnd = Optional.of(mended.last());
        resumeIfCaughtUp();
    }

    /** To be called whenever more of the log is durable. */
    void resumeIfCaughtUp() {
        boolean mended = mendedEnd.isPresent() && hasDurably(mendedEnd.get());
        boolean caughtUp = goal.isPresent() && goalTerm == node.term() && hasDurably(goal.get());
        if (node.votingSuspended() && (mended || caughtUp)) {
            node.resumeVoting();
            goal = Optional.empty();
            mendedEnd = Optional.empty();
            effects.add(new Effect.ResumeVoting());
        }
    }

    private boolean hasDurably(EntryId id) {
        boolean equal = id.index() < node.log().start().index() || node.log().matches(id);
        return equal && node.log().syncedIndex() >= id.index();
    }
}
