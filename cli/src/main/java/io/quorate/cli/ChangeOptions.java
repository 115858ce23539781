package io.quorate.cli;

import io.quorate.server.operations.ClusterHealth;
import io.quorate.server.operations.Preflight;
import io.quorate.server.operations.Proof;
import io.quorate.server.proto.etcdserverpb.Member;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of commands that change the cluster as a whole, and what these commands have in common. */
final class ChangeOptions {

    @Mixin
    final ClientOptions client = new ClientOptions();

    @Option(
            names = "--force",
            description = {
                "Go on although a check refuses it, which is on record then. What the members themselves refuse stays refused."
            })
    boolean force;

    @Option(
            names = "--break-off",
            description = {
                "Begin although another operation is under way: that one is broken off, and stops before its next step."
            })
    boolean breakOff;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    /** An operation of this command. */
    OperationRun operation(ClusterSight sight, String title) {
        var commandLine = command.commandLine();
        return new OperationRun(
                sight,
                commandLine.getOut(),
                commandLine.getErr(),
                force,
                breakOff,
                Quorate.stopRequest(command, "'quorate operations' tells how far it had come"),
                title);
    }

    /** The ids of the voters, some of which go, and some of which were learners before. */
    static Set<Long> voters(ClusterHealth health, Collection<Long> without, Collection<Long> promoted) {
        return Stream.concat(health.voterIds().stream(), promoted.stream())
                .filter(id -> !without.contains(id))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** An operation that leaves the members as they are. */
    static OperationRun.Plan sameMembers(ClusterSight.Seen seen, List<OperationRun.PlannedStep> steps) {
        return new OperationRun.Plan(
                seen, now -> Preflight.Intent.nothingOf(now.health()), steps, () -> Proof.Goal.asIn(seen.health()));
    }

    /** Where a member that is to come is found. */
    static final class Newcomer {

        @Option(
                names = "--peer-urls",
                paramLabel = "<urls>",
                required = true,
                description = "Where the other members will reach the new one, separated by commas.")
        private String peerUrls = "";

        List<String> urls() {
            return MemberUrls.parseList("--peer-urls", peerUrls).stream()
                    .map(URI::toString)
                    .toList();
        }
    }

    /** How learners are brought to where they may vote. */
    static final class Learning {

        @Option(
                names = "--max-lag",
                paramLabel = "<entries>",
                description = {
                    "A learner may vote when it lacks no more entries of the log than this, at most 5000.",
                    "Default: ${DEFAULT-VALUE}"
                },
                defaultValue = "1000")
        private long maxLag;

        @Option(
                names = "--patience",
                paramLabel = "<time>",
                description = {
                    "Give a learner up that makes no progress for so long, be it that it is not started.",
                    "Default: ${DEFAULT-VALUE}"
                },
                defaultValue = "60s",
                converter = ClientOptions.TimeConverter.class)
        private Duration patience = Duration.ZERO;

        /** Before anything is begun: whether what was asked for can be had. */
        void requireSense() {
            if (maxLag < 0 || maxLag > ClusterHealth.MAX_LAG) {
                throw CommandFailed.usage("--max-lag is " + maxLag + "; give a number from 0 to "
                        + ClusterHealth.MAX_LAG + ", since a voter that lacks more is of no use to a quorum");
            }
        }

        CatchUp of(OperationRun operation, long id, String name) {
            return new CatchUp(operation, id, name, maxLag, patience);
        }
    }

    /** How a member that was added is started, with the flags that say who is in the cluster. */
    static String startLine(ClusterSight.Seen seen, String name, List<String> peerUrls, boolean witness) {
        String others = seen.members().stream()
                .filter(member -> !member.getPeerURLsList().equals(peerUrls))
                .flatMap(member -> member.getPeerURLsList().stream().map(url -> initialName(member) + "=" + url))
                .collect(Collectors.joining(","));
        String own = peerUrls.stream().map(url -> name + "=" + url).collect(Collectors.joining(","));
        String peers = String.join(",", peerUrls);
        return "./quorate server --name " + name + (witness ? " --witness" : "")
                + " --data-dir <empty directory> --initial-cluster-state existing"
                + " --initial-cluster " + (others.isEmpty() ? own : others + "," + own)
                + " --listen-peer-urls " + peers + " --initial-advertise-peer-urls " + peers
                + " --listen-client-urls <url> --advertise-client-urls <url>";
    }

    /** A member that was never started has told no name, and any does. */
    private static String initialName(Member member) {
        return member.getName().isEmpty() ? Long.toHexString(member.getID()) : member.getName();
    }
}
