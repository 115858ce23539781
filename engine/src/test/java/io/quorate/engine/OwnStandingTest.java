package io.quorate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.PeerFrame;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** When a member takes itself for removed. */
class OwnStandingTest {

    private static final MemberId SELF = new MemberId(1);
    private static final MemberId OTHER = new MemberId(2);
    private static final Configuration BOTH = Configuration.of(Set.of(SELF, OTHER));

    private final OwnStanding standing = new OwnStanding(SELF);

    /** For those who only ask what a member makes of its own log. */
    private static final class NoNetwork implements Network {

        @Override
        public void send(MemberId to, PeerFrame frame) {}

        @Override
        public void flush() {}

        @Override
        public void membersChanged(Configuration current, Configuration committed) {}

        @Override
        public void close() {}
    }

    private boolean isRemovedBy(Configuration current, Configuration decided) {
        standing.tell(new NoNetwork(), current, decided);
        return standing.removed().isDone();
    }

    @Test
    void whatIsNotCommittedRemovesNobody() {
        assertThat(isRemovedBy(BOTH.without(SELF), BOTH)).isFalse();
        assertThat(isRemovedBy(BOTH.without(SELF), BOTH.without(SELF))).isTrue();
    }

    /** It may lead, and is to commit what settles the joint configuration. */
    @Test
    void aMemberThatAJointConfigurationTakesOutIsOneUntilThatIsSettled() {
        Configuration joint = BOTH.without(SELF).jointFrom(BOTH);

        assertThat(isRemovedBy(joint, BOTH)).isFalse();
        assertThat(isRemovedBy(joint, joint)).isFalse();
        assertThat(isRemovedBy(joint.settled(), joint)).isFalse();
        assertThat(isRemovedBy(joint.settled(), joint.settled())).isTrue();
    }

    @Test
    void whoWasNeverAMemberIsNotRemoved() {
        Configuration other = Configuration.of(Set.of(OTHER));

        assertThat(isRemovedBy(other, other)).isFalse();
    }
}
