package io.quorate.server.report;

import io.quorate.server.quorum.Latency;
import io.quorate.server.quorum.Link;
import io.quorate.server.quorum.Spread;
import io.quorate.server.report.Problem.Urgency;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Which members do not reach each other, or badly. Only links between members that answer: of the others something worse is told. */
final class LinkProblems {

    private static final double MUCH_LOSS = 0.05;

    /**
     * A round trip may take this part of the election timeout, at most (etcd's "Tuning" says the same). It is the median that counts: of
     * sixty probes the slowest tells of one hiccup.
     */
    private static final int ELECTION_SHARE = 10;

    private LinkProblems() {}

    static List<Problem> of(ClusterReports cluster) {
        List<Problem> problems = new ArrayList<>();
        // One that has stopped has closed its peer port: that is no matter of the network.
        List<MemberReport> reports = cluster.reports().stream()
                .filter(report -> report.stopped().isEmpty())
                .toList();
        for (int i = 0; i < reports.size(); i++) {
            for (MemberReport other : reports.subList(i + 1, reports.size())) {
                MemberReport one = reports.get(i);
                cluster.link(one.memberId(), other.memberId())
                        .flatMap(link -> problem(
                                link,
                                cluster.called(one.memberId()) + " and " + cluster.called(other.memberId()),
                                Math.min(one.electionTimeoutMillis(), other.electionTimeoutMillis())))
                        .ifPresent(problems::add);
            }
        }
        return problems;
    }

    private static Optional<Problem> problem(Link link, String both, long electionTimeoutMillis) {
        if (link.down()) {
            return Optional.of(new Problem(
                    Urgency.SERIOUS,
                    both,
                    "do not reach each other, though both answer here",
                    "mend the network between their peer ports: firewalls, routes, addresses"));
        }
        // Lost once in a row, and answered now: that was a member which was started again.
        if (link.loss() >= MUCH_LOSS && link.outages() > 1) {
            return Optional.of(new Problem(
                    Urgency.SERIOUS,
                    both,
                    String.format(
                            Locale.ROOT,
                            "reach each other on and off: %d of %d probes were lost in the last minute, in %d outages",
                            link.lost(),
                            link.sent(),
                            link.outages()),
                    "look at the network between them"));
        }
        return link.roundTrip()
                .filter(trip -> trip.p50Micros() / 1000 > electionTimeoutMillis / ELECTION_SHARE)
                .map(trip -> slow(trip, both, electionTimeoutMillis));
    }

    private static Problem slow(Spread trip, String both, long electionTimeoutMillis) {
        return new Problem(
                Urgency.SERIOUS,
                both,
                "are far from each other: a round trip takes " + Latency.millis(trip.p50Micros())
                        + ", and an election timeout is " + electionTimeoutMillis + " ms",
                "raise --election-timeout and --heartbeat-interval, or mend the network");
    }
}
