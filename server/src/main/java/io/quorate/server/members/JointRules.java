package io.quorate.server.members;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.server.operations.ClusterHealth;
import io.quorate.server.operations.Preflight;
import io.quorate.server.wire.EtcdError;
import java.util.Optional;
import java.util.SortedSet;

/**
 * What several changes as one lead to, and whether they may be made. etcd has no such change, so these are rules of our own: whoever
 * is to vote has learned the log before, and of both the old voters and the new ones a quorum is there, since the joint change needs
 * both (paper section 6).
 */
record JointRules(MemberRules facts) {

    /** Members that only take burden the leader, but several may be brought in at once. */
    static final int MAX_LEARNERS = 8;

    /** Whoever is to vote lacks no more entries than this. */
    static final long MAX_LAG = ClusterHealth.MAX_LAG;

    /**
     * The configuration that the changes lead to.
     *
     * @throws StatusRuntimeException if they are refused
     */
    Configuration outcome(MemberChange.Together together) {
        Configuration present = facts.status().configuration();
        if (!present.voters().equals(together.expectedVoters())
                || !present.learners().equals(together.expectedLearners())) {
            throw refusal(
                    "the members are not those any more that this change was made for; look at them and make it anew");
        }
        Configuration target = present;
        for (MemberChange.OfOne change : together.changes()) {
            target = after(target, change);
        }
        requireEnough(present.voters(), target.voters());
        return MemberRules.requireElectable(target);
    }

    private Configuration after(Configuration before, MemberChange.OfOne change) {
        return switch (change) {
            case MemberChange.Add add -> {
                MemberRules.requireNew(before, add);
                if (!add.learner()) {
                    throw refusal("a new member begins as a learner, so that it has the log before it votes");
                }
                if (before.learners().size() >= MAX_LEARNERS) {
                    throw EtcdError.TOO_MANY_LEARNERS.exception();
                }
                yield MemberRules.withLearner(before, add);
            }
            case MemberChange.Remove remove -> {
                requireMember(before, remove.member());
                yield before.without(remove.member());
            }
            case MemberChange.Update update -> {
                requireMember(before, update.member());
                MemberRules.requireFree(before, update.peerUrls(), update.member());
                yield before.withAddresses(update.member(), update.peerUrls());
            }
            case MemberChange.Promote promote -> {
                requireMember(before, promote.member());
                if (!before.learners().contains(promote.member())) {
                    throw EtcdError.MEMBER_NOT_LEARNER.exception();
                }
                facts.requireReady(promote.member());
                requireNearlyAll(promote.member());
                yield before.withPromoted(promote.member());
            }
            case MemberChange.Prefer prefer -> {
                requireMember(before, prefer.member());
                yield MemberRules.withPriority(before, prefer);
            }
        };
    }

    /** Of several new voters at once each may be needed for a quorum, and none is of use to it before it has the log. */
    private void requireNearlyAll(MemberId learner) {
        if (facts.lag(learner) > MAX_LAG) {
            throw EtcdError.LEARNER_NOT_READY.exception();
        }
    }

    private static void requireMember(Configuration before, MemberId member) {
        if (!before.isMember(member)) {
            throw EtcdError.MEMBER_NOT_FOUND.exception();
        }
    }

    private void requireEnough(SortedSet<MemberId> before, SortedSet<MemberId> after) {
        if (before.equals(after)) {
            return;
        }
        Optional<String> tooFew = Preflight.tooFewAtOnce(before.size(), after.size());
        if (tooFew.isPresent()) {
            throw refusal(tooFew.get());
        }
        facts.requireStarted(after, 0);
        if (answering(before) < MemberRules.quorum(before.size())
                || answering(after) < MemberRules.quorum(after.size())) {
            throw EtcdError.UNHEALTHY.exception();
        }
        requireDataAmong(before);
        requireDataAmong(after);
    }

    /** Of both halves of the joint change somebody that holds data is there, be it that the witnesses would be a quorum. */
    private void requireDataAmong(SortedSet<MemberId> voters) {
        boolean somebody = voters.stream()
                .anyMatch(voter -> facts.connected().contains(voter)
                        && !facts.status().configuration().isWitness(voter));
        if (!somebody) {
            throw EtcdError.UNHEALTHY.exception();
        }
    }

    private long answering(SortedSet<MemberId> voters) {
        return voters.stream().filter(facts.connected()::contains).count();
    }

    private static StatusRuntimeException refusal(String why) {
        return Status.FAILED_PRECONDITION.withDescription("etcdserver: " + why).asRuntimeException();
    }
}
