package io.quorate.core.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class QuorumTest {

    private static Configuration joint(Set<Integer> voters, Set<Integer> outgoing) {
        return new Configuration(members(voters), members(outgoing), new TreeSet<>());
    }

    private static SortedSet<MemberId> members(Set<Integer> numbers) {
        SortedSet<MemberId> members = new TreeSet<>();
        numbers.forEach(number -> members.add(new MemberId(number)));
        return members;
    }

    private static long committed(Configuration configuration, long... matchIndexes) {
        return new Quorum(configuration).committedIndex(member -> matchIndexes[(int) member.value() - 1]);
    }

    private static VoteResult result(Configuration configuration, String ballots) {
        return new Quorum(configuration).voteResult(member -> switch (ballots.charAt((int) member.value() - 1)) {
            case 'y' -> Ballot.GRANTED;
            case 'n' -> Ballot.REFUSED;
            default -> Ballot.MISSING;
        });
    }

    @Test
    void theCommittedIndexIsWhatAMajorityHasReached() {
        assertThat(committed(joint(Set.of(1), Set.of()), 7)).isEqualTo(7);
        assertThat(committed(joint(Set.of(1, 2), Set.of()), 7, 3)).isEqualTo(3);
        assertThat(committed(joint(Set.of(1, 2, 3), Set.of()), 7, 3, 5)).isEqualTo(5);
        assertThat(committed(joint(Set.of(1, 2, 3, 4), Set.of()), 7, 3, 5, 4)).isEqualTo(4);
        assertThat(committed(joint(Set.of(1, 2, 3, 4, 5), Set.of()), 7, 3, 5, 4, 6))
                .isEqualTo(5);
    }

    @Test
    void aJointConfigurationCommitsWhatBothMajoritiesHaveReached() {
        Configuration joint = joint(Set.of(1, 4, 5), Set.of(1, 2, 3));
        assertThat(committed(joint, 9, 9, 9, 2, 1)).isEqualTo(2);
        assertThat(committed(joint, 9, 2, 1, 9, 9)).isEqualTo(2);
    }

    @Test
    void aVoteIsWonLostOrPending() {
        Configuration three = joint(Set.of(1, 2, 3), Set.of());
        assertThat(result(three, "yy-")).isEqualTo(VoteResult.WON);
        assertThat(result(three, "yn-")).isEqualTo(VoteResult.PENDING);
        assertThat(result(three, "ynn")).isEqualTo(VoteResult.LOST);
        Configuration joint = joint(Set.of(1, 4, 5), Set.of(1, 2, 3));
        assertThat(result(joint, "yyy--")).isEqualTo(VoteResult.PENDING);
        assertThat(result(joint, "yyynn")).isEqualTo(VoteResult.LOST);
        assertThat(result(joint, "yy-y-")).isEqualTo(VoteResult.WON);
    }

    @Test
    void aConfigurationWithoutVotersDecidesNothing() {
        Configuration empty = joint(Set.of(), Set.of());
        assertThat(committed(empty)).isZero();
        assertThat(result(empty, "")).isEqualTo(VoteResult.LOST);
        assertThat(new Quorum(empty).isQuorum(member -> true)).isFalse();
    }

    @Test
    void theCommittedIndexIsTheGreatestThatAQuorumHasReached() {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 5_000; i++) {
            Configuration configuration = joint(randomSet(random, 1), randomSet(random, 0));
            Map<MemberId, Long> match = new HashMap<>();
            for (int member = 1; member <= 7; member++) {
                match.put(new MemberId(member), random.nextLong(10));
            }
            Quorum quorum = new Quorum(configuration);
            long committed = quorum.committedIndex(member -> match.getOrDefault(member, 0L));
            assertThat(quorum.isQuorum(member -> match.getOrDefault(member, 0L) >= committed))
                    .isTrue();
            assertThat(quorum.isQuorum(member -> match.getOrDefault(member, 0L) > committed))
                    .isFalse();
        }
    }

    private static Set<Integer> randomSet(SplittableRandom random, int least) {
        Set<Integer> numbers = new TreeSet<>();
        int size = random.nextInt(least, 6);
        while (numbers.size() < size) {
            numbers.add(random.nextInt(1, 8));
        }
        return numbers;
    }

    @Test
    void twoQuorumsOfOneConfigurationAlwaysShareAMember() {
        Configuration configuration = joint(Set.of(1, 4, 5), Set.of(1, 2, 3));
        Quorum quorum = new Quorum(configuration);
        long[] quorums = LongStream.range(0, 32)
                .filter(set -> quorum.isQuorum(member -> (set >> (member.value() - 1) & 1) == 1))
                .toArray();
        assertThat(quorums).isNotEmpty();
        assertThat(Arrays.stream(quorums).allMatch(one -> Arrays.stream(quorums).allMatch(other -> (one & other) != 0)))
                .isTrue();
    }

    @Test
    void aMemberIsNotVoterAndLearnerAtOnce() {
        assertThatThrownBy(() -> new Configuration(members(Set.of(1)), new TreeSet<>(), members(Set.of(1))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theMembersOfAJointConfigurationAreThoseOfBothHalvesAndTheLearners() {
        Configuration configuration =
                new Configuration(members(Set.of(1, 4)), members(Set.of(1, 2)), members(Set.of(7)));
        assertThat(configuration.allVoters()).isEqualTo(members(Set.of(1, 2, 4)));
        assertThat(configuration.members()).isEqualTo(members(Set.of(1, 2, 4, 7)));
        assertThat(configuration.isMember(new MemberId(7))).isTrue();
        assertThat(configuration.isVoter(new MemberId(7))).isFalse();
    }
}
