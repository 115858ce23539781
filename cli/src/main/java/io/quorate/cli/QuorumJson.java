package io.quorate.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.quorate.server.quorum.Advice;
import io.quorate.server.quorum.FaultTolerance;
import io.quorate.server.quorum.Latency;
import io.quorate.server.quorum.Link;
import io.quorate.server.quorum.Node;
import io.quorate.server.quorum.Outlook;
import io.quorate.server.quorum.Spread;
import io.quorate.server.quorum.Topology;
import io.quorate.server.report.ClusterReports;
import io.quorate.server.report.MemberReport;
import java.util.Collection;
import java.util.List;
import java.util.Locale;

/** What is told of a quorum, as JSON. What is not known is left out. */
final class QuorumJson {

    private QuorumJson() {}

    static JsonObject advice(ClusterReports cluster, Topology topology, Advice advice) {
        JsonObject answer = outlook(topology, Outlook.of(topology));
        cluster.mostKnowing().ifPresent(report -> answer.addProperty("cluster_id", report.clusterId()));
        answer.add("members", members(cluster, topology));
        JsonArray links = new JsonArray();
        topology.links().forEach(link -> links.add(link(link)));
        answer.add("links", links);
        answer.add("notes", texts(advice.notes()));
        JsonArray recommendations = new JsonArray();
        advice.recommendations().forEach(recommendation -> {
            JsonObject one = outlook(topology.with(recommendation.steps()), recommendation.after());
            one.add(
                    "steps",
                    texts(recommendation.steps().stream()
                            .map(step -> step.describe(topology))
                            .toList()));
            one.addProperty("reason", recommendation.reason());
            recommendations.add(one);
        });
        answer.add("recommendations", recommendations);
        return answer;
    }

    static JsonObject whatIf(Topology before, Topology after) {
        JsonObject answer = new JsonObject();
        answer.add("before", outlook(before, Outlook.of(before)));
        answer.add("after", outlook(after, Outlook.of(after)));
        return answer;
    }

    private static JsonObject outlook(Topology topology, Outlook outlook) {
        JsonObject object = new JsonObject();
        topology.leader().ifPresent(leader -> object.addProperty("leader_id", leader));
        object.add("voters", texts(topology.voters().present()));
        object.add("outgoing_voters", texts(topology.voters().outgoing()));
        object.add("tolerance_now", tolerance(outlook.now()));
        object.add("tolerance_when_all_are_well", tolerance(outlook.whenAllAreWell()));
        object.add("commit_p50", latency(outlook.p50()));
        object.add("commit_p99", latency(outlook.p99()));
        return object;
    }

    private static JsonObject tolerance(FaultTolerance tolerance) {
        JsonObject object = new JsonObject();
        object.addProperty("quorum", tolerance.hasQuorum());
        object.addProperty("failures", Math.max(0, tolerance.failures()));
        JsonObject zones = new JsonObject();
        tolerance
                .zones()
                .forEach((zone, survival) ->
                        zones.addProperty(zone, survival.name().toLowerCase(Locale.ROOT)));
        object.add("zones", zones);
        object.add("critical", texts(tolerance.critical()));
        return object;
    }

    private static JsonObject latency(Latency latency) {
        JsonObject object = new JsonObject();
        object.addProperty(
                "known",
                switch (latency) {
                    case Latency.Known known -> "exactly";
                    case Latency.AtMost most -> "at_most";
                    case Latency.Unknown unknown -> "unknown";
                    case Latency.Never never -> "never";
                });
        latency.bound().ifPresent(micros -> object.addProperty("micros", micros));
        return object;
    }

    private static JsonArray members(ClusterReports cluster, Topology topology) {
        JsonArray members = new JsonArray();
        for (Node node : topology.nodes().values()) {
            JsonObject member = new JsonObject();
            member.addProperty("member_id", node.id());
            member.addProperty("name", node.name());
            node.zone().ifPresent(zone -> member.addProperty("zone", zone));
            member.addProperty("role", QuorumText.role(topology, node));
            member.addProperty("condition", node.condition().name().toLowerCase(Locale.ROOT));
            member.addProperty("priority", node.priority());
            cluster.report(node.id()).flatMap(MemberReport::score).ifPresent(score -> {
                member.addProperty("score", score.value());
                member.addProperty("ailing", score.ailing());
            });
            node.sync().ifPresent(sync -> member.add("sync_micros", spread(sync)));
            cluster.report(node.id()).ifPresent(report -> member.addProperty("applied_index", report.appliedIndex()));
            members.add(member);
        }
        return members;
    }

    private static JsonObject link(Link link) {
        JsonObject object = new JsonObject();
        object.add("members", texts(List.of(link.one(), link.other())));
        object.addProperty("down", link.down());
        object.addProperty("sent", link.sent());
        object.addProperty("lost", link.lost());
        object.addProperty("outages", link.outages());
        link.roundTrip().ifPresent(trip -> object.add("rtt_micros", spread(trip)));
        return object;
    }

    private static JsonObject spread(Spread spread) {
        JsonObject object = new JsonObject();
        object.addProperty("p50", spread.p50Micros());
        object.addProperty("p99", spread.p99Micros());
        return object;
    }

    private static JsonArray texts(Collection<String> texts) {
        JsonArray array = new JsonArray();
        texts.forEach(array::add);
        return array;
    }
}
