package io.quorate.engine;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.Network;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the network who the members are, and knows whether this one is none any more: by its own log, or since others say so. What
 * others say may come on any thread; the rest belongs to the loop.
 */
final class OwnStanding {

    private static final Logger LOG = LoggerFactory.getLogger(OwnStanding.class);

    private final MemberId self;
    private final CompletableFuture<Void> removed = new CompletableFuture<>();
    private final CompletableFuture<MemberId> disowned = new CompletableFuture<>();

    /** What the network knows of the members. */
    private Configuration toldCurrent = Configuration.of(Set.of());

    private Configuration toldCommitted = toldCurrent;

    OwnStanding(MemberId self) {
        this.self = self;
    }

    /** To be called before anything is sent to those that are new. */
    void tell(Network network, Configuration current, Configuration decided) {
        boolean isKnown = current.equals(toldCurrent) && decided.equals(toldCommitted);
        // Kept in any case: the very same object is compared at once the next time.
        toldCurrent = current;
        toldCommitted = decided;
        if (isKnown) {
            return;
        }
        network.membersChanged(current, decided);
        if (decided.hasRemoved(self)) {
            removed.complete(null);
        }
    }

    void removedBy(MemberId says) {
        LOG.warn("member {} says that this member, {}, was removed from the cluster", says, self);
        removed.complete(null);
    }

    void disownedBy(MemberId says) {
        LOG.warn("member {} remembers this member, {}, with another data directory", says, self);
        disowned.complete(says);
    }

    /** Completes once this member knows that it was removed for good. */
    CompletableFuture<Void> removed() {
        return removed;
    }

    /** Completes with the first that remembers this member with another storage. */
    CompletableFuture<MemberId> disowned() {
        return disowned;
    }
}
