package io.quorate.server.members;

import io.grpc.Status;
import io.quorate.core.CoreStatus;
import io.quorate.core.CoreStatus.FollowerStatus;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.server.wire.EtcdError;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;

/**
 * What a change of one member leads to, and whether it may be made: etcd's rules with {@code --strict-reconfig-check}, which is its
 * default. Nothing is allowed that leaves the cluster without a quorum of members that are there.
 *
 * @param status of the leader
 * @param started the members that have ever been started
 * @param connected the members that are known to be there now
 */
record MemberRules(CoreStatus status, Set<Long> started, Set<MemberId> connected) {

    /** A learner whose log is shorter than this part of the leader's is not ready to vote; etcd's figure. */
    private static final double READY_SHARE = 0.9;

    /** So many entries may be on their way to a learner that has all others. */
    private static final long UNDER_WAY = 3;

    /** As in etcd, so that no cluster is burdened with many that only take. */
    private static final int MAX_LEARNERS = 1;

    /**
     * The configuration that the change leads to.
     *
     * @throws io.grpc.StatusRuntimeException with etcd's error, where etcd has one, if it is refused
     */
    Configuration outcome(MemberChange change) {
        return switch (change) {
            case MemberChange.Add add -> add(add);
            case MemberChange.Remove remove -> remove(remove.member());
            case MemberChange.Update update -> update(update);
            case MemberChange.Promote promote -> promote(promote.member());
            case MemberChange.Prefer prefer -> prefer(prefer);
            case MemberChange.Together together -> new JointRules(this).outcome(together);
            case MemberChange.Step step -> outcome(step.change());
        };
    }

    private Configuration add(MemberChange.Add add) {
        Configuration present = status.configuration();
        if (!add.learner()) {
            requireStarted(present.voters(), 1);
            requireAllConnected();
        }
        requireNew(present, add);
        if (add.learner() && present.learners().size() >= MAX_LEARNERS) {
            throw EtcdError.TOO_MANY_LEARNERS.exception();
        }
        return add.learner() ? withLearner(present, add) : present.withVoter(add.member(), add.peerUrls());
    }

    static Configuration withLearner(Configuration present, MemberChange.Add add) {
        return add.witness()
                ? present.withWitnessLearner(add.member(), add.peerUrls())
                : present.withLearner(add.member(), add.peerUrls());
    }

    private Configuration remove(MemberId member) {
        Configuration present = status.configuration();
        requireMember(member);
        if (present.isVoter(member)) {
            SortedSet<MemberId> rest = present.without(member).voters();
            requireStarted(rest, 0);
            // Who does not answer is no loss; of the others, enough must stay.
            long answering = rest.stream().filter(connected::contains).count();
            if (connected.contains(member) && answering < quorum(rest.size())) {
                throw EtcdError.UNHEALTHY.exception();
            }
            // Witnesses alone decide nothing: none of them leads.
            boolean somebodyHoldsData =
                    rest.stream().anyMatch(voter -> connected.contains(voter) && !present.isWitness(voter));
            if (connected.contains(member) && !present.isWitness(member) && !rest.isEmpty() && !somebodyHoldsData) {
                throw EtcdError.UNHEALTHY.exception();
            }
        }
        return requireElectable(present.without(member));
    }

    private Configuration update(MemberChange.Update update) {
        requireMember(update.member());
        requireFree(status.configuration(), update.peerUrls(), update.member());
        return status.configuration().withAddresses(update.member(), update.peerUrls());
    }

    private Configuration promote(MemberId member) {
        Configuration present = status.configuration();
        requireMember(member);
        if (!present.learners().contains(member)) {
            throw EtcdError.MEMBER_NOT_LEARNER.exception();
        }
        requireReady(member);
        Configuration promoted = present.withPromoted(member);
        requireStarted(promoted.voters(), 0);
        return promoted;
    }

    /**
     * A learner that has so much of the log that it is of use as a voter. In a short log a tenth is less than what may be on its way:
     * the record of the very operation that promotes it, say.
     */
    void requireReady(MemberId learner) {
        boolean hasAllButTheLatest = reached(learner) > 0 && lag(learner) <= UNDER_WAY;
        if (!hasAllButTheLatest && reached(learner) < status.last().index() * READY_SHARE) {
            throw EtcdError.LEARNER_NOT_READY.exception();
        }
    }

    /** How many entries a member lacks of what the leader has. */
    long lag(MemberId member) {
        return status.last().index() - reached(member);
    }

    private long reached(MemberId member) {
        return follower(member).map(FollowerStatus::matchIndex).orElse(0L);
    }

