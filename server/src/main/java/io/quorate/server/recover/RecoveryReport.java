package io.quorate.server.recover;

import io.quorate.server.inspect.DataReport.Line;
import java.util.List;
import java.util.Optional;

/**
 * What is left of a cluster and what a recovery would make of it, as plain data for whoever shows it. Ids are in hexadecimal,
 * entries are named {@code term/index}.
 *
 * @param epoch the number of the cluster's epoch
 * @param survivors in the order of their directories
 * @param comparison what they say laid side by side
 * @param outlook empty if it is possible to go on from none of them
 */
public record RecoveryReport(
        String clusterId, int epoch, List<Member> survivors, List<Line> comparison, Optional<Outlook> outlook) {

    public RecoveryReport {
        survivors = List.copyOf(survivors);
        comparison = List.copyOf(comparison);
    }

    /**
     * A survivor.
     *
     * @param vote for whom it has voted in its term; empty for nobody
     * @param last the last entry of its log
     * @param committed up to which index it knows entries to be committed
     * @param snapshot at which entry its newest snapshot stands, if that is known to hold what was written
     * @param applied the index of the last entry that its store has applied; empty if there is no intact store, or if nothing
     *     tells whether that holds what was written, and it is not needed
     * @param intact whether its log is all that it ever acknowledged
     * @param stateAlone the index of the state that can be gone on from in place of its log; empty if there is none, or the log is intact
     * @param unfit why it is impossible to go on from its log
     * @param doubt why it is better not to
     */
    public record Member(
            String directory,
            String name,
            String memberId,
            long term,
            Optional<String> vote,
            String last,
            long committed,
            Optional<String> snapshot,
            Optional<Long> applied,
            Optional<Long> revision,
            Optional<String> digest,
            boolean intact,
            Optional<Long> stateAlone,
            Optional<String> unfit,
            Optional<String> doubt) {}

    /**
     * Another member than the best survivor, as that one knows it.
     *
     * @param name empty if it is not known
     * @param atHand whether it is a survivor, too
     */
    public record Other(String memberId, String name, boolean voter, List<String> peerUrls, boolean atHand) {

        public Other {
            peerUrls = List.copyOf(peerUrls);
        }
    }

    /**
     * What becomes of some entries.
     *
     * @param fate {@link Fate.Kind}, in small letters
     * @param name of the survivor in whose log they are
     */
    public record Entries(String fate, boolean kept, String name, long first, long last, String why) {}

    /**
     * What going on from the best survivor comes to.
     *
     * @param directory the best survivor's
     * @param certain up to which index its entries are known to be committed
     * @param voters how many there are as of its last entry
     * @param quorum how many of them make a quorum
     * @param votersAtHand how many are at hand and would vote
     * @param others by name
     * @param needed whether there is no quorum of those at hand
     * @param stateOnly whether it is the state that is gone on from, in place of a log that has lost something
     * @param unseenLoss whether entries can have been committed that none of them has
     * @param doubts what has to be accepted by force
     */
    public record Outlook(
            String directory,
            String name,
            String last,
            long certain,
            int voters,
            int quorum,
            int votersAtHand,
            boolean needed,
            boolean stateOnly,
            List<Other> others,
            List<Entries> entries,
            boolean unseenLoss,
            List<String> doubts) {

        public Outlook {
            others = List.copyOf(others);
            entries = List.copyOf(entries);
            doubts = List.copyOf(doubts);
        }
    }
}
