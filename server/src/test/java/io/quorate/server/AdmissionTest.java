package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.StorageIds;
import io.quorate.engine.transport.netty.PeerInquiry.Report;
import io.quorate.server.Admission.Verdict;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Corner case 8: who has no data, and who has lost them. */
class AdmissionTest {

    private static final MemberId SELF = new MemberId(1);
    private static final long OWN = 11;
    private static final long BEFORE = 10;
    private static final Configuration NOBODY = Configuration.of(Set.of());

    private static MemberId id(int number) {
        return new MemberId(number);
    }

    private static Configuration voters(int count) {
        return Configuration.of(voterIds(count));
    }

    private static Set<MemberId> voterIds(int count) {
        return IntStream.rangeClosed(1, count).mapToObj(AdmissionTest::id).collect(TreeSet::new, Set::add, Set::addAll);
    }

    private static Report report(
            MemberId by, Configuration members, boolean admitted, boolean alone, Map<MemberId, Long> storages) {
        return new Report(0xc1, by, members, admitted, alone, storages, List.of());
    }

    /** It takes part and was connected with others. */
    private static Report running(int by, Configuration members, Map<MemberId, Long> storages) {
        return report(id(by), members, true, false, storages);
    }

    /** It is being founded, or is still asking. */
    private static Report fresh(int by, Configuration members, boolean admitted) {
        return report(id(by), members, admitted, true, Map.of());
    }

    private static Verdict verdict(Configuration founders, Collection<Report> answers) {
        return new Admission(SELF, OWN, founders).verdict(answers);
    }

    private static Verdict verdict(Configuration founders, Report... answers) {
        return verdict(founders, List.of(answers));
    }

    private static void assertTakesPart(Verdict verdict) {
        assertThat(verdict).isInstanceOf(Verdict.TakesPart.class);
    }

    private static void assertWaits(Verdict verdict) {
        assertThat(verdict).isInstanceOf(Verdict.Waits.class);
    }

    /** The others among 2 to n that a number's bits name. */
    private static List<MemberId> others(int voters, int bits) {
        List<MemberId> others = new ArrayList<>();
        for (int number = 2; number <= voters; number++) {
            if ((bits & (1 << (number - 2))) != 0) {
                others.add(id(number));
            }
        }
        return others;
    }

