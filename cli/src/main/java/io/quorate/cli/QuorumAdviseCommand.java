package io.quorate.cli;

import io.quorate.server.quorum.Advice;
import io.quorate.server.quorum.Link;
import io.quorate.server.quorum.Outlook;
import io.quorate.server.quorum.Recommendation;
import io.quorate.server.quorum.Topology;
import io.quorate.server.report.ClusterReports;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quorate quorum advise}: what the cluster withstands, where it is weak, and what would do it good. */
@Command(
        name = "advise",
        description = {
            "Tells which failures a cluster withstands, how fast it commits, and what would do it good.",
            "Every member is asked what it measures: the round trips and losses to all others, and how fast its log is",
            "synced. Each change that is advised is told with what it leads to. Nothing is changed.",
            "Times are of the last minute. A member tells its zone if it was started with --zone. Its score says",
            "how far it is from failing, 0 to 1; 'quorate why' says by what."
        },
        footer = {"", "Example:", "  quorate quorum advise --endpoints 127.0.0.1:2379"})
final class QuorumAdviseCommand implements Callable<Integer> {

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        ClusterReports cluster = AskedCluster.ask(client);
        Topology topology = QuorumText.topology(cluster);
        Advice advice = Advice.of(topology);
        PrintWriter out = spec.commandLine().getOut();
        if (client.json()) {
            JsonOutput.print(out, QuorumJson.advice(cluster, topology, advice));
        } else {
            print(out, cluster, topology, advice);
        }
        return ExitCode.OK;
    }

    private static void print(PrintWriter out, ClusterReports cluster, Topology topology, Advice advice) {
        QuorumText.members(cluster, topology).print(out);
        out.println();
        out.println(
                "Round trips between members, median / 99th percentile, and losses, as the member of the row measures:");
        QuorumText.matrix(cluster, topology).print(out);
        out.println();
        QuorumText.print(out, topology, Outlook.of(topology));
        List<Link> weakest = QuorumText.weakest(topology);
        weakest.forEach(link -> out.println("Weak link: " + QuorumText.describe(topology, link)));
        out.println();
        advice.notes().forEach(note -> out.println("Note: " + note));
        boolean canBeChanged =
                Outlook.of(topology).now().hasQuorum() && !topology.voters().isJoint();
        if (canBeChanged && advice.recommendations().isEmpty()) {
            out.println("No change of the members or of the leader would do better.");
        }
        for (Recommendation recommendation : advice.recommendations()) {
            out.println("Advice: " + recommendation.text(topology));
        }
    }
}
