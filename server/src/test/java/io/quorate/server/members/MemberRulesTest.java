package io.quorate.server.members;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.StatusRuntimeException;
import io.quorate.core.CoreStatus;
import io.quorate.core.CoreStatus.FollowerStatus;
import io.quorate.core.EntryId;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.server.wire.EtcdError;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Member 1 leads; the others have its log up to 100 unless it is said otherwise. */
class MemberRulesTest {

    private static final long LAST = 100;
    private static final MemberId NEW = new MemberId(9);

    private static MemberId id(long id) {
        return new MemberId(id);
    }

    private static List<String> url(long id) {
        return List.of("http://m" + id + ":1");
    }

    private static Configuration voters(long count) {
        TreeMap<MemberId, List<String>> voters = new TreeMap<>();
        LongStream.rangeClosed(1, count).forEach(id -> voters.put(id(id), url(id)));
        return Configuration.of(voters);
    }

    private static MemberRules rules(Configuration present, long matchIndex, Set<Long> started, Set<Long> connected) {
        return rules(present, LAST, matchIndex, started, connected);
    }

    private static MemberRules rules(
            Configuration present, long last, long matchIndex, Set<Long> started, Set<Long> connected) {
        List<FollowerStatus> followers = present.members().stream()
                .filter(member -> member.value() != 1)
                .map(member -> new FollowerStatus(member, "replicate", matchIndex, matchIndex + 1, true, 0))
                .toList();
        CoreStatus leader = new CoreStatus(
                id(1),
                RoleName.LEADER,
                1,
                Optional.of(id(1)),
                new EntryId(1, last),
                last,
                last,
                last,
                EntryId.ORIGIN,
                present,
                false,
                false,
                Optional.empty(),
                followers);
        return new MemberRules(
                leader, started, connected.stream().map(MemberId::new).collect(Collectors.toSet()));
    }

    private static MemberRules healthy(Configuration present) {
        Set<Long> all = present.members().stream().map(MemberId::value).collect(Collectors.toSet());
        return rules(present, LAST, all, all);
    }

