package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.Abstention;
import io.quorate.core.CoreStatus;
import io.quorate.core.CoreStatus.FollowerStatus;
import io.quorate.core.EntryId;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** To whom a member that stops hands over: member 1 leads 2 and 3. */
class HandOverTest {

    private static final MemberId ONE = new MemberId(1);
    private static final MemberId TWO = new MemberId(2);
    private static final MemberId THREE = new MemberId(3);
    private static final Configuration MEMBERS = Configuration.of(Set.of(ONE, TWO, THREE));

    private static FollowerStatus follower(MemberId member, long matchIndex, boolean active) {
        return new FollowerStatus(member, "replicate", matchIndex, matchIndex + 1, active, 0);
    }

    private static Optional<MemberId> heir(RoleName role, Configuration members, FollowerStatus... followers) {
        return HandOver.heir(new CoreStatus(
                ONE,
                role,
                4,
                Optional.of(ONE),
                new EntryId(4, 10),
                10,
                10,
                10,
                EntryId.ORIGIN,
                members,
                false,
                false,
                Optional.<Abstention>empty(),
                List.of(followers)));
    }

    @Test
    void whoHasMostOfTheLogIsTheHeir() {
        assertThat(heir(RoleName.LEADER, MEMBERS, follower(TWO, 9, true), follower(THREE, 10, true)))
                .contains(THREE);
        assertThat(heir(RoleName.LEADER, MEMBERS, follower(TWO, 9, true), follower(THREE, 10, false)))
                .as("who is not there is none")
                .contains(TWO);
        assertThat(heir(RoleName.FOLLOWER, MEMBERS, follower(TWO, 9, true))).isEmpty();
    }

    @Test
    void whoNeverLeadsIsNoHeirAndOfEqualsThePreferredOneIs() {
        assertThat(heir(
                        RoleName.LEADER,
                        MEMBERS.withPriority(TWO, 0),
                        follower(TWO, 10, true),
                        follower(THREE, 8, true)))
                .contains(THREE);
        assertThat(heir(
                        RoleName.LEADER,
                        MEMBERS.withPriority(TWO, 5),
                        follower(TWO, 10, true),
                        follower(THREE, 10, true)))
                .contains(TWO);
        assertThat(heir(
                        RoleName.LEADER,
                        MEMBERS.without(THREE).withLearner(new MemberId(4), List.of()),
                        follower(new MemberId(4), 10, true)))
                .as("a learner does not lead")
                .isEmpty();
    }
}
