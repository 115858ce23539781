package io.quorate.server.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.Check.Verdict;
import io.quorate.server.proto.managerpb.CompareStatesResponse;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What counts as shown after an operation. */
class ProofTest {

    private static CompareStatesResponse states(List<Long> equal, List<Long> differing, List<Long> silent) {
        return CompareStatesResponse.newBuilder()
                .setIndex(101)
                .addAllEqual(equal)
                .addAllDiffering(differing)
                .addAllSilent(silent)
                .build();
    }

    private static final CompareStatesResponse ALL_EQUAL = states(List.of(1L, 2L, 3L), List.of(), List.of());

    private static Proof proof(ClusterHealth health, CompareStatesResponse compared, int promised) {
        return new Proof(health, Proof.Goal.asIn(health), Healths.INDEX, compared, promised);
    }

    private static Check check(Proof proof, String name) {
        return proof.checks().stream()
                .filter(check -> check.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void equalLogsAndStatesAndTheToleranceThatWasPromisedAreAProof() {
        Proof proof = proof(Healths.voters(3).get(), ALL_EQUAL, 1);
        assertThat(proof.isComplete()).isTrue();
        assertThat(proof.checks()).extracting(Check::getVerdict).containsOnly(Verdict.FINE);
        assertThat(proof.checks())
                .extracting(Check::getFinding)
                .containsExactly(
                        "voters are a, b, c",
                        "3 of 3 members have the same log up to index 100",
                        "3 members have the same state at index 101",
                        "the 3 voters tolerate 1 failure, as promised");
    }

    @Test
    void whoLagsKeepsTheProofOpenAndWhoIsDeadIsNamed() {
        Proof lagging = proof(Healths.voters(3).with(2, Healths.lastIndex(99)).get(), ALL_EQUAL, 1);
        assertThat(lagging.isComplete()).isFalse();
        assertThat(check(lagging, "logs").getFinding())
                .isEqualTo("2 of 3 members have the same log up to index 100; b has it up to 99");

        Proof dead = proof(Healths.voters(3).silent(3).get(), states(List.of(1L, 2L), List.of(), List.of(3L)), 0);
        assertThat(dead.isComplete()).isTrue();
        assertThat(check(dead, "logs").getVerdict()).isEqualTo(Verdict.WARNING);
        assertThat(check(dead, "states").getVerdict()).isEqualTo(Verdict.WARNING);
        assertThat(check(dead, "tolerance").getVerdict()).isEqualTo(Verdict.FINE);
    }

    @Test
    void statesThatDifferOrThatNobodyTellsOfAreNoProof() {
        ClusterHealth health = Healths.voters(3).get();
        Check differing = check(proof(health, states(List.of(1L, 3L), List.of(2L), List.of()), 1), "states");
        assertThat(differing.getVerdict()).isEqualTo(Verdict.REFUSED);
        assertThat(differing.getFinding()).isEqualTo("the states of b differ at index 101 from those of a, c");
        assertThat(check(proof(health, states(List.of(), List.of(1L, 2L), List.of(3L)), 1), "states")
                        .getFinding())
                .endsWith("and no majority agrees");
        assertThat(check(proof(health, states(List.of(), List.of(), List.of(1L, 2L)), 1), "states")
                        .getVerdict())
                .isEqualTo(Verdict.REFUSED);
        assertThat(check(proof(health, states(List.of(1L, 2L), List.of(), List.of(3L)), 1), "states")
                        .getVerdict())
                .as("who answers must report")
                .isEqualTo(Verdict.REFUSED);
    }

    @Test
    void besideACopyWhatIsNotWellIsAWarning() {
        ClusterHealth well = Healths.voters(3).get();
        assertThat(proof(well, ALL_EQUAL, 1).besideACopy())
                .extracting(Check::getName, Check::getVerdict)
                .containsExactly(tuple("states", Verdict.FINE), tuple("tolerance", Verdict.FINE));
        ClusterHealth fewer = Healths.voters(3).silent(3).get();
        assertThat(proof(fewer, states(List.of(), List.of(1L, 2L), List.of(3L)), 1)
                        .besideACopy())
                .extracting(Check::getVerdict)
                .containsExactly(Verdict.WARNING, Verdict.WARNING);
    }

    @Test
    void otherMembersThanWereWantedAreNoProof() {
        ClusterHealth health = Healths.voters(3).learner(4).get();
        Proof.Goal goal = new Proof.Goal(Set.of(1L, 2L, 3L, 4L), Set.of());
        Check members = check(new Proof(health, goal, Healths.INDEX, ALL_EQUAL, 1), "members");
        assertThat(members.getVerdict()).isEqualTo(Verdict.REFUSED);
        assertThat(members.getFinding())
                .isEqualTo("voters are a, b, c, and learners d; wanted were the voters a, b, c, d");
    }

    @Test
    void statesOfBeforeAreNoProof() {
        CompareStatesResponse old =
                ALL_EQUAL.toBuilder().setIndex(Healths.INDEX - 1).build();
        assertThat(check(proof(Healths.voters(3).get(), old, 1), "states").getVerdict())
                .isEqualTo(Verdict.REFUSED);
    }

    @Test
    void thatNothingCanBeCommittedIsNeverFineThoughItWasForeseen() {
        ClusterHealth lost = Healths.voters(3).silent(2).silent(3).get();
        assertThat(check(proof(lost, ALL_EQUAL, -1), "tolerance").getVerdict()).isEqualTo(Verdict.REFUSED);
    }

    @Test
    void lessThanWhatWasPromisedIsNoProof() {
        Check tolerance = check(proof(Healths.voters(3).silent(2).get(), ALL_EQUAL, 1), "tolerance");
        assertThat(tolerance.getVerdict()).isEqualTo(Verdict.REFUSED);
        assertThat(tolerance.getFinding())
                .isEqualTo("the 3 voters tolerate 0 failures; promised was that they tolerate 1 failure");
    }
}
