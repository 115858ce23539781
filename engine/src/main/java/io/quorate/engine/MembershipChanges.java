package io.quorate.engine;

import io.quorate.core.EntryId;
import io.quorate.core.Rejection;
import io.quorate.core.quorum.Configuration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The one who waits for a change of members to end. */
final class MembershipChanges {

    /**
     * A change that the core has begun.
     *
     * @param entry the entry of the wanted configuration itself, once it is appended
     */
    private record UnderWay(Configuration target, CompletableFuture<Configuration> done, Optional<EntryId> entry) {}

    private Optional<UnderWay> underWay = Optional.empty();

    /** Returns whether the core is to be asked for this; if not, {@code done} is completed. */
    boolean begin(Configuration target, CompletableFuture<Configuration> done) {
        if (underWay.isPresent()) {
            done.completeExceptionally(new RaftException.Refused(Rejection.CHANGE_IN_PROGRESS));
            return false;
        }
        underWay = Optional.of(new UnderWay(target, done, Optional.empty()));
        return true;
    }

    /** The leader's core has appended a configuration. */
    void appended(EntryId id, Configuration configuration) {
        if (underWay.isPresent() && underWay.get().target.equals(configuration)) {
            UnderWay change = underWay.get();
            underWay = Optional.of(new UnderWay(change.target, change.done, Optional.of(id)));
        }
    }

    void rejected(Rejection reason) {
        underWay.ifPresent(change -> change.done.completeExceptionally(new RaftException.Refused(reason)));
        underWay = Optional.empty();
    }

    /** Entries are committed up to this index. Called while this member still leads the term in which it was appended. */
    void committed(long index) {
        boolean ended = underWay.isPresent()
                && underWay.get().entry.isPresent()
                && underWay.get().entry.get().index() <= index;
        if (ended) {
            underWay.get().done.complete(underWay.get().target);
            underWay = Optional.empty();
        }
    }

    /** This member does not lead any more: the next leader goes on with the change, or it is rolled back. */
    void leadershipLost() {
        underWay.ifPresent(change -> change.done.completeExceptionally(new RaftException.OutcomeUnknown(true)));
        underWay = Optional.empty();
    }

    void stop(Throwable cause) {
        underWay.ifPresent(change -> change.done.completeExceptionally(new RaftException.Stopped(cause)));
        underWay = Optional.empty();
    }
}
