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
        end(false);
        boolean possible = node.role() instanceof Leader
                && !newTarget.equals(node.self())
                && node.configuration().isVoter(newTarget)
                && node.configuration().priority(newTarget) > 0;
        if (possible) {
            target = Optional.of(newTarget);
            elapsedTicks = 0;
            timeoutNowSent = false;
        } else {
            boolean leadsAlready = node.leader().filter(newTarget::equals).isPresent();
            effects.add(new Effect.TransferEnded(newTarget, leadsAlready));
        }
    }

    /** Whether one to this member is under way. */
    boolean isTo(MemberId member) {
        return target.equals(Optional.of(member));
    }

    /** Whoever has asked for a transfer to this member is told that there is none. */
    void refuse(MemberId refused) {
        effects.add(new Effect.TransferEnded(refused, false));
    }

    void tick() {
        if (target.isEmpty()) {
            return;
        }
        elapsedTicks++;
        // TimeoutNow may have been lost; the target takes no notice of a second one.
        timeoutNowSent = timeoutNowSent && elapsedTicks % node.options().heartbeatTicks() != 0;
        if (elapsedTicks >= node.options().electionTimeoutTicks()) {
            end(false);
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
            effects.send(target.get(), new Message.TimeoutNow(node.term()));
        }
    }

    /** Once leadership is lost the outcome shows when the next leader is known. */
    void roleChanged() {
        if (target.isPresent() && node.leader().isPresent()) {
            end(node.leader().equals(target));
        }
    }

    private void end(boolean succeeded) {
        if (target.isPresent()) {
            effects.add(new Effect.TransferEnded(target.get(), succeeded));
            target = Optional.empty();
        }
    }
}
