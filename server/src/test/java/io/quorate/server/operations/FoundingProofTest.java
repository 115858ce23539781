package io.quorate.server.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.Check.Verdict;
import io.quorate.server.proto.managerpb.CompareStatesResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** What is found of a cluster that was just founded, by a clock of the test's own. */
class FoundingProofTest {

    private static final Set<Long> FOUNDERS = Set.of(1L, 2L, 3L);

    private final Cluster cluster = new Cluster();

    /** One whose members are there as the test says. */
    private static final class Cluster implements Proving.Cluster<RuntimeException> {

        private Supplier<Healths> healths = () -> Healths.voters(3);
        private List<Long> differing = List.of();
        private boolean allHadTheirTime;
        private long nowNanos;

        @Override
        public ClusterHealth look() {
            return healths.get().get();
        }

        @Override
        public CompareStatesResponse compare(boolean allAnswer, long index) {
            CompareStatesResponse.Builder compared =
                    CompareStatesResponse.newBuilder().setIndex(index + 1).addAllDiffering(differing);
            for (MemberHealth member : look().members()) {
                if (member.told().filter(told -> told.lastIndex() > 0).isEmpty()) {
                    compared.addSilent(member.id());
                } else if (!differing.contains(member.id())) {
                    compared.addEqual(member.id());
                }
            }
            allHadTheirTime = allAnswer;
            if (allAnswer && compared.getSilentCount() > 0) {
                nowNanos += Proving.PATIENCE.toNanos();
            }
            return compared.build();
        }

        @Override
        public void pause() {
            nowNanos += Duration.ofMillis(50).toNanos();
        }

        @Override
        public long nanoTime() {
            return nowNanos;
        }

        Duration now() {
            return Duration.ofNanos(nowNanos);
        }
    }

    private List<Check> checks() throws InterruptedException {
        return new FoundingProof<>(cluster, FOUNDERS, 1).checks();
    }

    private static Check check(List<Check> checks, String name) {
        return checks.stream()
                .filter(check -> check.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void foundersThatAreAllThereAreLookedAtAtOnce() throws InterruptedException {
        List<Check> checks = checks();
        assertThat(checks)
                .extracting(Check::getName, Check::getVerdict)
                .containsExactly(
                        tuple("founders", Verdict.FINE),
                        tuple("logs", Verdict.FINE),
                        tuple("states", Verdict.FINE),
                        tuple("tolerance", Verdict.FINE));
        assertThat(check(checks, "tolerance").getFinding()).endsWith("tolerate 1 failure, as promised");
        assertThat(cluster.now()).isZero();
    }

    /** A leader takes a member that it has never heard to be there for a while. */
    @Test
    void aFounderThatHasAcknowledgedNothingYetIsWaitedFor() throws InterruptedException {
        cluster.healths = () ->
                cluster.now().toSeconds() < 20 ? Healths.voters(3).with(3, Healths.lastIndex(0)) : Healths.voters(3);
        assertThat(checks()).extracting(Check::getVerdict).containsOnly(Verdict.FINE);
        assertThat(cluster.now()).isEqualTo(Duration.ofSeconds(20));
    }

    @Test
    void ofAFounderThatDoesNotComeNothingIsClaimed() throws InterruptedException {
        cluster.healths = () -> Healths.voters(3).silent(3);
        List<Check> checks = checks();
        assertThat(checks).extracting(Check::getVerdict).containsOnly(Verdict.WARNING);
        assertThat(check(checks, "founders").getFinding())
                .isEqualTo(
                        "c has acknowledged nothing within 60 s, and was not looked at: it was not started, cannot be"
                                + " reached, lacks its data yet, or has restored another file ('quorate why' at its endpoint tells)");
        assertThat(check(checks, "logs").getFinding())
                .startsWith("2 of 3 members")
                .endsWith("c does not answer");
        assertThat(check(checks, "states").getFinding()).startsWith("2 members").endsWith("c has not reported");
        assertThat(check(checks, "tolerance").getFinding())
                .isEqualTo("the 3 voters tolerate 0 failures; promised was that they tolerate 1 failure;"
                        + " c was not looked at");
    }

    /** It may have been replaced, and be sent a snapshot for longer than anybody waits. */
    @Test
    void aFounderThatIsHeardAndHasAcknowledgedNothingWasNotLookedAtEither() throws InterruptedException {
        cluster.healths = () -> Healths.voters(3).with(3, Healths.lastIndex(0));
        List<Check> checks = checks();
        assertThat(checks)
                .extracting(Check::getName, Check::getVerdict)
                .containsExactly(
                        tuple("founders", Verdict.WARNING),
                        tuple("logs", Verdict.WARNING),
                        tuple("states", Verdict.WARNING),
                        tuple("tolerance", Verdict.WARNING));
    }

    @Test
    void oneThatIsAbsentIsNoExcuseForOneThatIsThereAndDoesNotCatchUp() throws InterruptedException {
        cluster.healths = () -> Healths.voters(3).with(2, Healths.lastIndex(7)).with(3, Healths.lastIndex(0));
        assertThat(check(checks(), "logs").getVerdict()).isEqualTo(Verdict.REFUSED);
    }

    @Test
    void aLearnerThatComesMeanwhileIsNoFounder() throws InterruptedException {
        cluster.healths = () -> Healths.voters(3).learner(4).with(4, Healths.lastIndex(0));
        List<Check> checks = checks();
        assertThat(checks).extracting(Check::getVerdict).containsOnly(Verdict.FINE);
        assertThat(check(checks, "founders").getFinding()).isEqualTo("all 3 are there");
        assertThat(cluster.allHadTheirTime)
                .as("that a learner cannot report yet leaves the founders no less time to")
                .isTrue();
        cluster.healths = () -> Healths.voters(3).learner(4);
        cluster.differing = List.of(4L);
        assertThat(check(checks(), "states").getVerdict()).isEqualTo(Verdict.REFUSED);
    }

    @Test
    void foundersThatAreThereAndDifferAreFoundOutBesideOneThatIsNot() throws InterruptedException {
        cluster.healths = () -> Healths.voters(3).silent(3);
        cluster.differing = List.of(2L);
        assertThat(check(checks(), "states").getVerdict()).isEqualTo(Verdict.REFUSED);
    }

    @Test
    void aFounderThatIsThereAndDoesNotCatchUpIsNoExcuse() throws InterruptedException {
        cluster.healths = () -> Healths.voters(3)
                .with(2, Healths.lastIndex(7))
                .with(3, Healths.other("has a state that differs from the others'", List.of(), 1 << 30, "1.0", false));
        List<Check> checks = checks();
        assertThat(check(checks, "logs").getVerdict()).isEqualTo(Verdict.REFUSED);
        assertThat(check(checks, "tolerance").getVerdict()).isEqualTo(Verdict.REFUSED);
    }

    @Test
    void theFoundersPromiseNothingForOthers() throws InterruptedException {
        cluster.healths = () -> Healths.voters(2);
        Check tolerance = check(checks(), "tolerance");
        assertThat(tolerance.getVerdict()).isEqualTo(Verdict.WARNING);
        assertThat(tolerance.getFinding()).endsWith("; the voters are others than those who founded it");
    }
}
