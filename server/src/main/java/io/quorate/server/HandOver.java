package io.quorate.server;

import io.quorate.core.CoreStatus;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.RaftNode;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands leadership to somebody fit before a member stops or opens its data anew: that spares the others the wait for an election
 * timeout, and where it fails they elect one by themselves.
 */
final class HandOver {

    private static final Logger LOG = LoggerFactory.getLogger(HandOver.class);

    /** It takes some round trips; waiting longer for it than this part of an election gains nothing. */
    private static final int ELECTION_SHARE = 4;

    private HandOver() {}

    /** Blocks until another member leads, or that has failed; does nothing at a member that does not lead. */
    static void of(RaftNode<?> node, Duration electionTimeout) {
        Optional<MemberId> heir = heir(node.status());
        if (heir.isEmpty()) {
            return;
        }
        try {
            node.transferLeadership(heir.get()).get(electionTimeout.toMillis() / ELECTION_SHARE, TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            LOG.info("leadership was not handed to member {}: {}", heir.get(), e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Of the voters that are there and may lead, the one that has most of the log; of equals, the one that is to lead rather. */
    static Optional<MemberId> heir(CoreStatus status) {
        if (status.role() != RoleName.LEADER) {
            return Optional.empty();
        }
        return status.followers().stream()
                .filter(follower -> follower.recentlyActive()
                        && !follower.state().equals(CoreStatus.FollowerStatus.SNAPSHOT)
                        && status.configuration().voters().contains(follower.member())
                        && status.configuration().priority(follower.member()) > 0)
                .max(Comparator.comparingLong(CoreStatus.FollowerStatus::matchIndex)
                        .thenComparingInt(follower -> status.configuration().priority(follower.member())))
                .map(CoreStatus.FollowerStatus::member);
    }
}
