package io.quorate.engine;

import io.quorate.core.Abstention;
import io.quorate.core.CoreStatus;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells people, once each time, what keeps this member from leading that they may have to do something about. */
final class Abstentions {

    private static final Logger LOG = LoggerFactory.getLogger(Abstentions.class);

    /** So many election timeouts without a leader are more than an election takes. */
    private static final int PATIENCE_TIMEOUTS = 5;

    private final NodeOptions options;
    private final int patienceTicks;
    private boolean diskHangs;
    private boolean leaderless;
    private int ticksWithoutLeader;

    Abstentions(NodeOptions options) {
        this.options = options;
        this.patienceTicks =
                PATIENCE_TIMEOUTS * options.timing().ticks(options.timing().electionTimeout());
    }

    /** To be told on each tick. */
    void observe(CoreStatus status) {
        observeDisk(status);
        observeLeader(status);
    }

    /** A cluster may wait for a leader because only such members have what is committed as are never to lead, or must not vote. */
    private void observeLeader(CoreStatus status) {
        boolean neverLeads = status.abstention().equals(Optional.of(Abstention.PRIORITY_ZERO));
        boolean waits = status.leader().isEmpty() && (neverLeads || status.votingSuspended());
        ticksWithoutLeader = waits ? ticksWithoutLeader + 1 : 0;
        if (ticksWithoutLeader == patienceTicks) {
            tellWhatItWaitsFor(status);
            leaderless = true;
        } else if (leaderless && status.leader().isPresent()) {
            LOG.info(
                    "the cluster has a leader again: member {}", status.leader().get());
            leaderless = false;
        }
    }

    private void tellWhatItWaitsFor(CoreStatus status) {
        if (status.votingSuspended()) {
            LOG.warn(
                    "the cluster has no leader, and member {} does not vote since its log has lost something: most of the voters {} must"
                            + " come without it; if most of them are like this one nobody will lead, and 'quorate recover' tells what"
                            + " their data directories can be gone on with",
                    options.self(),
                    status.configuration().allVoters());
        } else {
            LOG.warn(
                    "the cluster has no leader, and member {} does not campaign since its priority is 0: one of the members {}"
                            + " must come whose log is as long as this one's, which ends at {}",
                    options.self(),
                    status.configuration().allVoters().stream()
                            .filter(voter -> status.configuration().priority(voter) > 0)
                            .toList(),
                    status.last());
        }
    }

    private void observeDisk(CoreStatus status) {
        boolean hangs = status.abstention().equals(Optional.of(Abstention.DISK_HANGS));
        if (hangs && !diskHangs) {
            LOG.warn(
                    "the disk of member {} has completed no write for {} ms: until it does, the member neither leads nor"
                            + " campaigns, and its votes and acknowledgements wait",
                    options.self(),
                    options.timing().electionTimeout().toMillis());
        } else if (!hangs && diskHangs) {
            LOG.info("the disk of member {} completes writes again", options.self());
        }
        diskHangs = hangs;
    }
}