    /** Nobody is, or ever was, a member by that id, and nobody is reached at these URLs. */
    static void requireNew(Configuration present, MemberChange.Add add) {
        requireFree(present, add.peerUrls(), add.member());
        if (present.isMember(add.member()) || present.removed().contains(add.member())) {
            throw EtcdError.MEMBER_EXISTS.exception();
        }
    }

    private Configuration prefer(MemberChange.Prefer prefer) {
        requireMember(prefer.member());
        return requireElectable(withPriority(status.configuration(), prefer));
    }

    /** The configuration in which a member has another priority. */
    static Configuration withPriority(Configuration present, MemberChange.Prefer prefer) {
        requirePriority(prefer.priority());
        requireNoWitness(present, prefer.member());
        Configuration outcome = present.withPriority(prefer.member(), prefer.priority());
        requireSecondLeader(present, outcome);
        return outcome;
    }

    /**
     * Beside a witness two voters with data tolerate the loss of one only if either may lead. Once the one is lost that may, the other cannot
     * be given a priority any more, since that takes a leader.
     */
    private static void requireSecondLeader(Configuration present, Configuration outcome) {
        boolean besideWitness = outcome.voters().stream().anyMatch(outcome::isWitness);
        List<MemberId> after = mayLead(outcome);
        if (besideWitness && after.size() == 1 && mayLead(present).size() > 1) {
            throw Status.FAILED_PRECONDITION
                    .withDescription("etcdserver: member " + after.getFirst()
                            + " alone would be left to lead, beside a witness, so that its loss would leave the cluster without a leader for"
                            + " good: leave another voter with data a priority above 0, 1 beside 2 for example")
                    .asRuntimeException();
        }
    }

    private static List<MemberId> mayLead(Configuration members) {
        return members.voters().stream()
                .filter(voter -> members.priority(voter) > 0)
                .toList();
    }

    private static void requirePriority(int priority) {
        if (priority < 0) {
            throw Status.INVALID_ARGUMENT
                    .withDescription("etcdserver: a member's priority is 0 or more, not " + priority)
                    .asRuntimeException();
        }
    }

    private static void requireNoWitness(Configuration present, MemberId preferred) {
        if (present.isWitness(preferred)) {
            throw Status.FAILED_PRECONDITION
                    .withDescription("etcdserver: member " + preferred
                            + " is a witness, which never leads: its priority is 0 and stays so")
                    .asRuntimeException();
        }
    }

    /** Without such a voter nobody could ever lead again, and so nothing be changed back. */
    static Configuration requireElectable(Configuration outcome) {
        if (!outcome.canHaveLeader()) {
            throw Status.FAILED_PRECONDITION
                    .withDescription(
                            "etcdserver: no voter would be left that may lead, as witnesses never do: give one with data a"
                                    + " priority above 0, or add one, first")
                    .asRuntimeException();
        }
        return outcome;
    }

    private void requireMember(MemberId member) {
        if (!status.configuration().isMember(member)) {
            throw EtcdError.MEMBER_NOT_FOUND.exception();
        }
    }

    /** No two members are reached by the same URL. */
    static void requireFree(Configuration present, List<String> urls, MemberId owner) {
        boolean taken = present.addresses().entrySet().stream()
                .filter(known -> !known.getKey().equals(owner))
                .anyMatch(known -> known.getValue().stream().anyMatch(urls::contains));
        if (taken) {
            throw EtcdError.PEER_URLS_EXIST.exception();
        }
    }

    /**
     * Of all that will vote, a quorum was started before. But a lone member may get a second one, which cannot have been: the two
     * need each other then.
     *
     * @param newcomers how many there will be besides {@code voters}, who were never started
     */
    void requireStarted(SortedSet<MemberId> voters, int newcomers) {
        long running =
                voters.stream().filter(voter -> started.contains(voter.value())).count();
        int all = voters.size() + newcomers;
        boolean second = newcomers == 1 && voters.size() == 1 && running == 1;
        if (all == 0 || (running < quorum(all) && !second)) {
            throw EtcdError.TOO_FEW_STARTED_MEMBERS.exception();
        }
    }

    private void requireAllConnected() {
        SortedSet<MemberId> voters = status.configuration().voters();
        if (!connected.containsAll(voters)) {
            throw EtcdError.UNHEALTHY.exception();
        }
    }

    private Optional<FollowerStatus> follower(MemberId member) {
        return status.followers().stream()
                .filter(follower -> follower.member().equals(member))
                .findFirst();
    }

    static int quorum(int voters) {
        return voters / 2 + 1;
    }
}
