package io.quorate.server.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.server.quorum.FaultTolerance.Survival;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How many members, and which zones, may fail. */
class FaultToleranceTest {

    @ParameterizedTest
    @CsvSource({"a,0", "a b,0", "a b c,1", "a b c d,1", "a b c d e,2", "a b c d e f,2"})
    void anEvenNumberOfVotersWithstandsNoMoreThanOneFewer(String voters, int failures) {
        assertThat(FaultTolerance.now(Drawing.voters(voters).done()).failures()).isEqualTo(failures);
    }

    @Test
    void whoIsDownOrBehindHasFailedAlready() {
        Topology topology = Drawing.voters("a b c d e").down("d").behind("e").done();
        FaultTolerance now = FaultTolerance.now(topology);
        assertThat(now.failures()).isZero();
        assertThat(now.critical()).containsExactly("a", "b", "c");
        assertThat(FaultTolerance.whenAllAreWell(topology).failures()).isEqualTo(2);
        assertThat(FaultTolerance.whenAllAreWell(topology).critical()).isEmpty();
    }

    @Test
    void withoutAQuorumThereIsNothingToLose() {
        FaultTolerance now =
                FaultTolerance.now(Drawing.voters("a b c").down("b c").done());
        assertThat(now.hasQuorum()).isFalse();
        assertThat(now.critical()).isEmpty();
        assertThat(now.text()).isEqualTo("there is no quorum");
    }

    @Test
    void aWitnessCountsForTheQuorumAndCannotLead() {
        FaultTolerance one =
                FaultTolerance.now(Drawing.voters("a b w").witnesses("w").done());
        assertThat(one.failures()).isEqualTo(1);
        assertThat(one.critical()).isEmpty();
        FaultTolerance two =
                FaultTolerance.now(Drawing.voters("a v w").witnesses("v w").done());
        assertThat(two.failures()).isZero();
        assertThat(two.critical()).containsExactly("a");
        Topology topology = Drawing.voters("a v w").witnesses("v w").done();
        assertThatThrownBy(() -> topology.with(new Change.Lead("w"))).hasMessageContaining("is a witness");
        assertThatThrownBy(() -> topology.with(new Change.Remove("a"))).hasMessageContaining("that holds data");
    }

    @Test
    void learnersDoNotCount() {
        assertThat(FaultTolerance.now(Drawing.voters("a b c")
                                .learners("d e")
                                .down("c")
                                .done())
                        .failures())
                .isZero();
    }

    @Test
    void bothHalvesOfAJointConfigurationDecide() {
        // Each half has three; d and e are of the new one alone.
        Topology joint = Drawing.voters("a d e").outgoing("a b c").down("b").done();
        assertThat(FaultTolerance.now(joint).failures()).isZero();
        assertThat(FaultTolerance.now(joint).critical()).containsExactly("a", "c");
        assertThat(FaultTolerance.now(Drawing.voters("a d e")
                                .outgoing("a b c")
                                .down("b c")
                                .done())
                        .hasQuorum())
                .isFalse();
    }

    /** What is reckoned at once agrees with trying every set of members that may fail. */
    @ParameterizedTest
    @CsvSource({"a b c,'',''", "a b c d e,'',c", "a b c d,c d e,d", "a b,c d e f,''", "a b c d e,a b c,b"})
    void theNumberOfFailuresIsWhatTryingThemAllComesTo(String voters, String outgoing, String down) {
        Topology topology = Drawing.voters(voters).outgoing(outgoing).down(down).done();
        List<String> good =
                topology.voters().all().stream().filter(topology::isGood).toList();
        int most = -1;
        for (int size = 0; size <= good.size() && survivesAll(topology, good, size); size++) {
            most = size;
        }
        assertThat(FaultTolerance.now(topology).failures()).isEqualTo(most);
    }

    private static boolean survivesAll(Topology topology, List<String> good, int failing) {
        for (int mask = 0; mask < 1 << good.size(); mask++) {
            if (Integer.bitCount(mask) != failing) {
                continue;
            }
            Set<String> left = new TreeSet<>();
            for (int i = 0; i < good.size(); i++) {
                if ((mask >> i & 1) == 0) {
                    left.add(good.get(i));
                }
            }
            Voters voters = topology.voters();
            boolean quorum = isMajority(voters.present(), left)
                    && (voters.outgoing().isEmpty() || isMajority(voters.outgoing(), left));
            if (!quorum) {
                return false;
            }
        }
        return true;
    }

    private static boolean isMajority(Set<String> voters, Set<String> left) {
        return 2 * voters.stream().filter(left::contains).count() > voters.size();
    }

    @Test
    void aZoneIsWithstoodIfTheOthersHaveAMajority() {
        FaultTolerance spread =
                FaultTolerance.now(Drawing.voters("a@z1 b@z2 c@z3").done());
        assertThat(spread.survivesAnyZone()).isTrue();
        assertThat(spread.text()).isEqualTo("any one member may fail, any whole zone may fail");

        FaultTolerance lopsided =
                FaultTolerance.now(Drawing.voters("a@z1 b@z1 c@z2").done());
        assertThat(lopsided.zones()).isEqualTo(Map.of("z1", Survival.NO, "z2", Survival.YES));
        assertThat(lopsided.text()).isEqualTo("any one member may fail, the quorum would be lost with z1");
    }

    @Test
    void noZoneIsWithstoodWhileAMemberElsewhereIsMissing() {
        FaultTolerance now =
                FaultTolerance.now(Drawing.voters("a@z1 b@z2 c@z3").down("c").done());
        assertThat(now.zones()).isEqualTo(Map.of("z1", Survival.NO, "z2", Survival.NO, "z3", Survival.YES));
    }

    @Test
    void whereAVoterIsNotKnownToBeNothingIsClaimed() {
        FaultTolerance some = FaultTolerance.now(Drawing.voters("a@z1 b@z2 c").done());
        assertThat(some.zones()).isEqualTo(Map.of("z1", Survival.UNKNOWN, "z2", Survival.UNKNOWN));
        assertThat(some.survivesAnyZone()).isFalse();
        assertThat(FaultTolerance.now(Drawing.voters("a b c").done()).survivesAnyZone())
                .isFalse();
    }
}
