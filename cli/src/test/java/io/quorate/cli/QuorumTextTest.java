package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.server.quorum.Link;
import io.quorate.server.quorum.Node;
import io.quorate.server.quorum.Spread;
import io.quorate.server.quorum.Topology;
import io.quorate.server.quorum.Voters;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Which links are called weak, and how they are told. */
class QuorumTextTest {

    private static final int PROBES = 60;

    private static Link good(String one, String other, long micros) {
        return lossy(one, other, micros, 0);
    }

    private static Link lossy(String one, String other, long micros, int lost) {
        return new Link(one, other, Optional.of(new Spread(micros, 2 * micros)), PROBES, lost, lost, false);
    }

    private static Link down(String one, String other) {
        return new Link(one, other, Optional.empty(), PROBES, PROBES, 1, true);
    }

    /** Voters a to d, and what is known of the links between them. */
    private static Topology linked(Link... links) {
        SortedMap<String, Node> nodes = new TreeMap<>();
        for (String name : List.of("a", "b", "c", "d")) {
            nodes.put(name, new Node(name, name, Optional.empty(), Optional.empty(), Node.Condition.GOOD));
        }
        return new Topology(nodes, Voters.of(nodes.keySet()), Optional.of("a"), List.of(links));
    }

    private static List<String> weakest(Link... links) {
        Topology topology = linked(links);
        return QuorumText.weakest(topology).stream()
                .map(link -> QuorumText.describe(topology, link))
                .toList();
    }

    @Test
    void linksThatAreMuchAlikeAreNotWeak() {
        assertThat(weakest()).isEmpty();
        assertThat(weakest(good("a", "b", 300), good("a", "c", 400), good("b", "c", 500)))
                .isEmpty();
        assertThat(weakest(good("a", "b", 20_000), good("a", "c", 30_000), good("b", "c", 59_000)))
                .as("far away from each other, all of them")
                .isEmpty();
    }

    @Test
    void aLinkIsSlowThatTakesMoreThanThreeTimesAsLongAsTheMiddleOneAndMoreThanAMillisecond() {
        assertThat(weakest(good("a", "b", 200), good("a", "c", 200), good("b", "c", 1_000)))
                .as("nobody's commits are slow for that")
                .isEmpty();
        assertThat(weakest(good("a", "b", 200), good("a", "c", 200), good("b", "c", 1_001)))
                .containsExactly("b - c: 1.00 ms / 2.00 ms, 0 % lost");
        assertThat(weakest(good("a", "b", 500), good("a", "c", 500), good("b", "c", 1_500)))
                .isEmpty();
        assertThat(weakest(good("a", "b", 500), good("a", "c", 500), good("b", "c", 1_501)))
                .hasSize(1);
    }

    @Test
    void firstComesWhatIsDownThenWhatLosesMostThenWhatIsSlowest() {
        Link slow = good("a", "d", 5_000);
        Link slower = good("b", "d", 50_000);
        Link losing = lossy("a", "b", 200, 3);
        Link losingMore = lossy("a", "c", 200, 6);
        assertThat(weakest(slow, losing, good("c", "d", 200), losingMore, down("b", "c")))
                .as("three at most")
                .containsExactly(
                        "b - c: down", "a - c: 0.20 ms / 0.40 ms, 10 % lost", "a - b: 0.20 ms / 0.40 ms, 5 % lost");
        assertThat(weakest(slow, losing, good("c", "d", 200), good("a", "c", 200), slower))
                .containsExactly(
                        "a - b: 0.20 ms / 0.40 ms, 5 % lost",
                        "b - d: 50.0 ms / 100 ms, 0 % lost", "a - d: 5.00 ms / 10.0 ms, 0 % lost");
    }

    @Test
    void aLinkOnWhichNothingWasAnsweredYetHasNoTimes() {
        Link silent = new Link("a", "b", Optional.empty(), PROBES, PROBES, 1, false);
        assertThat(weakest(silent)).containsExactly("a - b: ?, 100 % lost");
    }
}
