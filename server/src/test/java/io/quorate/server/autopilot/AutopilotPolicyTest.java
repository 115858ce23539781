package io.quorate.server.autopilot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which policies make sense. */
class AutopilotPolicyTest {

    private static final Optional<Duration> TIME = Optional.of(Duration.ofSeconds(30));

    @Test
    void whatMakesNoSenseIsRefusedInOneSentence() {
        refused(Optional.of(Duration.ZERO), Optional.empty(), List.of(), false, "promote-learners-after is 0");
        refused(Optional.empty(), Optional.of(Duration.ZERO), List.of("e"), false, "replace-dead-after is 0");
        refused(Optional.empty(), TIME, List.of(), false, "replace-dead-after is set, and there are no spares");
        refused(Optional.empty(), Optional.empty(), List.of(), true, "balance-zones is set, and there are no spares");
        refused(Optional.empty(), Optional.empty(), List.of("e"), false, "nothing is to be done with them");
        refused(Optional.empty(), TIME, List.of("e", "f", "e"), false, "names e twice");
        refused(Optional.empty(), TIME, List.of(" "), false, "an empty name");
    }

    private static void refused(
            Optional<Duration> promote, Optional<Duration> replace, List<String> spares, boolean balance, String why) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new AutopilotPolicy(promote, replace, spares, balance))
                .withMessageContaining(why)
                .withMessageNotContaining("\n");
    }

    @Test
    void aMemberThatHasOnlyMissedSomeHeartbeatsIsNotDead() {
        AutopilotPolicy policy = new AutopilotPolicy(Optional.empty(), TIME, List.of("e"), false);
        assertThatCode(() -> policy.requireLongerThan(Duration.ofSeconds(30))).doesNotThrowAnyException();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> policy.requireLongerThan(Duration.ofSeconds(31)))
                .withMessageContaining("replace-dead-after is 30 s, less than --election-timeout (31 s)");
    }

    @Test
    void withoutAnythingToDoItIsOff() {
        assertThat(AutopilotPolicy.OFF.isOff()).isTrue();
        assertThat(new AutopilotPolicy(TIME, Optional.empty(), List.of("e"), false).isOff())
                .isFalse();
        assertThat(new AutopilotPolicy(Optional.empty(), Optional.empty(), List.of("e"), true).isOff())
                .isFalse();
    }
}
