package io.quorate.core;

import io.quorate.core.quorum.MemberId;

/** Campaigns, and answers those who do (paper section 5.2, 5.4.1; thesis 4.2.3, 9.6). */
final class Election {

    private final NodeState node;
    private final Effects effects;
    private final RoleTransitions transitions;
    private final ElectionTimeouts timeouts;

    Election(NodeState node, Effects effects, RoleTransitions transitions, ElectionTimeouts timeouts) {
        this.node = node;
        this.effects = effects;
        this.transitions = transitions;
        this.timeouts = timeouts;
    }

    void tick(Follower follower) {
        boolean timedOut = follower.tick();
        // A voter without others has nobody to wait for: nobody leads it, and nobody else can.
        if ((timedOut || node.isLoneVoter()) && node.mayCampaign()) {
            preCampaign();
        } else if (timedOut && follower.leader().isPresent()) {
            transitions.leaderLost(follower);
        }
    }

    void tick(PreCandidate preCandidate) {
        if (preCandidate.ballots().tick()) {
            tryAgain();
        }
    }

    void tick(Candidate candidate) {
        if (candidate.ballots().tick()) {
            tryAgain();
        }
    }

    private void tryAgain() {
        if (node.mayCampaign()) {
            node.roundFailed();
            preCampaign();
        } else {
            transitions.roundLost();
        }
    }

    private void preCampaign() {
        PreCandidate preCandidate = transitions.toPreCandidate();
        Message request = new Message.PreVoteRequest(node.term() + 1, node.log().last());
        for (MemberId voter : node.configuration().allVoters()) {
            if (!voter.equals(node.self())) {
                effects.send(voter, request);
            }
        }
        count(preCandidate);
    }

    private void campaign(boolean leadershipTransfer) {
        Candidate candidate = transitions.toCandidate();
        // After the sync: when an answer comes, this member's own vote, which it counts already, is durable too.
        Message request = new Message.VoteRequest(node.term(), node.log().last(), leadershipTransfer);
        for (MemberId voter : node.configuration().allVoters()) {
            if (!voter.equals(node.self())) {
                effects.sendAfterSync(voter, request);
            }
        }
        count(candidate);
    }

    private void count(PreCandidate preCandidate) {
        switch (preCandidate.ballots().result(node.quorum())) {
            case WON -> campaign(false);
            case LOST -> transitions.roundLost();
            case PENDING -> {}
        }
    }

    private void count(Candidate candidate) {
        switch (candidate.ballots().result(node.quorum())) {
            case WON -> transitions.toLeader();
            case LOST -> transitions.roundLost();
            case PENDING -> {}
        }
    }

    /** It was measured which silence of the leader is suspicious: counts at once, for the wait that is under way too. */
    void handle(Event.ElectionTimeoutEstimated estimate) {
        if (timeouts.estimated(Math.max(estimate.ticks(), node.options().heartbeatTicks() + 1))
                && node.role() instanceof Follower follower
                && follower.leader().isPresent()) {
            follower.changeTimeout(timeouts.draw());
        }
    }

    /** A leader that has not heard from a quorum of voters for an election timeout leads nobody (thesis 6.2). */
    void checkQuorum(Leader leader) {
        // Here the whole time counts, whatever the followers have estimated: it is what all members know of each other.
        int timeoutTicks = node.options().electionTimeoutTicks();
        leader.followers().forEach(follower -> follower.tick(timeoutTicks));
        boolean quorumHeard = node.quorum()
                .isQuorum(member -> member.equals(node.self())
                        || leader.follower(member)
                                .filter(follower -> follower.heardWithin(timeoutTicks))
                                .isPresent());
        if (!quorumHeard) {
            transitions.stepDown();
        }
    }

    /**
     * Whether a leader was heard so recently that nobody may replace it (thesis 4.2.3): a member that was removed, or
     * cut off from the leader alone, must not depose it.
     */
    boolean leaderIsAlive() {
        return switch (node.role()) {
            case Follower follower ->
                follower.leader().isPresent() && follower.elapsedTicks() < timeouts.suspicionTicks();
            case PreCandidate preCandidate -> false;
            case Candidate candidate -> false;
            case Leader leader -> true;
        };
    }

    /**
     * Being asked changes nothing here. A member that is no voter in its own configuration grants all the same: it may
     * be the last to learn that it is one (corner case 6).
     */
    void handle(MemberId from, Message.PreVoteRequest request) {
        boolean termIsFree = request.term() > node.term()
                || (request.term() == node.term()
                        && (node.votedFor().isEmpty() || node.votedFor().get().equals(from)));
        // Where the disk hangs the vote itself could not follow.
        boolean granted = termIsFree
                && !leaderIsAlive()
                && !node.votingSuspended()
                && !node.diskHangs()
                && !hasPrecedenceOver(from, request)
                && request.last().isAtLeastAsUpToDateAs(node.log().last());
        effects.send(from, new Message.PreVoteResponse(granted ? request.term() : node.term(), granted));
    }

    /**
     * Whether this member asks for pre-votes itself, and comes before the other: were both granted, both would campaign,
     * and the votes would split. Equal logs are told apart by their members' priorities, and by their ids. Only in the first round: who has failed
     * once stands in nobody's way, for there may be members that only the other one reaches.
     */
    private boolean hasPrecedenceOver(MemberId from, Message.PreVoteRequest request) {
        return node.role() instanceof PreCandidate
                && node.failedRounds() == 0
                && request.last().equals(node.log().last())
                && comesBefore(from);
    }

    private boolean comesBefore(MemberId other) {
        int difference = Integer.compare(node.priority(), node.configuration().priority(other));
        return difference != 0 ? difference > 0 : node.self().compareTo(other) > 0;
    }

    /** A grant is for the term after this one; a refusal in this or an earlier term (a later one was adopted). */
    void handle(MemberId from, Message.PreVoteResponse response) {
        if (node.role() instanceof PreCandidate preCandidate
                && (!response.granted() || response.term() == node.term() + 1)) {
            preCandidate.ballots().record(from, response.granted());
            count(preCandidate);
        }
    }

    /** The request's term is the current one, adopted if need be, or an earlier one. */
    void handle(MemberId from, Message.VoteRequest request) {
        boolean granted = request.term() == node.term()
                && node.leader().isEmpty()
                && (node.votedFor().isEmpty() || node.votedFor().get().equals(from))
                && !node.votingSuspended()
                && request.last().isAtLeastAsUpToDateAs(node.log().last());
        if (granted) {
            node.voteFor(from);
            if (node.role() instanceof Follower follower) {
                follower.restartTimeout(timeouts.drawForCandidate());
            }
        }
        effects.sendAfterSync(from, new Message.VoteResponse(node.term(), granted));
    }

    void handle(MemberId from, Message.VoteResponse response) {
        if (node.role() instanceof Candidate candidate && response.term() == node.term()) {
            candidate.ballots().record(from, response.granted());
            count(candidate);
        }
    }

    /** The leader hands over: neither the pre-vote nor anyone's loyalty to it stands against it (thesis 3.10). */
    void handle(Message.TimeoutNow request) {
        if (request.term() == node.term() && node.role() instanceof Follower && node.mayCampaign()) {
            campaign(true);
        }
    }
}
