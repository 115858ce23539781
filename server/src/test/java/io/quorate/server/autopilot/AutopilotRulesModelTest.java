package io.quorate.server.autopilot;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.MemberId;
import io.quorate.server.autopilot.Picture.Condition;
import io.quorate.server.autopilot.Picture.Member;
import io.quorate.server.members.MemberChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whatever a leader may see: what the rules do about it takes nothing from the cluster, judged by counting and not by formulas. */
class AutopilotRulesModelTest {

    private static final Duration TIME = Duration.ofSeconds(10);
    private static final List<Condition> CONDITIONS = List.of(Condition.STEADY, Condition.BEHIND, Condition.SILENT);
    private static final List<String> ZONES = List.of("z1", "z2", "z3");

    private static final AutopilotPolicy POLICY = new AutopilotPolicy(
            Optional.of(TIME), Optional.of(TIME), List.of("s2", "s3", "s4", "s5", "s6", "s7"), true);

    private int acts;
    private int actsOnWitnesses;

    @Test
    void ofFourMembersEveryPictureIsJudgedSoundly() {
        int kinds = 3 * CONDITIONS.size() * ZONES.size();
        for (int draw = 0; draw < kinds * kinds * kinds; draw++) {
            judge(List.of(
                    leader("z1"),
                    member(2, draw % kinds),
                    member(3, draw / kinds % kinds),
                    member(4, draw / kinds / kinds)));
        }
        assertThat(acts).isGreaterThan(500);
    }

    @Test
    void ofSevenMembersManyPicturesAreJudgedSoundly() {
        Random random = new Random(18);
        for (int i = 0; i < 10_000; i++) {
            List<Member> members = new ArrayList<>();
            members.add(leader(ZONES.get(random.nextInt(ZONES.size()))));
            for (int id = 2; id <= 7; id++) {
                members.add(member(id, random.nextInt(1 << 20)));
            }
            judge(members);
        }
        assertThat(acts).isGreaterThan(500);
        assertThat(actsOnWitnesses).isGreaterThan(200);
    }

    private static Member leader(String zone) {
        return new Member(new MemberId(1), "v1", zone, true, true, false, Condition.STEADY, false, TIME);
    }

    /** One of 108 kinds: voter, spare or learner, in a condition, in a zone, for long or not, with data or a witness. */
    private static Member member(int id, int draw) {
        int role = draw % 3;
        Condition condition = CONDITIONS.get(draw / 3 % 3);
        String zone = ZONES.get(draw / 9 % 3);
        boolean since = draw / 27 % 2 == 0;
        boolean witness = draw / 54 % 2 == 1;
        String name = List.of("v", "s", "l").get(role) + id;
        return new Member(
                new MemberId(id),
                name,
                zone,
                role == 0,
                false,
                witness,
                condition,
                false,
                since ? TIME : Duration.ZERO);
    }

