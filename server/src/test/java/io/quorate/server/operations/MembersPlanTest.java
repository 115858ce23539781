package io.quorate.server.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.server.operations.MembersPlan.Moved;
import io.quorate.server.operations.MembersPlan.Present;
import io.quorate.server.operations.MembersPlan.Wanted;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What leads from the members that there are to those that there shall be. */
class MembersPlanTest {

    private static final List<Present> THREE = List.of(
            new Present(1, "a", List.of("http://a:1"), false),
            new Present(2, "b", List.of("http://b:1"), false),
            new Present(3, "c", List.of("http://c:1"), false));

    private static Wanted voter(String name, String url) {
        return new Wanted(name, List.of(url), true);
    }

    @Test
    void membersThatAreAsTheyShallBeNeedNothing() {
        MembersPlan plan = MembersPlan.of(
                THREE, List.of(voter("c", "http://c:1"), voter("a", "http://a:1"), voter("b", "http://b:1")));
        assertThat(plan.isEmpty()).isTrue();
        assertThat(plan.votersAfter()).containsExactlyInAnyOrder(1L, 2L, 3L);
    }

    @Test
    void whoIsMissingIsAddedWhoIsNotNamedIsRemovedAndWhoHasMovedIsUpdated() {
        MembersPlan plan = MembersPlan.of(
                THREE,
                List.of(
                        voter("a", "http://a:1"),
                        voter("b", "http://b:2"),
                        voter("d", "http://d:1"),
                        new Wanted("e", List.of("http://e:1"), false)));
        assertThat(plan.add()).containsExactly(voter("d", "http://d:1"), new Wanted("e", List.of("http://e:1"), false));
        assertThat(plan.remove()).containsExactly(3L);
        assertThat(plan.update()).containsExactly(new Moved(2, "b", List.of("http://b:2")));
        assertThat(plan.votersAfter()).containsExactlyInAnyOrder(1L, 2L);
    }

    @Test
    void aLearnerIsPromotedAndOneThatWasNeverStartedIsKnownByItsUrl() {
        List<Present> present =
                List.of(THREE.getFirst(), new Present(9, "", List.of("http://d:1", "http://d:2"), true));
        MembersPlan plan = MembersPlan.of(
                present, List.of(voter("a", "http://a:1"), new Wanted("d", List.of("http://d:2", "http://d:1"), true)));
        assertThat(plan.promote()).containsExactly(9L);
        assertThat(plan.add()).isEmpty();
        assertThat(plan.update()).isEmpty();
        assertThat(plan.votersAfter()).containsExactlyInAnyOrder(1L, 9L);
    }

    @Test
    void whoIsAWitnessStaysOne() {
        List<Present> present = List.of(THREE.getFirst(), new Present(3, "c", List.of("http://c:1"), false, true));
        Wanted a = voter("a", "http://a:1");
        assertThat(MembersPlan.of(present, List.of(a, new Wanted("c", List.of("http://c:1"), true, true)))
                        .isEmpty())
                .isTrue();
        assertThatThrownBy(() -> MembersPlan.of(present, List.of(a, voter("c", "http://c:1"))))
                .hasMessageContaining("member c is a witness, and cannot be made a member with data");
        assertThatThrownBy(() -> MembersPlan.of(present, List.of(new Wanted("c", List.of("http://c:1"), true, true))))
                .hasMessageContaining("no voter that holds data");
    }

    @Test
    void whatMakesNoSenseIsSaidInASentence() {
        assertThatThrownBy(() -> MembersPlan.of(THREE, List.of())).hasMessageContaining("no voter");
        assertThatThrownBy(() -> MembersPlan.of(THREE, List.of(voter("a", "http://x:1"), voter("a", "http://y:1"))))
                .hasMessageContaining("two members have the name a");
        assertThatThrownBy(() -> MembersPlan.of(THREE, List.of(voter("a", "http://x:1"), voter("b", "http://x:1"))))
                .hasMessageContaining("two members have the peer URL http://x:1");
        assertThatThrownBy(() -> MembersPlan.of(
                        THREE, List.of(voter("a", "http://a:1"), new Wanted("b", List.of("http://b:1"), false))))
                .hasMessageContaining("member b votes, and cannot be made a learner");
    }
}
