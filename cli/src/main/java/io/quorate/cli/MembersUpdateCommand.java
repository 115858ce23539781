package io.quorate.cli;

import io.quorate.server.proto.etcdserverpb.Member;
import java.net.URI;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code quorate members update}: a member is reached elsewhere. */
@Command(
        name = "update",
        description = {
            "Says where the others reach a member from now on. Start it with these URLs in --initial-advertise-peer-urls",
            "and with --initial-cluster-state existing."
        },
        footer = {"", "Example:", "  quorate members update b --peer-urls http://10.0.0.9:2380"})
final class MembersUpdateCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "<member>", description = "Its name, or its id.")
    private String member = "";

    @Option(
            names = "--peer-urls",
            paramLabel = "<urls>",
            required = true,
            description = "Where the other members will reach it, separated by commas.")
    private String peerUrls = "";

    @Mixin
    private final ChangeOptions options = new ChangeOptions();

    @Override
    public Integer call() {
        List<String> urls = MemberUrls.parseList("--peer-urls", peerUrls).stream()
                .map(URI::toString)
                .toList();
        try (ClusterSight sight = new ClusterSight(options.client)) {
            ClusterSight.Seen seen = sight.look();
            Member moving = seen.named(member);
            MemberCalls calls = new MemberCalls(sight);
            return options.operation(sight, "members update " + member)
                    .execute(ChangeOptions.sameMembers(
                            seen, List.of(OperationRun.PlannedStep.of("update " + member, run -> {
                                calls.update(moving.getID(), urls);
                                return "it is reached at " + String.join(", ", urls);
                            }))));
        }
    }
}
