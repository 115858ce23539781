package io.quorate.core;

import io.quorate.core.quorum.MemberId;
import java.util.Optional;

/**
 * Hands leadership over to a chosen voter (thesis 3.10): takes no more proposals, brings the target's log up to date,
 * and then tells it to campaign at once. What has not happened within an election timeout is given up, and proposals go
 * through again (corner case 7).
 */
final class LeadershipTransfer {

    private final NodeState node;
    private final Effects effects;
    private Optional<MemberId> target = Optional.empty();
    private int elapsedTicks;
    private boolean timeoutNowSent;

    /** Whether the target may campaign, though this member goes on leading. */
    private boolean targetTold;

    LeadershipTransfer(NodeState node, Effects effects) {
        this.node = node;
        this.effects = effects;
    }

    /** Whether this member leads, and is about to stop doing so. */
    boolean inProgress() {
        return target.isPresent() && node.role() instanceof Leader;
    }

    /** A second request for the same target joins the first; one for another target replaces it. */
    void request(MemberId newTarget) {
        if (target.isPresent() && target.get().equals(newTarget)) {
            return;
        }
        giveUp(Rejection.TRANSFER_IN_PROGRESS);
        boolean isFit = !newTarget.equals(node.self())
                && node.configuration().isVoter(newTarget)
                && node.configuration().priority(newTarget) > 0;
        if (node.leader().filter(newTarget::equals).isPresent()) {
            effects.add(new Effect.TransferEnded(newTarget, true));
        } else if (!(node.role() instanceof Leader)) {
            refuse(newTarget, Rejection.NOT_LEADER);
        } else if (!isFit) {
            refuse(newTarget, Rejection.BAD_TRANSFER_TARGET);
        } else {
            target = Optional.of(newTarget);
            elapsedTicks = 0;
            timeoutNowSent = false;
            targetTold = false;
        }
    }

    /** Whether one to this member is under way. */
    boolean isTo(MemberId member) {
        return target.equals(Optional.of(member));
    }

    /** Whoever has asked for a transfer to this member is told that there is none. */
    void refuse(MemberId refused, Rejection reason) {
        effects.add(new Effect.TransferRefused(refused, reason));
    }

    void tick() {
        if (target.isEmpty()) {
            return;
        }
        elapsedTicks++;
        // TimeoutNow may have been lost; the target takes no notice of a second one.
        timeoutNowSent = timeoutNowSent && elapsedTicks % node.options().heartbeatTicks() != 0;
        if (elapsedTicks >= node.options().electionTimeoutTicks()) {
            giveUp(Rejection.TRANSFER_TARGET_NOT_READY);
        }
    }

    void flush(Leader leader) {
        if (target.isEmpty() || timeoutNowSent) {
            return;
        }
        boolean caughtUp = leader.follower(target.get())
                .filter(follower -> follower.matchIndex() == node.log().lastIndex())
                .isPresent();
        if (caughtUp) {
            timeoutNowSent = true;
            targetTold = true;
            effects.send(target.get(), new Message.TimeoutNow(node.term()));
        }
    }

    /** Once leadership is lost the outcome shows when the next leader is known. */
    void roleChanged() {
        if (target.isPresent() && node.leader().isPresent()) {
            end(node.leader().equals(target));
        }
    }

    /** This member goes on leading, as far as it knows. */
    private void giveUp(Rejection reasonIfNothingWasDone) {
        if (target.isPresent() && !targetTold) {
            refuse(target.get(), reasonIfNothingWasDone);
            target = Optional.empty();
        }
        end(false);
    }

    private void end(boolean succeeded) {
        if (target.isPresent()) {
            effects.add(new Effect.TransferEnded(target.get(), succeeded));
            target = Optional.empty();
        }
    }
}
