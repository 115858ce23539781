package io.quorate.core;

import io.quorate.core.EntryBatch.ConfigurationEntry;
import io.quorate.core.EntryBatch.TermRun;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.core.quorum.Quorum;
import java.util.Optional;

/** The state of one member (paper figure 2), which the duties share. */
final class NodeState {

    private final CoreOptions options;
    private SendBounds sendBounds;

    /** Whoever leads while this member does: asked at every step. */
    private final Optional<MemberId> selfAsLeader;

    private final LogTerms log;
    private final ConfigurationHistory configurations;
    private SnapshotMeta snapshot;
    private long term;
    private Optional<MemberId> votedFor;
    private long commitIndex;
    private boolean hardStateUnsaved;
    private long appliedIndex;
    private long applyRequestedIndex;
    private Suspension suspension;
    private boolean leadershipBarred;
    private boolean installingSnapshot;
    private boolean stateMissing;
    private final RefusedSnapshots refusedSnapshots;
    private final DurableProgress durableProgress = new DurableProgress();
    private int failedRounds;
    private Role role;

    NodeState(CoreOptions options, RestoredState restored) {
        this.options = options;
        sendBounds = options.sendBounds();
        selfAsLeader = Optional.of(options.self());
        snapshot = restored.snapshot();
        log = new LogTerms(snapshot.last(), restored.entries());
        configurations = new ConfigurationHistory(snapshot, restored.entries().configurations());
        suspension = restored.suspension();
        stateMissing = restored.stateMissing();
        refusedSnapshots = restored.refused();
        votedFor = restored.hardState().votedFor();
        term = restored.hardState().term();
        appliedIndex = Math.max(restored.appliedIndex(), snapshot.last().index());
        applyRequestedIndex = appliedIndex;
        role = new Follower(Optional.empty(), 0, options.electionTimeoutTicks());
        long committed = Math.max(restored.hardState().commitIndex(), appliedIndex);
        // A damaged log may lack what it had: that is what the repair is for. Any other log must have it.
        BrokenInvariantException.require(
                votingSuspended() || committed <= log.lastIndex(),
                () -> "the log ends at " + log.lastIndex() + " though entries up to " + committed + " were committed");
        BrokenInvariantException.require(
                term >= log.lastTerm(),
                () -> "the log ends in term " + log.lastTerm() + ", after the saved term " + term);
        commitIndex = Math.min(committed, log.lastIndex());
    }

    CoreOptions options() {
        return options;
    }

    SendBounds sendBounds() {
        return sendBounds;
    }

    void sendBounds(SendBounds bounds) {
        sendBounds = bounds.atMost(options.sendBounds());
    }

    MemberId self() {
        return options.self();
    }

    LogTerms log() {
        return log;
    }

    // --- term and vote

    long term() {
        return term;
    }

    Optional<MemberId> votedFor() {
        return votedFor;
    }

    /** Enters a later term, in which nobody has got the vote yet. Within a term the vote is never taken back. */
    void enterTerm(long newTerm) {
        BrokenInvariantException.require(newTerm > term, () -> "term " + newTerm + " does not follow " + term);
        term = newTerm;
        votedFor = Optional.empty();
        hardStateUnsaved = true;
    }

    void voteFor(MemberId candidate) {
        BrokenInvariantException.require(
                votedFor.isEmpty() || votedFor.get().equals(candidate), () -> "a second vote in term " + term);
        if (votedFor.isEmpty()) {
            votedFor = Optional.of(candidate);
            hardStateUnsaved = true;
        }
    }

    /** Whether term or vote changed since {@link #takeHardState}. A new commit index alone is not worth a write. */
    boolean hardStateUnsaved() {
        return hardStateUnsaved;
    }

    HardState takeHardState() {
        hardStateUnsaved = false;
        durableProgress.hardStateAsked();
        return new HardState(term, votedFor, commitIndex);
    }

    // --- role

    Role role() {
        return role;
    }

    void role(Role newRole) {
        role = newRole;
    }