    private static void assertRefused(EtcdError expected, MemberRules rules, MemberChange change) {
        assertThatThrownBy(() -> rules.outcome(change))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getDescription()).isEqualTo(expected.message()));
    }

    @Test
    void aVoterIsAddedWhereAllVotersAnswer() {
        MemberChange add = new MemberChange.Add(NEW, url(9), false);

        assertThat(healthy(voters(3)).outcome(add)).isEqualTo(voters(3).withVoter(NEW, url(9)));
        assertRefused(EtcdError.UNHEALTHY, rules(voters(3), LAST, Set.of(1L, 2L, 3L), Set.of(1L, 2L)), add);
    }

    /** Those added before count, whether they were ever started or not. */
    @Test
    void noVoterIsAddedToThoseOfWhichTooFewWereStarted() {
        MemberChange add = new MemberChange.Add(NEW, url(9), false);

        assertThat(healthy(voters(1)).outcome(add)).isEqualTo(voters(1).withVoter(NEW, url(9)));
        assertRefused(EtcdError.TOO_FEW_STARTED_MEMBERS, rules(voters(2), LAST, Set.of(1L), Set.of(1L)), add);
        assertRefused(
                EtcdError.TOO_FEW_STARTED_MEMBERS, rules(voters(4), LAST, Set.of(1L, 2L), Set.of(1L, 2L, 3L, 4L)), add);
    }

    @Test
    void aWitnessComesAsALearnerAndStaysOneAndSomebodyHoldsData() {
        MemberChange add = new MemberChange.Add(NEW, url(9), true, true);
        Configuration added = healthy(voters(2)).outcome(add);
        assertThat(added).isEqualTo(voters(2).withWitnessLearner(NEW, url(9)));
        Configuration promoted = healthy(added).outcome(new MemberChange.Promote(NEW));
        assertThat(promoted.voters()).contains(NEW);
        assertThat(promoted.isWitness(NEW)).isTrue();

        assertThatThrownBy(() -> healthy(promoted).outcome(new MemberChange.Prefer(NEW, 1)))
                .hasMessageContaining("is a witness, which never leads");
        assertRefused(
                EtcdError.UNHEALTHY,
                rules(promoted, LAST, Set.of(1L, 2L, 9L), Set.of(1L, 9L)),
                new MemberChange.Remove(id(1)));
        Configuration last = healthy(promoted).outcome(new MemberChange.Remove(id(2)));
        assertRefused(EtcdError.UNHEALTHY, healthy(last), new MemberChange.Remove(id(1)));
    }

    @Test
    void aLearnerIsAddedWhoeverAnswersAndOneAlone() {
        MemberChange add = new MemberChange.Add(NEW, url(9), true);

        Configuration added =
                rules(voters(3), LAST, Set.of(1L, 2L), Set.of(1L, 2L)).outcome(add);
        assertThat(added).isEqualTo(voters(3).withLearner(NEW, url(9)));
        assertRefused(EtcdError.TOO_MANY_LEARNERS, healthy(added), new MemberChange.Add(id(10), url(10), true));
        assertThat(healthy(added)
                        .outcome(new MemberChange.Add(id(10), url(10), false))
                        .learners())
                .containsExactly(NEW);
    }

    @Test
    void anIdOfAMemberOrOfAFormerOneIsNotTakenAgain() {
        Configuration present = voters(3).without(id(3));

        assertRefused(EtcdError.MEMBER_EXISTS, healthy(present), new MemberChange.Add(id(2), url(9), true));
        assertRefused(EtcdError.MEMBER_EXISTS, healthy(present), new MemberChange.Add(id(3), url(9), true));
    }

    @Test
    void aUrlIsOneMembers() {
        MemberRules rules = healthy(voters(3));

        assertRefused(EtcdError.PEER_URLS_EXIST, rules, new MemberChange.Add(NEW, url(2), false));
        assertRefused(EtcdError.PEER_URLS_EXIST, rules, new MemberChange.Update(id(1), url(2)));
        List<String> more = List.of("http://elsewhere:1", url(2).getFirst());
        assertThat(rules.outcome(new MemberChange.Update(id(2), more)))
                .isEqualTo(voters(3).withAddresses(id(2), more));
    }

    @Test
    void aMemberGetsAPriorityUnlessNobodyCouldLeadThen() {
        Configuration preferred = healthy(voters(2)).outcome(new MemberChange.Prefer(id(2), 5));
        assertThat(preferred).isEqualTo(voters(2).withPriority(id(2), 5));

        Configuration one = healthy(voters(2)).outcome(new MemberChange.Prefer(id(2), 0));
        for (MemberChange last : List.of(new MemberChange.Prefer(id(1), 0), new MemberChange.Remove(id(1)))) {
            assertThatThrownBy(() -> healthy(one).outcome(last))
                    .hasMessageContaining("no voter would be left that may lead");
        }
        assertThatThrownBy(() -> healthy(one).outcome(new MemberChange.Prefer(id(2), -1)))
                .hasMessageContaining("0 or more");
        assertRefused(EtcdError.MEMBER_NOT_FOUND, healthy(one), new MemberChange.Prefer(id(9), 1));
    }

    /** Beside a witness that would be the only one whose loss the cluster is said to tolerate and does not. */
    @Test
    void ofTwoVotersWithDataAndAWitnessEitherMustBeLetLead() {
        Configuration witnessed = voters(3).withWitnesses(new TreeSet<>(Set.of(id(3))));
        MemberChange never = new MemberChange.Prefer(id(2), 0);
        assertThatThrownBy(() -> healthy(witnessed).outcome(never))
                .hasMessageContaining("member " + id(1) + " alone would be left to lead, beside a witness");
        assertThatThrownBy(() -> healthy(witnessed)
                        .outcome(new MemberChange.Together(
                                new TreeSet<>(witnessed.voters()),
                                new TreeSet<>(),
                                List.of(new MemberChange.Prefer(id(1), 0)))))
                .hasMessageContaining("member " + id(2) + " alone would be left to lead");
        assertThat(healthy(witnessed).outcome(new MemberChange.Prefer(id(2), 7)).priority(id(2)))
                .isEqualTo(7);
        Configuration five = voters(5).withWitnesses(new TreeSet<>(Set.of(id(5))));
        assertThat(healthy(five).outcome(never).priority(id(2))).as("of four").isZero();
        assertThat(healthy(voters(3).withPriority(id(1), 0)).outcome(never).priority(id(2)))
                .as("without a witness that is told by the doctor")
                .isZero();
    }

    @Test
    void whoDoesNotAnswerMayGo() {
        MemberRules oneDown = rules(voters(3), LAST, Set.of(1L, 2L, 3L), Set.of(1L, 2L));

        assertThat(oneDown.outcome(new MemberChange.Remove(id(3))))
                .isEqualTo(voters(3).without(id(3)));
        assertRefused(EtcdError.UNHEALTHY, oneDown, new MemberChange.Remove(id(2)));
    }

    @Test
    void theLeaderMayGoIfTheOthersCanDoWithoutIt() {
        assertThat(healthy(voters(3)).outcome(new MemberChange.Remove(id(1))))
                .isEqualTo(voters(3).without(id(1)));
        assertRefused(EtcdError.TOO_FEW_STARTED_MEMBERS, healthy(voters(1)), new MemberChange.Remove(id(1)));
        assertRefused(
                EtcdError.TOO_FEW_STARTED_MEMBERS,
                rules(voters(2), LAST, Set.of(1L), Set.of(1L)),
                new MemberChange.Remove(id(1)));
    }

    @Test
    void aLearnerGoesWhenever() {
        Configuration present = voters(3).withLearner(NEW, url(9));

        assertThat(rules(present, LAST, Set.of(), Set.of()).outcome(new MemberChange.Remove(NEW)))
                .isEqualTo(present.without(NEW));
    }

    @Test
    void aLearnerIsPromotedWhenItHasMostOfTheLog() {
        Configuration present = voters(3).withLearner(NEW, url(9));
        Set<Long> started = Set.of(1L, 2L, 3L, 9L);
        MemberChange promote = new MemberChange.Promote(NEW);

        assertThat(rules(present, 90, started, started).outcome(promote)).isEqualTo(present.withPromoted(NEW));
        assertRefused(EtcdError.LEARNER_NOT_READY, rules(present, 89, started, started), promote);
        assertRefused(EtcdError.MEMBER_NOT_LEARNER, healthy(present), new MemberChange.Promote(id(2)));
        assertRefused(EtcdError.TOO_FEW_STARTED_MEMBERS, rules(present, LAST, Set.of(1L, 9L), started), promote);
    }

    /** A tenth of a short log is less than one entry, and the operation that promotes a learner writes some itself. */
    @Test
    void whatIsOnItsWayInAShortLogDoesNotKeepALearnerFromBeingPromoted() {
        Configuration present = voters(3).withLearner(NEW, url(9));
        Set<Long> started = Set.of(1L, 2L, 3L, 9L);
        MemberChange promote = new MemberChange.Promote(NEW);

        assertThat(rules(present, 9, 6, started, started).outcome(promote)).isEqualTo(present.withPromoted(NEW));
        assertRefused(EtcdError.LEARNER_NOT_READY, rules(present, 9, 5, started, started), promote);
        assertRefused(EtcdError.LEARNER_NOT_READY, rules(present, 3, 0, started, started), promote);
    }

    @Test
    void cornerCase20_anUpdateOfAMemberNeverMakesAVoterOfALearnerOrALearnerOfAVoter() {
        Configuration present = voters(3).withLearner(NEW, url(9)).withWitnessLearner(id(8), url(8));
        List<String> elsewhere = List.of("http://elsewhere:1");
        for (MemberId member : present.members()) {
            MemberChange.Update move = new MemberChange.Update(member, elsewhere);
            List<MemberChange> updates =
                    List.of(move, together(present, move), together(present, new MemberChange.Prefer(id(1), 7), move));
            for (MemberChange update : updates) {
                Configuration after = healthy(present).outcome(update);
                assertThat(after.addresses()).containsEntry(member, elsewhere);
                assertThat(after.voters()).isEqualTo(present.voters());
                assertThat(after.learners()).isEqualTo(present.learners());
                assertThat(after.witnesses()).isEqualTo(present.witnesses());
            }
        }
        Configuration preferred = healthy(present).outcome(new MemberChange.Prefer(NEW, 7));
        assertThat(preferred.learners()).isEqualTo(present.learners());
        assertThat(preferred.voters()).isEqualTo(present.voters());
    }

    @Test
    void whoIsNoMemberIsNotFound() {
        for (MemberChange change : List.of(
                new MemberChange.Remove(NEW), new MemberChange.Update(NEW, url(9)), new MemberChange.Promote(NEW))) {
            assertRefused(EtcdError.MEMBER_NOT_FOUND, healthy(voters(3)), change);
        }
    }

    private static MemberChange.Together together(Configuration present, MemberChange.OfOne... changes) {
        return new MemberChange.Together(present.voters(), present.learners(), List.of(changes));
    }

    private static void assertRefused(String expected, MemberRules rules, MemberChange change) {
        assertThatThrownBy(() -> rules.outcome(change))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining(expected);
    }

    @Test
    void severalMembersAreReplacedAtOnceAndOneOfTheOldOnesMayBeDead() {
        Configuration present = voters(3).withLearner(NEW, url(9)).withLearner(id(8), url(8));
        Set<Long> alive = Set.of(1L, 2L, 8L, 9L);
        MemberChange.Together two = together(
                present,
                new MemberChange.Remove(id(3)),
                new MemberChange.Remove(id(2)),
                new MemberChange.Promote(id(8)),
                new MemberChange.Promote(NEW));

        Configuration expected =
                present.without(id(3)).without(id(2)).withPromoted(id(8)).withPromoted(NEW);
        assertThat(rules(present, LAST, Set.of(1L, 2L, 3L, 8L, 9L), alive).outcome(two))
                .isEqualTo(expected);
        assertRefused(EtcdError.UNHEALTHY, rules(present, LAST, Set.of(1L, 2L, 3L, 8L, 9L), Set.of(1L, 8L, 9L)), two);
        assertRefused(EtcdError.UNHEALTHY, rules(present, LAST, Set.of(1L, 2L, 3L, 8L, 9L), Set.of(1L, 2L, 3L)), two);
        assertRefused(EtcdError.LEARNER_NOT_READY, rules(present, 80, Set.of(1L, 2L, 3L, 8L, 9L), alive), two);
    }

    @Test
    void aChangeThatWasMadeForOtherMembersIsRefused() {
        MemberChange.Together stale = together(voters(3), new MemberChange.Remove(id(3)));
        assertRefused("not those any more", healthy(voters(4)), stale);
        assertRefused("not those any more", healthy(voters(3).withLearner(NEW, url(9))), stale);
        assertThat(healthy(voters(3)).outcome(stale)).isEqualTo(voters(3).without(id(3)));
    }

    @Test
    void mostOfTheVotersAreNotRemovedAtOnce() {
        Configuration present = voters(5);
        MemberChange.OfOne[] three = {
            new MemberChange.Remove(id(3)), new MemberChange.Remove(id(4)), new MemberChange.Remove(id(5))
        };
        assertRefused("less than a quorum", healthy(present), together(present, three));
        assertThat(healthy(present).outcome(together(present, three[0], three[1])))
                .isEqualTo(present.without(id(3)).without(id(4)));
        Configuration alone = voters(1);
        assertRefused("less than a quorum", healthy(alone), together(alone, new MemberChange.Remove(id(1))));
    }

    @Test
    void severalLearnersComeAtOnceAndWhoIsNewDoesNotVote() {
        Configuration present = voters(3);
        assertThat(healthy(present)
                        .outcome(together(
                                present,
                                new MemberChange.Add(NEW, url(9), true),
                                new MemberChange.Add(id(8), url(8), true))))
                .isEqualTo(present.withLearner(NEW, url(9)).withLearner(id(8), url(8)));
        assertRefused(
                "begins as a learner", healthy(present), together(present, new MemberChange.Add(NEW, url(9), false)));
        assertRefused(
                EtcdError.PEER_URLS_EXIST,
                healthy(present),
                together(present, new MemberChange.Add(NEW, url(9), true), new MemberChange.Add(id(8), url(9), true)));
        MemberChange.OfOne[] many = LongStream.rangeClosed(10, 10 + JointRules.MAX_LEARNERS)
                .mapToObj(id -> new MemberChange.Add(id(id), url(id), true))
                .toArray(MemberChange.OfOne[]::new);
        assertRefused(EtcdError.TOO_MANY_LEARNERS, healthy(present), together(present, many));
    }

    @Test
    void aMemberThatGoesMakesRoomForOneAtTheSameUrl() {
        Configuration present = voters(3);
        assertThat(healthy(present)
                        .outcome(together(
                                present, new MemberChange.Remove(id(3)), new MemberChange.Add(NEW, url(3), true))))
                .isEqualTo(present.without(id(3)).withLearner(NEW, url(3)));
    }
}
