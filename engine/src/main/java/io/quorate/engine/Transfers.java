package io.quorate.engine;

import io.quorate.core.CoreStatus;
import io.quorate.core.Rejection;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.MemberId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Those who wait for a transfer of leadership to end, by its target. */
final class Transfers {

    private final Map<MemberId, List<CompletableFuture<Void>>> waiting = new HashMap<>();

    /** Returns whether the core is to be asked; if not, {@code done} is completed. */
    boolean begin(MemberId target, CompletableFuture<Void> done, CoreStatus status) {
        if (status.role() != RoleName.LEADER) {
            done.completeExceptionally(new RaftException.Refused(Rejection.NOT_LEADER));
        } else if (!status.configuration().isVoter(target)
                || status.configuration().priority(target) == 0) {
            done.completeExceptionally(new RaftException.Refused(Rejection.BAD_TRANSFER_TARGET));
        } else if (target.equals(status.self())) {
            done.complete(null);
        } else {
            waiting.computeIfAbsent(target, ignored -> new ArrayList<>()).add(done);
            return true;
        }
        return false;
    }

    /** Nothing was done, and nothing will be. */
    void refuse(MemberId target, Rejection reason) {
        waiting.getOrDefault(target, List.of())
                .forEach(done -> done.completeExceptionally(new RaftException.Refused(reason)));
        waiting.remove(target);
    }

    void end(MemberId target, boolean succeeded) {
        for (CompletableFuture<Void> done : waiting.getOrDefault(target, List.of())) {
            if (succeeded) {
                done.complete(null);
            } else {
                done.completeExceptionally(new RaftException.OutcomeUnknown(false));
            }
        }
        waiting.remove(target);
    }

    void stop(Throwable cause) {
        waiting.values()
                .forEach(all -> all.forEach(done -> done.completeExceptionally(new RaftException.Stopped(cause))));
        waiting.clear();
    }
}