    /** The leader of the current term, if it is known. */
    Optional<MemberId> leader() {
        return switch (role) {
            case Follower follower -> follower.leader();
            case PreCandidate preCandidate -> Optional.empty();
            case Candidate candidate -> Optional.empty();
            case Leader leader -> selfAsLeader;
        };
    }

    /** Rounds of pre-votes or votes in a row that nobody is known to have won. */
    int failedRounds() {
        return failedRounds;
    }

    void roundFailed() {
        failedRounds++;
    }

    void leaderIsKnown() {
        failedRounds = 0;
    }

    /** The log was damaged: this member must not vote, nor campaign, until it has caught up. */
    boolean votingSuspended() {
        return suspension != Suspension.NONE;
    }

    /** It may have promised more than it knows of: it must not acknowledge anything either, to nobody knows which leader. */
    boolean promisesLost() {
        return suspension == Suspension.PROMISES_LOST;
    }

    void suspendVoting() {
        suspension = Suspension.PROMISES_LOST;
    }

    /** Whatever it had promised does no harm any more; and in this term its vote is the leader's. */
    void promisesAreHarmless(MemberId leader) {
        suspension = Suspension.ENTRIES_LOST;
        if (votedFor.isEmpty()) {
            voteFor(leader);
        }
    }

    void resumeVoting() {
        suspension = Suspension.NONE;
    }

    /** The application does not want it to lead. */
    boolean leadershipBarred() {
        return leadershipBarred;
    }

    void barLeadership(boolean barred) {
        leadershipBarred = barred;
    }

    /** What this member's disk has completed of what it was asked to write. */
    DurableProgress durableProgress() {
        return durableProgress;
    }

    /** Ticks for which the disk has completed nothing though it was to write something. */
    int diskSilentTicks() {
        return durableProgress.silentTicks();
    }

    /** Whether the disk has done nothing for an election timeout: no vote of this member can become durable. */
    boolean diskHangs() {
        return diskSilentTicks() >= options.electionTimeoutTicks();
    }

    /** Whether it may try to lead. */
    boolean mayCampaign() {
        return abstention().isEmpty();
    }

    /** Why it may not try to lead, if so. */
    Optional<Abstention> abstention() {
        if (isWitness(self())) {
            return Optional.of(Abstention.WITNESS);
        } else if (!isVoterAsFarAsKnown()) {
            return Optional.of(Abstention.NO_VOTER);
        } else if (votingSuspended()) {
            return Optional.of(Abstention.VOTING_SUSPENDED);
        } else if (stateMissing) {
            return Optional.of(Abstention.STATE_MISSING);
        } else if (installingSnapshot) {
            return Optional.of(Abstention.INSTALLING_SNAPSHOT);
        } else if (leadershipBarred) {
            return Optional.of(Abstention.BARRED);
        } else if (hasPriorityZero()) {
            return Optional.of(Abstention.PRIORITY_ZERO);
        }
        return diskHangs() ? Optional.of(Abstention.DISK_HANGS) : Optional.empty();
    }

    /**
     * A voter that is about to be removed may campaign as long as it does not know the change to be committed: it may be the
     * only one whose log is long enough (thesis 4.2.2). Its own vote counts as far as the configuration says.
     */
    private boolean isVoterAsFarAsKnown() {
        return configuration().isVoter(self())
                || (configurations.currentIndex() > commitIndex
                        && configurations.at(commitIndex).configuration().isVoter(self()));
    }

    // --- log and configuration

    Configuration configuration() {
        return configurations.current();
    }

    ConfigurationHistory configurations() {
        return configurations;
    }

    /**
     * Whether a member is a witness in the configuration in force or, as one that is about to be removed, in the latest that is
     * known to be committed. Nobody becomes one or ceases to be one while it is a member, so whoever is none by either, and a
     * member by one of them, is none.
     */
    boolean isWitness(MemberId member) {
        return configurations.anyWitnesses()
                && (configuration().isWitness(member)
                        || configurations.at(commitIndex).configuration().isWitness(member));
    }

