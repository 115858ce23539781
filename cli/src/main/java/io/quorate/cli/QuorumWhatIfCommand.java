package io.quorate.cli;

import io.quorate.server.quorum.Change;
import io.quorate.server.quorum.Node;
import io.quorate.server.quorum.Outlook;
import io.quorate.server.quorum.Topology;
import io.quorate.server.report.ClusterReports;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quorate quorum what-if}: what a change would lead to that is not made. */
@Command(
        name = "what-if",
        description = {
            "Tells what a cluster would withstand, and how fast it would commit, after a change that is not made.",
            "What is to be added, promoted and removed is reckoned in that order; then who leads.",
            "The links of an added member are taken to be like those of the others in its zone, and its disk like theirs;",
            "if there are none, they are unknown, and so is what depends on them."
        },
        footer = {"", "Example:", "  quorate quorum what-if --remove node2 --add node4@zone3 --leader node1"})
final class QuorumWhatIfCommand implements Callable<Integer> {

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Option(
            names = "--add",
            paramLabel = "<name[@zone]>",
            split = ",",
            description = "A voter more, in a zone or in none.")
    private List<String> added = List.of();

    @Option(names = "--promote", paramLabel = "<member>", split = ",", description = "A learner that votes.")
    private List<String> promoted = List.of();

    @Option(names = "--remove", paramLabel = "<member>", split = ",", description = "A member fewer.")
    private List<String> removed = List.of();

    @Option(names = "--leader", paramLabel = "<member>", description = "Who leads.")
    private Optional<String> leader = Optional.empty();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        if (added.isEmpty() && promoted.isEmpty() && removed.isEmpty() && leader.isEmpty()) {
            throw CommandFailed.usage("say what would be changed: --add, --promote, --remove or --leader");
        }
        ClusterReports cluster = AskedCluster.ask(client);
        Topology before = QuorumText.topology(cluster);
        Topology after;
        try {
            after = changed(before);
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(ExitCode.USAGE, e.getMessage() == null ? e.toString() : e.getMessage(), e);
        }
        PrintWriter out = spec.commandLine().getOut();
        if (client.json()) {
            JsonOutput.print(out, QuorumJson.whatIf(before, after));
        } else {
            out.println("As it is:");
            QuorumText.print(out, before, Outlook.of(before));
            out.println();
            out.println("After the change:");
            QuorumText.print(out, after, Outlook.of(after));
        }
        return ExitCode.OK;
    }

    private Topology changed(Topology before) {
        List<Change> changes = new ArrayList<>();
        for (String text : added) {
            String[] parts = text.split("@", 2);
            changes.add(new Change.Add(parts[0], parts.length > 1 ? Optional.of(parts[1]) : Optional.empty()));
        }
        promoted.forEach(name -> changes.add(new Change.Promote(id(before, name))));
        removed.forEach(name -> changes.add(new Change.Remove(id(before, name))));
        Topology after = before.with(changes);
        return leader.isPresent() ? after.with(new Change.Lead(id(after, leader.get()))) : after;
    }

    private static String id(Topology topology, String name) {
        return topology.find(name)
                .map(Node::id)
                .orElseThrow(() -> new IllegalArgumentException("there is no member " + name + "; there are "
                        + topology.nodes().values().stream().map(Node::called).collect(Collectors.joining(", "))));
    }
}
