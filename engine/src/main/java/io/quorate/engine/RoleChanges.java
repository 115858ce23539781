package io.quorate.engine;

import io.quorate.core.Effect;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.MemberId;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What follows from it that this member has another role, or knows another leader, for those who wait for either. */
final class RoleChanges<R> {

    private static final Logger LOG = LoggerFactory.getLogger(RoleChanges.class);

    private final MemberId self;
    private final EngineMetrics metrics;
    private final ProposalIntake<R> intake;
    private final MembershipChanges membership;
    private final LeaderQuestions questions;
    private Optional<MemberId> leader = Optional.empty();

    RoleChanges(
            MemberId self,
            EngineMetrics metrics,
            ProposalIntake<R> intake,
            MembershipChanges membership,
            LeaderQuestions questions) {
        this.self = self;
        this.metrics = metrics;
        this.intake = intake;
        this.membership = membership;
        this.questions = questions;
    }

    /** To be told of each change, in order. */
    void changed(Effect.RoleChanged changed) {
        LOG.info(
                "member {} is {} in term {}, leader {}",
                self,
                changed.role(),
                changed.term(),
                changed.leader().map(MemberId::toString).orElse("none"));
        if (!changed.leader().equals(leader)) {
            leader = changed.leader();
            metrics.leaderChanged(leader, changed.term());
        }
        metrics.roleChanged(changed.role(), changed.term());
        if (changed.role() == RoleName.LEADER) {
            intake.leads(changed.term());
        } else {
            membership.leadershipLost();
        }
        intake.leaderChanged(leader, changed.term());
        questions.leaderChanged(leader);
        if (leader.isPresent()) {
            intake.retryWaiting();
        }
    }
}