    /** This member's priority, in the configuration in force. */
    int priority() {
        return configuration().priority(self());
    }

    /**
     * Whether it never leads. As long as that is not known to be committed it may: else an entry that is about to be lost could
     * keep the only one from leading that has what is committed.
     */
    private boolean hasPriorityZero() {
        return priority() == 0 && configurations.at(commitIndex).configuration().priority(self()) == 0;
    }

    /** Whether no other voter is to lead rather than this member. */
    boolean hasHighestPriority() {
        return priority() >= configuration().highestPriority();
    }

    Quorum quorum() {
        return configurations.quorum();
    }

    /** Whether this member decides everything alone. */
    boolean isLoneVoter() {
        return quorum().isQuorum(self()::equals);
    }

    void append(TermRun run) {
        log.append(run.term(), run.lastIndex());
    }

    void append(ConfigurationEntry entry) {
        configurations.append(entry);
    }

    /** Drops the tail, from this index on, and the configurations in it. What is committed can never be dropped. */
    void truncateFrom(long index) {
        BrokenInvariantException.require(
                index > commitIndex, () -> "truncation from " + index + " though committed up to " + commitIndex);
        log.truncateFrom(index);
        configurations.truncateFrom(index);
    }

    /** The latest snapshot. The log may still hold some of the entries that it covers. */
    SnapshotMeta snapshot() {
        return snapshot;
    }

    void snapshotTaken(SnapshotMeta taken) {
        snapshot = taken;
    }

    void compactTo(long index) {
        log.compactTo(index);
        configurations.compactTo(index);
    }

    // --- commit and apply

    long commitIndex() {
        return commitIndex;
    }

    /** Returns whether this is news. */
    boolean commitTo(long index) {
        if (index <= commitIndex) {
            return false;
        }
        BrokenInvariantException.require(
                index <= log.lastIndex(), () -> "commit of " + index + " though the log ends at " + log.lastIndex());
        commitIndex = index;
        return true;
    }

    long appliedIndex() {
        return appliedIndex;
    }

    void applied(long index) {
        BrokenInvariantException.require(
                index <= applyRequestedIndex, () -> "applied up to " + index + ", asked for " + applyRequestedIndex);
        appliedIndex = Math.max(appliedIndex, index);
    }

    /** There is no state to apply anything to: a snapshot of the leader must come first. */
    boolean stateMissing() {
        return stateMissing;
    }

    /** Those that came for the missing state before this start and could not be installed. */
    RefusedSnapshots refusedSnapshots() {
        return refusedSnapshots;
    }

    /** Whether a snapshot is wanted for its state, although the log may have all that it covers. */
    boolean lacksStateOf(SnapshotMeta offered) {
        return stateMissing && offered.last().index() >= log.start().index();
    }

    /** What is committed and durable here, and was not yet handed to the state machine: up to where, or 0. */
    long takeApplicable() {
        if (!hasApplicable()) {
            return 0;
        }
        applyRequestedIndex = Math.min(commitIndex, log.syncedIndex());
        return applyRequestedIndex;
    }

    boolean hasApplicable() {
        return Math.min(commitIndex, log.syncedIndex()) > applyRequestedIndex && !installingSnapshot && !stateMissing;
    }

    // --- snapshot installation

    /** Between InstallSnapshot and SnapshotInstalled the log on disk is about to change: nothing is appended. */
    boolean installingSnapshot() {
        return installingSnapshot;
    }

    void installationBegins() {
        installingSnapshot = true;
    }

    void installed(SnapshotMeta installed, boolean keepTail) {
        installingSnapshot = false;
        stateMissing = false;
        snapshot = installed;
        configurations.install(installed, keepTail);
        if (keepTail) {
            log.compactTo(installed.last().index());
        } else {
            log.resetTo(installed.last());
        }
        long index = installed.last().index();
        commitIndex = Math.max(commitIndex, index);
        appliedIndex = Math.max(appliedIndex, index);
        applyRequestedIndex = Math.max(applyRequestedIndex, index);
    }
}
