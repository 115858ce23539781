package io.quorate.cli;

import io.quorate.server.proto.etcdserverpb.Member;
import io.quorate.server.proto.managerpb.ChangeMembersRequest;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code quorate members update}: a member is reached elsewhere, or is to lead more or less readily. */
@Command(
        name = "update",
        description = {
            "Says where the others reach a member from now on, or how readily it is to lead. A member that moves is started with the new",
            "URLs in --initial-advertise-peer-urls and with --initial-cluster-state existing."
        },
        footer = {"", "Example:", "  quorate members update b --priority 2"})
final class MembersUpdateCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "<member>", description = "Its name, or its id.")
    private String member = "";

    @Option(
            names = "--peer-urls",
            paramLabel = "<urls>",
            description = "Where the other members will reach it, separated by commas.")
    private Optional<String> peerUrls = Optional.empty();

    @Option(
            names = "--priority",
            paramLabel = "<n>",
            description = {
                "How readily it is to lead. 0: never. Every member has 1 unless it was given another one; of those that are well, the",
                "one with the highest leads."
            })
    private Optional<Integer> priority = Optional.empty();

    @Mixin
    private final ChangeOptions options = new ChangeOptions();

    @Override
    public Integer call() {
        List<String> urls = peerUrls.map(text -> MemberUrls.parseList("--peer-urls", text).stream()
                        .map(URI::toString)
                        .toList())
                .orElse(List.of());
        if (urls.isEmpty() && priority.isEmpty()) {
            throw CommandFailed.usage("say what is to be updated, with --peer-urls or --priority");
        }
        if (priority.isPresent() && priority.get() < 0) {
            throw CommandFailed.usage("--priority is " + priority.get() + "; give 0 or more");
        }
        try (ClusterSight sight = new ClusterSight(options.client)) {
            ClusterSight.Seen seen = sight.look();
            Member updated = seen.named(member);
            ChangeMembersRequest request = request(seen, updated.getID(), urls);
            return options.operation(sight, "members update " + member)
                    .execute(ChangeOptions.sameMembers(
                            seen, List.of(OperationRun.PlannedStep.of("update " + member, run -> {
                                new MemberCalls(run.sight())
                                        .changeTogether(request, members -> isDone(members, updated.getID(), urls));
                                return result(urls);
                            }))));
        }
    }

    private ChangeMembersRequest request(ClusterSight.Seen seen, long id, List<String> urls) {
        ChangeMembersRequest.Builder request = ChangeMembersRequest.newBuilder()
                .addAllExpectedVoters(seen.health().voterIds())
                .addAllExpectedLearners(seen.health().learnerIds());
        if (!urls.isEmpty()) {
            request.addUpdate(ChangeMembersRequest.Moved.newBuilder().setId(id).addAllPeerUrls(urls));
        }
        priority.ifPresent(wanted -> request.addPrefer(
                ChangeMembersRequest.Preferred.newBuilder().setId(id).setPriority(wanted)));
        return request.build();
    }

    /** Members do not tell their priorities in their list, so nothing is known of those. */
    private boolean isDone(List<Member> members, long id, List<String> urls) {
        return priority.isEmpty()
                && members.stream()
                        .anyMatch(listed -> listed.getID() == id
                                && Set.copyOf(listed.getPeerURLsList()).equals(Set.copyOf(urls)));
    }

    private String result(List<String> urls) {
        String reached = urls.isEmpty() ? "" : "it is reached at " + String.join(", ", urls);
        String leads = priority.map(wanted -> "its priority is " + wanted).orElse("");
        return reached.isEmpty() || leads.isEmpty() ? reached + leads : reached + ", and " + leads;
    }
}
