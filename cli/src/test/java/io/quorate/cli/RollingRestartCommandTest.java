package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.server.operations.ClusterHealth;
import io.quorate.server.operations.MemberHealth;
import io.quorate.server.operations.MemberHealth.Told;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What a member that has restarted still lacks, by what the members tell. */
class RollingRestartCommandTest {

    private static MemberHealth member(long id, Optional<Long> leader, long appliedIndex, boolean sound) {
        return new MemberHealth(
                id,
                "node" + id,
                false,
                Optional.of(new Told(
                        leader, 5, 100, 100, appliedIndex, sound, "", List.of(), 1, 1, "3.4.23", false, Map.of())));
    }

    private static Optional<String> missing(MemberHealth restarted, Optional<Long> leader) {
        ClusterHealth health =
                new ClusterHealth(List.of(member(1, leader, 100, true), member(2, leader, 100, true), restarted));
        return RollingRestartCommand.missing(health, 3, 100);
    }

    @Test
    void oneThatIsThereAgainLacksNothing() {
        assertThat(missing(member(3, Optional.of(1L), 100, true), Optional.of(1L)))
                .isEmpty();
    }

    @Test
    void whatItLacksIsSaid() {
        Optional<Long> leader = Optional.of(1L);
        assertThat(missing(member(3, leader, 58, true), leader)).contains("lacks 42 entries");
        assertThat(missing(member(3, leader, 99, true), leader)).contains("lacks 1 entry");
        assertThat(missing(member(3, leader, 100, false), leader)).contains("is not well");
        assertThat(missing(new MemberHealth(3, "node3", false, Optional.empty()), leader))
                .contains("does not answer");
        assertThat(missing(member(3, Optional.empty(), 58, true), Optional.empty()))
                .contains("hears of no leader");
    }
}
