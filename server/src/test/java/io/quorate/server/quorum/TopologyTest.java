package io.quorate.server.quorum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.server.quorum.Latency.Known;
import io.quorate.server.quorum.Latency.Unknown;
import io.quorate.server.quorum.Spread.Percentile;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What changes lead to that are only thought of. */
class TopologyTest {

    private static Drawing threeZones() {
        return Drawing.voters("a@z1 b@z2 c@z3")
                .learners("d@z3")
                .ledBy("a")
                .syncs("a b c d", 100)
                .link("a-b", 1_000)
                .link("a-c", 5_000)
                .link("b-c", 4_000)
                .link("a-d", 7_000)
                .link("b-d", 6_000)
                .link("c-d", 200);
    }

    @Test
    void aPromotedLearnerVotes() {
        Topology promoted = threeZones().done().with(new Change.Promote("d"));
        assertThat(promoted.voters().present()).containsExactly("a", "b", "c", "d");
        assertThat(promoted.learners()).isEmpty();
        assertThat(CommitLatency.of(promoted, Percentile.P50)).isEqualTo(new Known(5_100));
    }

    @Test
    void aRemovedMemberIsGoneWithItsLinksAndItsLeadership() {
        Topology removed = threeZones().done().with(new Change.Remove("a"));
        assertThat(removed.nodes()).containsOnlyKeys("b", "c", "d");
        assertThat(removed.leader()).isEmpty();
        assertThat(removed.links()).allMatch(link -> !link.ends("a"));
    }

    @Test
    void anAddedMemberIsAsFarAwayAsTheOthersOfItsZone() {
        Topology added = threeZones().done().with(new Change.Add("e", Optional.of("z3")));
        assertThat(added.roundTrip("a", "e")).contains(new Spread(5_000, 10_000));
        assertThat(added.roundTrip("c", "e")).as("within the zone").contains(new Spread(200, 400));
        assertThat(added.node("e").sync()).contains(new Spread(100, 300));
        assertThat(CommitLatency.of(added, Percentile.P50)).isEqualTo(new Known(5_100));
    }

    @Test
    void ofAnAddedMemberInANewZoneNothingIsKnown() {
        Topology added = threeZones().done().with(new Change.Add("e", Optional.of("z4")));
        assertThat(added.roundTrip("a", "e")).isEmpty();
        assertThat(added.node("e").sync()).isEmpty();
        assertThat(CommitLatency.of(added.with(new Change.Lead("e")), Percentile.P50))
                .isEqualTo(new Unknown());
        assertThat(threeZones()
                        .done()
                        .with(new Change.Add("f", Optional.empty()))
                        .roundTrip("a", "f"))
                .isEmpty();
    }

    @Test
    void severalChangesFollowEachOther() {
        Topology changed = threeZones()
                .done()
                .with(List.of(new Change.Promote("d"), new Change.Remove("a"), new Change.Lead("d")));
        assertThat(changed.voters().present()).containsExactly("b", "c", "d");
        assertThat(changed.leader()).contains("d");
    }

    @Test
    void whatCannotBeMadeIsRefusedInASentence() {
        Topology topology = threeZones().done();
        assertThatThrownBy(() -> topology.with(new Change.Promote("a"))).hasMessage("member a is a voter already");
        assertThatThrownBy(() -> topology.with(new Change.Lead("d")))
                .hasMessage("member d is no voter, and cannot lead");
        assertThatThrownBy(() -> topology.with(new Change.Remove("x"))).hasMessage("there is no member x");
        assertThatThrownBy(() -> topology.with(new Change.Add("b", Optional.empty())))
                .hasMessage("there is a member b already");
        assertThatThrownBy(() -> Drawing.voters("a").done().with(new Change.Remove("a")))
                .hasMessage("member a is the last voter, and cannot be removed");
    }
}
