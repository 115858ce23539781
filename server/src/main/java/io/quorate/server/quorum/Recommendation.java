package io.quorate.server.quorum;

import java.util.List;

/**
 * Something that would do a cluster good.
 *
 * @param steps in the order in which they can be made: there is a quorum after each
 * @param reason why, in one sentence without its full stop
 * @param before what can be said of the cluster as it is
 * @param after what it comes to
 */
public record Recommendation(List<Change> steps, String reason, Outlook before, Outlook after) {

    public Recommendation {
        steps = List.copyOf(steps);
    }

    /** For people: the steps, why, and what is predicted. */
    public String text(Topology topology) {
        List<String> todo = steps.stream().map(step -> step.describe(topology)).toList();
        return String.join(", then ", todo) + ": " + reason + "; " + prediction();
    }

    /** What becomes of the median of committing. */
    public String prediction() {
        if (before.p50().equals(after.p50())) {
            return "median commit stays " + before.p50().text();
        }
        return "median commit " + before.p50().text() + " -> " + after.p50().text();
    }
}
