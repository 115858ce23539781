package io.quorate.server.quorum;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.server.quorum.Latency.AtMost;
import io.quorate.server.quorum.Latency.Known;
import io.quorate.server.quorum.Latency.Never;
import io.quorate.server.quorum.Latency.Unknown;
import io.quorate.server.quorum.Spread.Percentile;
import org.junit.jupiter.api.Test;

/** Which of the voters' times a commit takes. */
class CommitLatencyTest {

    private static Latency median(Drawing drawing, String leader) {
        return CommitLatency.of(drawing.done(), leader, Percentile.P50);
    }

    /** Three voters: a and b are near each other, c is far away. */
    private static Drawing three() {
        return Drawing.voters("a b c")
                .syncs("a b c", 100)
                .link("a-b", 500)
                .link("a-c", 9_000)
                .link("b-c", 8_000);
    }

    @Test
    void theLeaderWaitsForTheNearerFollower() {
        assertThat(median(three(), "a")).isEqualTo(new Known(600));
        assertThat(median(three(), "b")).isEqualTo(new Known(600));
        assertThat(median(three(), "c")).isEqualTo(new Known(8_100));
        assertThat(CommitLatency.of(three().done(), "c", Percentile.P99)).isEqualTo(new Known(16_300));
        assertThat(CommitLatency.decisive(three().done(), "a")).contains("b");
    }

    @Test
    void itsOwnSyncRunsBesideTheOthers() {
        assertThat(median(three().syncs("a", 400), "a")).isEqualTo(new Known(600));
        assertThat(median(three().syncs("a", 5_000), "a")).isEqualTo(new Known(5_000));
        // Two followers are a majority by themselves.
        assertThat(median(three().syncs("a", 90_000), "a")).isEqualTo(new Known(9_100));
    }

    @Test
    void aMajorityOfAnEvenNumberIsMoreThanHalf() {
        Drawing four = Drawing.voters("a b c d")
                .syncs("a b c d", 0)
                .link("a-b", 10)
                .link("a-c", 20)
                .link("a-d", 30);
        assertThat(median(four, "a")).isEqualTo(new Known(20));
        assertThat(median(Drawing.voters("a").syncs("a", 70), "a")).isEqualTo(new Known(70));
        assertThat(median(Drawing.voters("a b").syncs("a b", 70).link("a-b", 5), "a"))
                .isEqualTo(new Known(75));
    }

    @Test
    void whoIsDownOrBehindIsNotWaitedFor() {
        assertThat(median(three().down("b"), "a")).isEqualTo(new Known(9_100));
        assertThat(median(three().behind("b"), "a")).isEqualTo(new Known(9_100));
        assertThat(median(three().down("b c"), "a")).isEqualTo(new Never());
        assertThat(median(three().down("a"), "a")).isEqualTo(new Never());
    }

    @Test
    void whatIsNotMeasuredIsUnknownAndNeverNothing() {
        Drawing unmeasured = Drawing.voters("a b c").syncs("a b c", 100);
        assertThat(median(unmeasured, "a")).isEqualTo(new Unknown());
        assertThat(median(unmeasured.link("a-b", 500), "a")).isEqualTo(new AtMost(600));
        assertThat(median(unmeasured.link("a-b", 500).down("c"), "a")).isEqualTo(new Known(600));
        assertThat(median(Drawing.voters("a b c").links(500), "a")).isEqualTo(new Unknown());
        assertThat(CommitLatency.decisive(
                        Drawing.voters("a b c").syncs("a b c", 100).done(), "a"))
                .isEmpty();
    }

    @Test
    void bothHalvesOfAJointConfigurationAreWaitedFor() {
        Drawing joint = Drawing.voters("a b c")
                .outgoing("a d e")
                .syncs("a b c d e", 100)
                .link("a-b", 500)
                .link("a-c", 500)
                .link("a-d", 7_000)
                .link("a-e", 9_000);
        assertThat(median(joint, "a")).isEqualTo(new Known(7_100));
        assertThat(median(joint.down("d e"), "a")).isEqualTo(new Never());
    }

    @Test
    void ofTwoThingsTheLaterOneCounts() {
        assertThat(Latency.later(new Known(5), new Known(7))).isEqualTo(new Known(7));
        assertThat(Latency.later(new Known(7), new AtMost(5))).isEqualTo(new Known(7));
        assertThat(Latency.later(new AtMost(7), new Known(5))).isEqualTo(new AtMost(7));
        assertThat(Latency.later(new AtMost(7), new Known(7))).isEqualTo(new Known(7));
        assertThat(Latency.later(new Unknown(), new Known(7))).isEqualTo(new Unknown());
        assertThat(Latency.later(new Unknown(), new Never())).isEqualTo(new Never());
    }

    @Test
    void whoeverIsFastestIsFoundAmongThoseOfWhichItCanBeTold() {
        assertThat(CommitLatency.fastest(three().syncs("a", 20_000).done())).contains("b");
        assertThat(CommitLatency.fastest(Drawing.voters("a b c").done())).isEmpty();
        assertThat(CommitLatency.fastest(
                        three().priority("a", 0).priority("b", 0).done()))
                .as("whoever never leads is no choice")
                .contains("c");
        assertThat(CommitLatency.fastest(three().priority("c", 2).done()))
                .as("nor is one that would hand over to another")
                .contains("c");
        assertThat(CommitLatency.fastest(three().priority("c", 2).down("c").done()))
                .contains("a");
        assertThat(CommitLatency.of(three().done(), Percentile.P50)).isEqualTo(new Known(600));
        assertThat(CommitLatency.of(three().ledBy("c").done(), Percentile.P50)).isEqualTo(new Known(8_100));
    }
}
