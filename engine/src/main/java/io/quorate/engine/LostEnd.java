package io.quorate.engine;

import io.quorate.core.Suspension;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.DataDirectory;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.log.RaftLog;
import io.quorate.engine.log.RecoveredLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log that has lost its end without a trace: a last write that was damaged looks torn, and a file that is gone leaves nothing. The state
 * gives it away, since only what is durable in the log is ever applied, and a log that begins at a snapshot does so durably before the
 * state is that of the snapshot.
 *
 * <p>So it must be looked for before anything is done to the log or to the state: a snapshot that the member took itself would pass for
 * one that it has received and that covers what is lost, and the state is about to be another one.
 */
final class LostEnd {

    private static final Logger LOG = LoggerFactory.getLogger(LostEnd.class);

    private LostEnd() {}

    /**
     * Whether the log has lost acknowledged entries, votes among them perhaps, and nothing says so yet: that it is damaged says something
     * else, if the state has more than the log had before that damage.
     */
    static boolean isUnnoticed(RecoveredLog recovered, long durableIndexOfState) {
        return switch (recovered.log().suspension()) {
            case NONE -> durableIndexOfState > recovered.log().lastId().index();
            case ENTRIES_LOST ->
                recovered
                        .gap()
                        .filter(gap -> durableIndexOfState > gap.last().index())
                        .isPresent();
            case PROMISES_LOST -> false;
        };
    }

    /** What says that there was more, for {@link #note}. */
    static String knownByState(long durableIndexOfState) {
        return "the state has applied entry " + durableIndexOfState;
    }

    /** The same, of a witness. */
    static String knownBySnapshot(long snapshotIndex) {
        return "its newest snapshot is of entry " + snapshotIndex;
    }

    /**
     * Has the log suspend voting. The caller makes that durable before it touches the state.
     *
     * @param known what says that there was more, as a part of a sentence
     * @throws DataDirectoryException if nobody else may have what is lost; nothing is changed then
     */
    static void note(RecoveredLog recovered, String known, DataDirectory directory) throws DataDirectoryException {
        RaftLog log = recovered.log();
        long last = log.lastId().index();
        long end = recovered.gap().map(gap -> gap.last().index()).orElse(last);
        String found = "the log ends at " + end + ", and " + known + ", so that what the log had acknowledged is lost";
        if (!othersMayHaveIt(log.snapshotMetaAt(last).configuration(), directory)) {
            throw new DataDirectoryException(
                    "In data directory " + directory.disk() + " " + found
                            + ". As far as the rest of the log tells, there is no other member to get it from: restore the member from a"
                            + " backup; or, if its cluster has other members by now, remove it there, and add it anew with an empty directory.");
        }
        LOG.warn(
                "In data directory {} {}, and votes perhaps: this member takes nothing from a leader until most of the voters have committed"
                        + " something without it, and does not vote until it has that.",
                directory.disk(),
                found);
        log.suspendVoting(Suspension.PROMISES_LOST);
    }

    /** Whether there may be others that have what this member has lost. */
    static boolean othersMayHaveIt(Configuration configuration, DataDirectory directory) {
        MemberId self = directory.identity().member();
        return configuration.allVoters().stream().anyMatch(voter -> !voter.equals(self));
    }
}
