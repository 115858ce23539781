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
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Whatever a leader may see: what the rules do about it takes nothing from the cluster, judged by counting and not by formulas. */
class AutopilotRulesModelTest {

    private static final Duration TIME = Duration.ofSeconds(10);
    private static final List<Condition> CONDITIONS = List.of(Condition.STEADY, Condition.BEHIND, Condition.SILENT);
    private static final List<String> ZONES = List.of("z1", "z2", "z3");

    private static final AutopilotPolicy POLICY = new AutopilotPolicy(
            Optional.of(TIME), Optional.of(TIME), List.of("s2", "s3", "s4", "s5", "s6", "s7"), true);

    private int acts;

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
    }

    private static Member leader(String zone) {
        return new Member(new MemberId(1), "v1", zone, true, true, Condition.STEADY, false, TIME);
    }

    /** One of 54 kinds: voter, spare or learner, in a condition, in a zone, for long or not. */
    private static Member member(int id, int draw) {
        int role = draw % 3;
        Condition condition = CONDITIONS.get(draw / 3 % 3);
        String zone = ZONES.get(draw / 9 % 3);
        boolean since = draw / 27 % 2 == 0;
        String name = List.of("v", "s", "l").get(role) + id;
        return new Member(
                new MemberId(id), name, zone, role == 0, false, condition, false, since ? TIME : Duration.ZERO);
    }

    private void judge(List<Member> members) {
        Picture picture = new Picture(members, false, List.of(), Optional.empty());
        if (!(new AutopilotRules(POLICY, picture).judge() instanceof Judgement.Act act)) {
            return;
        }
        acts++;
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
        assertThat(withstood(before, well)).as("quorum of %s", members).isNotNegative();
        assertThat(withstood(after, well))
                .as("now: %s %s", act, members)
                .isGreaterThanOrEqualTo(withstood(before, well));
        assertThat(withstood(after, all))
                .as("well: %s %s", act, members)
                .isGreaterThanOrEqualTo(withstood(before, all));
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

    /** The most members that may be gone, whichever they are, such that those left are a majority; -1 if they are none now. */
    private static int withstood(Set<MemberId> voters, Set<MemberId> there) {
        int most = -1;
        List<MemberId> present = voters.stream().filter(there::contains).toList();
        for (int failures = 0; failures <= present.size(); failures++) {
            int gone = failures;
            boolean always = subsets(present).stream()
                    .filter(lost -> lost.size() == gone)
                    .allMatch(lost -> (present.size() - lost.size()) * 2 > voters.size());
            if (!always) {
                return most;
            }
            most = failures;
        }
        return most;
    }

    private static List<Set<MemberId>> subsets(List<MemberId> members) {
        List<Set<MemberId>> subsets = new ArrayList<>();
        for (int bits = 0; bits < 1 << members.size(); bits++) {
            Set<MemberId> subset = new HashSet<>();
            for (int i = 0; i < members.size(); i++) {
                if ((bits >> i & 1) == 1) {
                    subset.add(members.get(i));
                }
            }
            subsets.add(subset);
        }
        return subsets;
    }

    /** How many zones with voters hold so many of them that the others are no majority. */
    private static long risky(Set<MemberId> voters, Set<MemberId> there, List<Member> members) {
        return ZONES.stream()
                .filter(zone -> members.stream()
                        .anyMatch(member ->
                                voters.contains(member.id()) && member.zone().equals(zone)))
                .filter(zone -> members.stream()
                                        .filter(member -> voters.contains(member.id())
                                                && there.contains(member.id())
                                                && !member.zone().equals(zone))
                                        .count()
                                * 2
                        <= voters.size())
                .count();
    }
}
