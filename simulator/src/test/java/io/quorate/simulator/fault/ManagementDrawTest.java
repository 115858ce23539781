package io.quorate.simulator.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.MemberId;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Some runs are managed, in every way that there is. */
class ManagementDrawTest {

    private static final long UNTIL = 15_000_000_000L;
    private static final int SEEDS = 300;

    @Test
    void everyOperationIsDrawnInAboutAQuarterOfTheRuns() {
        Set<Management> drawn = EnumSet.noneOf(Management.class);
        int managed = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            List<Fault> faults = ManagementDraw.draw(new SplittableRandom(seed), UNTIL);
            managed += faults.isEmpty() ? 0 : 1;
            faults.forEach(fault -> drawn.add(((Fault.Manage) fault).operation()));
        }
        assertThat(drawn).containsExactlyElementsOf(Management.ANYWHERE);
        assertThat(managed).isBetween(SEEDS / 6, SEEDS / 3);
    }

    @Test
    void whatIsDoneWithWitnessesIsDrawnByItself() {
        Set<Management> drawn = EnumSet.noneOf(Management.class);
        for (long seed = 0; seed < SEEDS; seed++) {
            List<Fault> faults = ManagementDraw.ofWitnesses(new SplittableRandom(seed), UNTIL);
            assertThat(faults).isNotEmpty();
            faults.forEach(fault -> drawn.add(((Fault.Manage) fault).operation()));
        }
        assertThat(drawn)
                .containsExactlyElementsOf(Management.OF_WITNESSES)
                .doesNotContainAnyElementsOf(Management.ANYWHERE);
    }

    @Test
    void atOneTimeFaultsComeFirst() {
        Fault transfer = new Fault.Transfer(5, new MemberId(1));
        Fault manage = new Fault.Manage(5, Management.PREFER);
        Fault later = new Fault.Manage(6, Management.WIPE);
        assertThat(ManagementDraw.together(List.of(transfer), List.of(later, manage)))
                .containsExactly(transfer, manage, later);
    }
}
