package io.quorate.core;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;

/**
 * Lets a leader hand over to a voter that is to lead rather than itself: one of a higher priority, once that is well; or one that the
 * application names, since this member is not well itself.
 *
 * <p>It must not flap. So the other must have been heard all the time for some election timeouts, have durably what was
 * committed an election timeout ago, and be almost as far as the leader; the leader must have led for a while; and each attempt
 * that fails doubles the time to the next. Whoever gets the leadership so hands it on to nobody of a lower priority. How often the
 * application may ask is for the application to bound; it also says who is unwell, whom no priority brings back before that is over.
 *
 * <p>Safety does not depend on any of it: it asks for a transfer like anybody else, and the elections decide.
 */
final class Preference {

    /** A leader leads for so many election timeouts at least before it hands over. */
    private static final int FIRST_WAIT_TIMEOUTS = 8;

    /** Whom it hands over to was there all the time for so many. */
    private static final int PRESENCE_TIMEOUTS = 4;

    /** The wait doubles at most so often: at a second for each election timeout, to a quarter of an hour and some. */
    private static final int MAX_DOUBLINGS = 7;

    /** What the other may lack at the moment, in entries: while it fetches them, proposals wait. */
    private static final long MAX_LAG_ENTRIES = 1_000;

    private final NodeState node;
    private final LeadershipTransfer transfer;
    private int ledTicks;
    private int ticksToWait;
    private int failures;
    private boolean attempting;
    private Set<MemberId> unwell = Set.of();

    /** The commit index as it was at the beginning of this election timeout, and of the one before. */
    private long committedRecently;

    private long committedBefore;

    Preference(NodeState node, LeadershipTransfer transfer) {
        this.node = node;
        this.transfer = transfer;
    }

    void tick() {
        if (!(node.role() instanceof Leader leader)) {
            ledTicks = 0;
            return;
        }
        int timeoutTicks = node.options().electionTimeoutTicks();
        if (ledTicks == 0) {
            begin(timeoutTicks);
        }
        if (ledTicks % timeoutTicks == 0) {
            committedBefore = committedRecently;
            committedRecently = node.commitIndex();
        }
        ledTicks++;
        if (attempting && !transfer.inProgress()) {
            attempting = false;
            failures++;
            ticksToWait = (FIRST_WAIT_TIMEOUTS * timeoutTicks) << Math.min(failures, MAX_DOUBLINGS);
        }
        ticksToWait = Math.max(0, ticksToWait - 1);
        if (ticksToWait == 0 && !transfer.inProgress() && isSettled(leader)) {
            preferred(leader).ifPresent(follower -> {
                attempting = true;
                transfer.request(follower.member());
            });
        }
    }

    /** These members are not handed the leadership for their priority. */
    void unwell(Set<MemberId> members) {
        unwell = members;
    }

    /** Hands over because this member is not well, to one that is not to lead rather otherwise; or refuses to. */
    void giveWay(MemberId target) {
        if (transfer.isTo(target)) {
            return;
        }
        Optional<Rejection> refusal = refusal(target);
        if (refusal.isPresent()) {
            transfer.refuse(target, refusal.get());
        } else {
            transfer.request(target);
        }
    }

    private Optional<Rejection> refusal(MemberId target) {
        if (!(node.role() instanceof Leader leader)) {
            return Optional.of(Rejection.NOT_LEADER);
        } else if (transfer.inProgress()) {
            return Optional.of(Rejection.TRANSFER_IN_PROGRESS);
        } else if (node.commitIndex() < leader.firstIndex()) {
            return Optional.of(Rejection.NOTHING_COMMITTED_YET);
        } else if (!isSettled(leader)) {
            return Optional.of(Rejection.CHANGE_IN_PROGRESS);
        } else if (leader.follower(target).isEmpty()) {
            return Optional.of(Rejection.BAD_TRANSFER_TARGET);
        }
        return leader.follower(target).filter(this::isWell).isPresent()
                ? Optional.empty()
                : Optional.of(Rejection.TRANSFER_TARGET_NOT_READY);
    }

    private void begin(int timeoutTicks) {
        ticksToWait = FIRST_WAIT_TIMEOUTS * timeoutTicks;
        failures = 0;
        attempting = false;
        committedRecently = node.commitIndex();
    }

    /** Whether priorities are certain, and no change of members would be disturbed. */
    private boolean isSettled(Leader leader) {
        return node.commitIndex() >= leader.firstIndex()
                && node.configurations().currentIndex() <= node.commitIndex()
                && !node.configuration().isJoint();
    }

    private Optional<FollowerProgress> preferred(Leader leader) {
        if (node.hasHighestPriority()) {
            return Optional.empty();
        }
        Configuration members = node.configuration();
        return leader.followers().stream()
                .filter(follower -> members.isVoter(follower.member()))
                .filter(follower -> members.priority(follower.member()) > node.priority())
                .filter(follower -> !unwell.contains(follower.member()))
                .filter(this::isWell)
                .max(Comparator.comparingInt((FollowerProgress follower) -> members.priority(follower.member()))
                        .thenComparingLong(FollowerProgress::matchIndex));
    }

    private boolean isWell(FollowerProgress follower) {
        // Who is being sent a snapshot that it has asked for has no state.
        return follower.state() instanceof ProgressState.Replicate
                && follower.requestedSnapshot().isEmpty()
                && follower.presentTicks() >= PRESENCE_TIMEOUTS * node.options().electionTimeoutTicks()
                && follower.matchIndex() >= committedBefore
                && follower.matchIndex() + MAX_LAG_ENTRIES >= node.log().lastIndex();
    }
}
