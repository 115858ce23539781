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
 * <p>This rests on term and vote having survived the damage. Where they may not have, since the log lost its end without a trace, the
 * member may have given a candidate its vote, in a later term than it knows of, and must not acknowledge anything to the leader before that
 * term, which the two of them would commit and the candidate lack. So it takes no entries at first, and asks the leader for one that is
 * appended after its question and committed: without this member, then. No candidate of before the question has it, and each quorum that
 * could still elect one, this member among it or not, has another that has acknowledged the entry and refuses. So what this member may have
 * promised to a later term comes to nothing. In the leader's own term it takes its vote for given to the leader, and goes on as above. That
 * takes a quorum of others; a member of two, or one whose storage is gone altogether, must join anew under another id (corner case 8).
 *
 * <p>An answer counts within the term that it was given in: a later leader is asked again.
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
    private long askedTerm;
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
            ask(node.leader().get());
        }
    }

    /** For each question that is a new one, a leader appends an entry to a member that has lost its promises. */
    private void ask(MemberId leader) {
        boolean again = asked && askedTerm == node.term() && node.promisesLost();
        requestId = again ? requestId : requestIds.fresh();
        askedTerm = node.term();
        asked = true;
        effects.send(leader, new Message.RepairRequest(node.term(), requestId, node.promisesLost()));
    }

    /** The leader's half. The sender has lost what it had: what was known of its log is void. */
    void handle(FollowerProgress follower, Message.RepairRequest request) {
        EntryId last = node.log().last();
        follower.forget(last.index() + 1);
        if (!request.promisesLost()) {
            answer(follower.member(), request, last);
            return;
        }
        Optional<EntryId> appended = follower.appendedForRepair(request.requestId());
        if (appended.isEmpty()) {
            EntryId next = new EntryId(node.term(), last.index() + 1);
            node.log().append(next.term(), next.index());
            effects.add(new Effect.AppendNoOp(next));
            follower.appendedForRepair(request.requestId(), next);
        } else if (appended.get().index() <= node.commitIndex()) {
            answer(follower.member(), request, appended.get());
        }
    }

    private void answer(MemberId to, Message.RepairRequest request, EntryId last) {
        effects.send(to, new Message.RepairResponse(node.term(), request.requestId(), last));
    }

    /** The sender led this member's term when it answered. */
    void handle(MemberId from, Message.RepairResponse response) {
        boolean current = asked && response.requestId() == requestId && response.term() == node.term();
        boolean goalStands = goal.isPresent() && goalTerm == node.term();
        if (node.votingSuspended() && current && !goalStands) {
            if (node.promisesLost()) {
                node.promisesAreHarmless(from);
            }
            goal = Optional.of(response.last());
            goalTerm = response.term();
            resumeIfCaughtUp();
        }
    }

    /** The entries that were lost are found. They follow the log's end; what a leader has appended since stays. */
    void mended(Event.LogMended mended) {
        if (!node.votingSuspended() || node.promisesLost() || node.installingSnapshot()) {
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
        boolean mended = mendedEnd.isPresent() && hasDurably(mendedEnd.get()) && !node.promisesLost();
        boolean caughtUp = goal.isPresent() && goalTerm == node.term() && hasDurably(goal.get());
        if (node.votingSuspended() && (mended || caughtUp)) {
            node.resumeVoting();
            goal = Optional.empty();
            mendedEnd = Optional.empty();
            asked = false;
            effects.add(new Effect.ResumeVoting());
        }
    }

    private boolean hasDurably(EntryId id) {
        boolean equal = id.index() < node.log().start().index() || node.log().matches(id);
        return equal && node.log().syncedIndex() >= id.index();
    }
}
