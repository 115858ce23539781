package io.quorate.core;

import io.quorate.core.quorum.MemberId;
import java.util.Optional;

/**
 * The only place where a member changes its role.
 *
 * <pre>
 *  from          to             when                                                        term    vote
 *  ------------  -------------  ----------------------------------------------------------  ------  --------
 *  Follower      PreCandidate   the election timeout elapsed, and it may campaign           same    same
 *  Follower      Follower       the election timeout elapsed, and it may not campaign       same    same
 *  Follower      Candidate      TimeoutNow: the leader hands over                           + 1     itself
 *  Follower      Follower       another leader, or a later term                             later   none
 *  PreCandidate  Candidate      a quorum would vote for it                                  + 1     itself
 *  PreCandidate  PreCandidate   the round's time is over                                    same    same
 *  PreCandidate  Follower       the round is lost                                           same    same
 *  Candidate     Leader         a quorum voted for it                                       same    same
 *  Candidate     PreCandidate   the round's time is over                                    same    same
 *  Candidate     Follower       the round is lost                                           same    same
 *  Leader        Follower       no quorum was heard for an election timeout                 same    same
 *  Leader        Follower       its disk hangs, or the application bars it                  same    same
 *  Leader        Follower       the configuration without it is committed                   same    same
 *  any           Follower       a message of a later term                                   later   none
 *  PreCandidate,
 *  Candidate     Follower       a message of the leader of its term                         same    same
 * </pre>
 *
 * Whoever stays in its term keeps its vote (corner case 2).
 */
final class RoleTransitions {

    private final NodeState node;
    private final Effects effects;
    private final ElectionTimeouts timeouts;
    private final LogSizes sizes;
    private final LinearizableReads reads;
    private final LeadershipTransfer transfer;

    RoleTransitions(
            NodeState node,
            Effects effects,
            ElectionTimeouts timeouts,
            LogSizes sizes,
            LinearizableReads reads,
            LeadershipTransfer transfer) {
        this.node = node;
        this.effects = effects;
        this.timeouts = timeouts;
        this.sizes = sizes;
        this.reads = reads;
        this.transfer = transfer;
    }

    /** A message of {@code leader}, which leads {@code term}, has come. */
    void follow(long term, MemberId leader) {
        if (node.role() instanceof Follower follower && term == node.term()) {
            if (follower.leader().isPresent()) {
                requireOneLeader(follower.leader().get(), leader);
                follower.heardFromLeader();
                return;
            }
        }
        BrokenInvariantException.require(
                term > node.term() || !(node.role() instanceof Leader), () -> "another member leads term " + term);
        enter(term);
        become(new Follower(Optional.of(leader), 0, timeouts.draw()));
    }

    private void requireOneLeader(MemberId known, MemberId leader) {
        if (!known.equals(leader)) {
            throw new BrokenInvariantException(known + " and " + leader + " both lead term " + node.term());
        }
    }

    /**
     * A later term exists; who leads it is not known. Only members that led or campaigned begin a new wait: a follower
     * that refuses its vote must not put its own campaign off for it, since it may be the only one who can win.
     */
    void adopt(long term) {
        switch (node.role()) {
            case Follower follower -> {
                enter(term);
                become(
                        follower.leader().isPresent()
                                ? new Follower(Optional.empty(), follower.elapsedTicks(), timeouts.draw())
                                : follower);
            }
            case Leader leader -> {
                enter(term);
                become(new Follower(Optional.empty(), 0, timeouts.draw()));
            }
            case PreCandidate preCandidate -> {
                enter(term);
                roundLost();
            }
            case Candidate candidate -> {
                enter(term);
                roundLost();
            }
        }
    }

    /** The round cannot be won any more: waits, to try again. */
    void roundLost() {
        node.roundFailed();
        become(new Follower(Optional.empty(), 0, timeouts.drawRetry(node.failedRounds())));
    }

    /** The leader has lost touch with its followers, is not to lead any more, or no voter. */
    void stepDown() {
        become(new Follower(Optional.empty(), 0, timeouts.draw()));
    }

    /** Whoever may not campaign must not take a leader that is gone for one that leads: it would wait for it for ever. */
    void leaderLost(Follower follower) {
        become(new Follower(Optional.empty(), follower.elapsedTicks(), timeouts.draw()));
    }

    PreCandidate toPreCandidate() {
        PreCandidate preCandidate = new PreCandidate(newRound());
        become(preCandidate);
        return preCandidate;
    }

    Candidate toCandidate() {
        node.enterTerm(node.term() + 1);
        node.voteFor(node.self());
        Candidate candidate = new Candidate(newRound());
        become(candidate);
        return candidate;
    }

    private Ballots newRound() {
        return new Ballots(node.self(), timeouts.drawRound(node.failedRounds()));
    }

    /** Begins to lead, with an empty entry: earlier terms' entries are committed by it alone (paper section 5.4.2). */
    void toLeader() {
        long last = node.log().lastIndex();
        long uncommittedBytes = last > node.commitIndex() ? sizes.bytes(node.commitIndex() + 1, last) : 0;
        Leader leader = new Leader(last + 1, !node.isLoneVoter(), uncommittedBytes);
        for (MemberId member : node.configuration().members()) {
            if (!member.equals(node.self())) {
                leader.add(new FollowerProgress(member, last + 1, node.options().maxInflightMessages()));
            }
        }
        become(leader);
        EntryId first = new EntryId(node.term(), last + 1);
        node.log().append(first.term(), first.index());
        effects.add(new Effect.AppendNoOp(first));
    }

    private void enter(long term) {
        if (term > node.term()) {
            node.enterTerm(term);
        }
    }

    private void become(Role next) {
        if (node.role() instanceof Leader old) {
            reads.leadershipLost(old);
        }
        node.role(next);
        if (node.leader().isPresent()) {
            node.leaderIsKnown();
        }
        reads.leaderChanged();
        transfer.roleChanged();
    }
}