    /** Every quorum that it may have been in, and every set of the others that may answer. */
    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6, 7})
    void whoeverWasInAQuorumIsNeverTakenForNew(int voters) {
        Configuration members = voters(voters);
        int quorum = voters / 2 + 1;
        int refused = 0;
        for (int quorumBits = 0; quorumBits < 1 << (voters - 1); quorumBits++) {
            List<MemberId> inQuorum = others(voters, quorumBits);
            if (inQuorum.size() < quorum - 1) {
                continue;
            }
            for (int answering = 0; answering < 1 << (voters - 1); answering++) {
                List<Report> answers = others(voters, answering).stream()
                        .map(by -> report(
                                by, members, true, false, inQuorum.contains(by) ? Map.of(SELF, BEFORE) : Map.of()))
                        .toList();
                for (Configuration founders : List.of(members, NOBODY)) {
                    Verdict verdict = verdict(founders, answers);
                    assertThat(verdict).isNotInstanceOf(Verdict.TakesPart.class);
                    refused += verdict instanceof Verdict.Refused ? 1 : 0;
                }
            }
        }
        assertThat(refused).isPositive();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6, 7})
    void whoeverWasInNoneTakesPartWhenNMinusQPlusOneOfTheOthersAnswer(int voters) {
        Configuration members = voters(voters);
        int needed = voters - (voters / 2 + 1) + 1;
        for (int answering = 0; answering < 1 << (voters - 1); answering++) {
            List<Report> answers = others(voters, answering).stream()
                    .map(by -> report(by, members, true, false, Map.of()))
                    .toList();
            Class<? extends Verdict> expected =
                    answers.size() >= needed ? Verdict.TakesPart.class : Verdict.Waits.class;
            assertThat(verdict(members, answers)).isInstanceOf(expected);
            assertThat(verdict(NOBODY, answers)).isInstanceOf(expected);
        }
    }

    @Test
    void theSentenceSaysWhoRemembersItAndWhatToDo() {
        Verdict verdict = verdict(NOBODY, running(2, voters(3), Map.of(SELF, BEFORE)));

        assertThat(verdict)
                .isInstanceOfSatisfying(
                        Verdict.Refused.class,
                        refused -> assertThat(refused.why())
                                .hasMessageContaining("member 1 has lost its data: member 2 remembers it")
                                .hasMessageContaining(
                                        "remove it from the cluster and add it anew, or start it once with --replace-member"));
    }

    /** It took part before storages were remembered. */
    @Test
    void whoeverMayHaveBeenStartedBeforeAnUpgradeIsRefused() {
        assertThat(verdict(voters(3), running(2, voters(3), Map.of(SELF, StorageIds.UNKNOWN))))
                .isInstanceOf(Verdict.Refused.class);
    }

    @Test
    void whoeverWasRemovedIsRefused() {
        Configuration without = voters(3).without(SELF);

        assertThat(verdict(voters(3), running(2, without, Map.of())))
                .isInstanceOfSatisfying(
                        Verdict.Refused.class,
                        refused -> assertThat(refused.why()).hasMessageContaining("was removed from the cluster"));
    }

    @Test
    void aLoneFounderNeedsNobody() {
        assertThat(verdict(voters(1))).isEqualTo(new Verdict.TakesPart("it founds the cluster alone"));
    }

    @Test
    void aQuorumThatWasNeverConnectedWithAnybodyFoundsTheCluster() {
        Configuration founders = voters(3);

        assertWaits(verdict(founders));
        assertTakesPart(verdict(founders, fresh(2, founders, false)));
        assertTakesPart(verdict(founders, fresh(2, founders, true)));
        assertTakesPart(verdict(founders, fresh(2, founders, true), fresh(3, founders, false)));
        assertWaits(verdict(voters(5), fresh(2, voters(5), true)));
        assertTakesPart(verdict(voters(5), fresh(2, voters(5), false), fresh(5, voters(5), false)));
    }

    /** In whichever order they start, ask, and are connected: once all founders run, all of them take part. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
    void aClusterIsFoundedAtLeisureWhateverHappensFirst(int founders) {
        for (long seed = 0; seed < 2_000; seed++) {
            Random random = new Random(seed);
            Founding founding = new Founding(founders);
            for (int step = 0; step < 40; step++) {
                int member = 1 + random.nextInt(founders);
                switch (random.nextInt(3)) {
                    case 0 -> founding.started.add(id(member));
                    case 1 -> founding.ask(id(member), id(1 + random.nextInt(founders)));
                    default -> founding.connect(id(member), id(1 + random.nextInt(founders)));
                }
            }
            voterIds(founders).forEach(founding.started::add);
            for (int round = 0; round < founders + 1; round++) {
                for (MemberId one : voterIds(founders)) {
                    voterIds(founders).forEach(other -> founding.ask(one, other));
                }
            }
            assertThat(founding.admitted).as("seed %d", seed).isEqualTo(voterIds(founders));
        }
    }

    /** Members that start with nothing and ask each other. */
    private static final class Founding {
        private final Configuration founders;
        private final Set<MemberId> started = new TreeSet<>();
        private final Set<MemberId> admitted = new TreeSet<>();
        private final Map<MemberId, Map<MemberId, Long>> remembered = new TreeMap<>();
        private final Map<MemberId, Map<MemberId, Report>> heard = new TreeMap<>();

        Founding(int count) {
            founders = voters(count);
            voterIds(count).forEach(member -> {
                remembered.put(member, new TreeMap<>());
                heard.put(member, new TreeMap<>());
            });
        }

        private static long storage(MemberId member) {
            return 100 + member.value();
        }

        void ask(MemberId one, MemberId other) {
            if (!started.contains(one) || admitted.contains(one)) {
                return;
            }
            Map<MemberId, Report> answers = Objects.requireNonNull(heard.get(one));
            if (started.contains(other) && !one.equals(other)) {
                Map<MemberId, Long> storages = Objects.requireNonNull(remembered.get(other));
                answers.put(other, report(other, founders, admitted.contains(other), storages.isEmpty(), storages));
            }
            Verdict verdict = new Admission(one, storage(one), founders).verdict(answers.values());
            assertThat(verdict).isNotInstanceOf(Verdict.Refused.class);
            if (verdict instanceof Verdict.TakesPart) {
                admitted.add(one);
            }
        }

        /** Whoever takes part dials the others, and is let in by those that take part. */
        void connect(MemberId one, MemberId other) {
            if (admitted.contains(one) && admitted.contains(other) && !one.equals(other)) {
                Objects.requireNonNull(remembered.get(one)).put(other, storage(other));
                Objects.requireNonNull(remembered.get(other)).put(one, storage(one));
            }
        }
    }

    /** One that lags behind does not know it yet, and keeps nobody from taking part. */
    @Test
    void whoeverLagsBehindDoesNotCount() {
        Configuration before = Configuration.of(Set.of(id(2), id(3), id(4)));
        Configuration after = before.withLearner(SELF, List.of("http://a:1"));

        assertWaits(verdict(NOBODY, running(2, after, Map.of())));
        assertWaits(verdict(NOBODY, running(4, before, Map.of()), running(3, before, Map.of())));
        assertTakesPart(verdict(
                NOBODY, running(2, after, Map.of()), running(3, after, Map.of()), running(4, before, Map.of())));
    }

    /** The two that have founded it have gone on; of three, both must say that they do not know it. */
    @Test
    void aFounderThatComesLaterNeedsMoreThanAQuorumCanDoWithout() {
        Configuration founders = voters(3);
        Report two = running(2, founders, Map.of(id(3), 33L));
        Report three = running(3, founders, Map.of(id(2), 22L));

        assertWaits(verdict(founders, two));
        assertTakesPart(verdict(founders, two, three));
    }

    /** Its own memory may be gone, too: it says nothing about what was before. */
    @Test
    void anAnswerOfOneThatTakesNoPartItselfDoesNotCount() {
        Configuration founders = voters(3);

        assertWaits(verdict(founders, running(2, founders, Map.of(id(3), 33L)), fresh(3, founders, false)));
    }

    /** Whoever joins a cluster does not found it, whatever those say that answer. */
    @Test
    void whoeverJoinsIsNoFounder() {
        Configuration three = voters(3);

        assertWaits(verdict(NOBODY, fresh(2, three, true)));
        assertWaits(verdict(NOBODY));
        assertTakesPart(verdict(NOBODY, fresh(2, voters(2), true)));
    }

    @Test
    void aLearnerNeedsMostOfTheVoters() {
        Configuration members = Configuration.of(Set.of(id(2), id(3), id(4))).withLearner(SELF, List.of("http://a:1"));

        assertWaits(verdict(NOBODY, running(2, members, Map.of())));
        assertTakesPart(verdict(NOBODY, running(2, members, Map.of()), running(4, members, Map.of())));
    }

    /** Members have come and gone since it was founded: those that decide now must know it. */
    @Test
    void whatIsNeededIsNeededOfEachConfigurationThatIsToldOf() {
        Configuration old = voters(3);
        Configuration later = Configuration.of(Set.of(SELF, id(4), id(5)));

        assertWaits(verdict(old, running(2, old, Map.of()), running(4, later, Map.of())));
        assertWaits(verdict(old, running(4, later, Map.of()), running(2, old, Map.of()), running(3, old, Map.of())));
        assertTakesPart(verdict(old, running(4, later, Map.of()), running(5, later, Map.of())));
        Configuration joint = later.jointFrom(old);
        assertWaits(verdict(old, running(4, joint, Map.of()), running(5, joint, Map.of())));
    }

    @Test
    void whoeverIsNotAmongTheMembersWaits() {
        Configuration others = Configuration.of(Set.of(id(2), id(3)));

        assertWaits(verdict(voters(3), running(2, others, Map.of()), running(3, others, Map.of())));
    }

    /** The gap, which no answer can close: 2 was never up before, 3 has what 1 and 3 had decided, and does not answer. */
    @Test
    void thatTwoOfThreeFoundAnewWhatAnotherTwoHadFoundIsNotNoticed() {
        assertTakesPart(verdict(voters(3), fresh(2, voters(3), false)));
    }
}