    private void judge(List<Member> members) {
        Picture picture = new Picture(members, false, List.of(), Optional.empty());
        if (!(new AutopilotRules(POLICY, picture).judge() instanceof Judgement.Act act)) {
            return;
        }
        acts++;
        boolean onAWitness = act.change().changes().stream()
                .anyMatch(
                        change -> members.get((int) change.member().value() - 1).witness());
        actsOnWitnesses += onAWitness ? 1 : 0;
        Set<MemberId> before = picture.voters().stream().map(Member::id).collect(Collectors.toSet());
        Set<MemberId> after = new HashSet<>(before);
        for (MemberChange.OfOne change : act.change().changes()) {
            Member one = members.get((int) change.member().value() - 1);
            if (change instanceof MemberChange.Promote) {
                assertThat(one)
                        .matches(Member::isWell)
                        .matches(it -> !it.voter() && it.since().equals(TIME));
                after.add(one.id());
            } else {
                assertThat(change).isInstanceOf(MemberChange.Remove.class);
                assertThat(one).matches(it -> it.voter() && !it.leader());
                after.remove(one.id());
            }
        }
        Set<MemberId> well =
                members.stream().filter(Member::isWell).map(Member::id).collect(Collectors.toSet());
        Set<MemberId> all = members.stream().map(Member::id).collect(Collectors.toSet());
        Set<MemberId> data = members.stream()
                .filter(member -> !member.witness())
                .map(Member::id)
                .collect(Collectors.toSet());
        assertThat(withstood(before, well, data)).as("quorum of %s", members).isNotNegative();
        assertThat(withstood(after, well, data))
                .as("now: %s %s", act, members)
                .isGreaterThanOrEqualTo(withstood(before, well, data));
        assertThat(withstood(after, all, data))
                .as("well: %s %s", act, members)
                .isGreaterThanOrEqualTo(withstood(before, all, data));
        assertThat(holders(after, data)).as("%s %s", act, members).isGreaterThanOrEqualTo(holders(before, data));
        if (after.size() == before.size()) {
            assertThat(holders(after, data)).as("%s %s", act, members).isEqualTo(holders(before, data));
        }
        if (!data.containsAll(after)) {
            assertThat(lost(after, data)).as("copies: %s %s", act, members).isGreaterThanOrEqualTo(lost(before, data));
        }
        assertThat(risky(after, well, members))
                .as("zones: %s %s", act, members)
                .isLessThanOrEqualTo(risky(before, well, members));
        boolean ofADeadOne = members.stream()
                .anyMatch(member -> before.contains(member.id())
                        && !after.contains(member.id())
                        && member.condition() == Condition.SILENT);
        if (!ofADeadOne) {
            assertThat(risky(after, all, members))
                    .as("%s %s", act, members)
                    .isLessThanOrEqualTo(risky(before, all, members));
        }
        if (after.size() != before.size()) {
            assertThat(after).hasSizeBetween(before.size() + 1, before.size() + 2);
        }
    }

    private static int holders(Set<MemberId> voters, Set<MemberId> data) {
        return Integer.bitCount(bits(voters) & bits(data));
    }

    /**
     * The most voters with data that may be lost, whichever they are and whoever has committed something before, such that those left
     * can go on and one of them has it.
     */
    private static int lost(Set<MemberId> voterIds, Set<MemberId> dataIds) {
        int voters = bits(voterIds);
        int data = bits(dataIds);
        List<Integer> committing = subsets(voters).stream()
                .filter(some -> canDecide(some, voters, data))
                .toList();
        return most(
                voters & data,
                loss -> canDecide(voters & ~loss, voters, data)
                        && committing.stream().allMatch(quorum -> (quorum & data & ~loss) != 0));
    }

    /** The most members that may be gone, whichever they are, such that those left can decide; -1 if they cannot now. */
    private static int withstood(Set<MemberId> voterIds, Set<MemberId> there, Set<MemberId> data) {
        int voters = bits(voterIds);
        int present = voters & bits(there);
        return most(present, lost -> canDecide(present & ~lost, voters, bits(data)));
    }

    /** The largest number such that all subsets of that size, and all smaller ones, are borne; -1 if the empty one is not. */
    private static int most(int members, IntPredicate borne) {
        int smallestTooMuch = subsets(members).stream()
                .filter(some -> !borne.test(some))
                .mapToInt(Integer::bitCount)
                .min()
                .orElse(Integer.bitCount(members) + 1);
        return smallestTooMuch - 1;
    }

    private static boolean canDecide(int left, int voters, int data) {
        return Integer.bitCount(left) * 2 > Integer.bitCount(voters) && (left & data) != 0;
    }

    /** A bit for each member. */
    private static int bits(Set<MemberId> members) {
        return members.stream().mapToInt(member -> 1 << member.value()).reduce(0, (some, one) -> some | one);
    }

    private static List<Integer> subsets(int members) {
        return IntStream.rangeClosed(0, members)
                .filter(some -> (some & ~members) == 0)
                .boxed()
                .toList();
    }

    /** How many zones with voters hold so many of them that the others cannot decide. */
    private static long risky(Set<MemberId> voters, Set<MemberId> there, List<Member> members) {
        return ZONES.stream()
                .filter(zone -> members.stream()
                        .anyMatch(member ->
                                voters.contains(member.id()) && member.zone().equals(zone)))
                .filter(zone -> {
                    List<Member> elsewhere = members.stream()
                            .filter(member -> voters.contains(member.id())
                                    && there.contains(member.id())
                                    && !member.zone().equals(zone))
                            .toList();
                    return elsewhere.size() * 2 <= voters.size()
                            || elsewhere.stream().allMatch(Member::witness);
                })
                .count();
    }
}
