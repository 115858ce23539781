package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.server.operations.ClusterHealth;
import io.quorate.server.operations.Proof;
import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.CompareStatesResponse;
import io.quorate.server.proto.managerpb.Operation;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is said of an operation in the end. */
class EndingTest {

    private static Check check(Check.Verdict verdict, String finding) {
        return Check.newBuilder().setVerdict(verdict).setFinding(finding).build();
    }

    @Test
    void whatIsNotFoundAsPromisedHasFailedThoughAllWasDone() {
        ClusterHealth nobody = new ClusterHealth(List.of());
        Proof.Goal somebody = new Proof.Goal(Set.of(1L), Set.of());
        List<Check> verified = new Proof(nobody, somebody, 1, CompareStatesResponse.getDefaultInstance(), 0).checks();

        assertThat(Ending.of(verified))
                .isEqualTo(new Ending(
                        Operation.State.FAILED,
                        "all was done, but is not found as promised: see what was verified, and 'quorate why'"));
    }

    @Test
    void whatCouldNotBeVerifiedIsSaid() {
        Check fine = check(Check.Verdict.FINE, "the log is the same");
        assertThat(Ending.of(List.of(fine))).isEqualTo(new Ending(Operation.State.DONE, "done and verified"));
        assertThat(Ending.of(List.of(fine, check(Check.Verdict.WARNING, "c does not answer"))))
                .isEqualTo(new Ending(
                        Operation.State.DONE, "done, and verified as far as the members answer: c does not answer"));
        assertThat(Ending.of(List.of(
                                check(Check.Verdict.WARNING, "c does not answer"),
                                check(Check.Verdict.REFUSED, "b has another state")))
                        .state())
                .isEqualTo(Operation.State.FAILED);
    }
}
