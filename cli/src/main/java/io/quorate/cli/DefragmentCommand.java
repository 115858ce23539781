package io.quorate.cli;

import io.quorate.cli.OperationRun.PlannedStep;
import io.quorate.server.operations.MemberHealth;
import io.quorate.server.operations.Preflight;
import io.quorate.server.operations.Proof;
import io.quorate.server.proto.etcdserverpb.DefragmentRequest;
import io.quorate.server.proto.etcdserverpb.MaintenanceGrpc;
import io.quorate.server.proto.etcdserverpb.StatusRequest;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code quorate defragment}: members give room back to their file systems. */
@Command(
        name = "defragment",
        description = {
            "Has each voter that answers give the room back that nothing readable takes up, one after the other; all go on",
            "serving. Learners do not do that, as in etcd.",
            "Large stores take long: give --timeout more than 5 s for them."
        },
        footer = {"", "Example:", "  quorate defragment --timeout 5m"})
final class DefragmentCommand implements Callable<Integer> {

    @Mixin
    private final ChangeOptions options = new ChangeOptions();

    @Override
    public Integer call() {
        try (ClusterSight sight = new ClusterSight(options.client)) {
            ClusterSight.Seen seen = sight.look();
            // Learners do not serve this call, as in etcd, and witnesses have nothing to defragment.
            List<MemberHealth> members = seen.health().voters().stream()
                    .filter(member -> member.answers() && !member.witness())
                    .toList();
            List<PlannedStep> steps = new ArrayList<>();
            for (MemberHealth member : members) {
                String which = "member " + (steps.size() + 1) + " of " + members.size() + ", ";
                steps.add(PlannedStep.of("defragment " + member.label(), run -> defragment(run, member.id(), which)));
            }
            OperationRun.Plan plan = new OperationRun.Plan(
                    seen, now -> Preflight.Intent.roomFor(now.health()), steps, () -> Proof.Goal.asIn(seen.health()));
            return options.operation(sight, "defragment").execute(plan);
        }
    }

    private String defragment(OperationRun run, long id, String which) {
        URI endpoint = run.sight()
                .look()
                .endpoint(id)
                .orElseThrow(() -> new CommandFailed(ExitCode.FAILED, "it has not told where it serves clients"));
        long before = size(endpoint);
        try (ClusterClient member = options.client.connect(List.of(endpoint))) {
            var unused = run.tellWhile(
                    () -> member.write((channel, deadline) -> MaintenanceGrpc.newBlockingStub(channel)
                            .withDeadline(deadline)
                            .defragment(DefragmentRequest.getDefaultInstance())),
                    took -> which + took.toSeconds() + " s");
        }
        return before + " bytes before, " + size(endpoint) + " after";
    }

    private long size(URI endpoint) {
        try (ClusterClient member = options.client.connect(List.of(endpoint))) {
            return member.read((channel, deadline) -> MaintenanceGrpc.newBlockingStub(channel)
                    .withDeadline(deadline)
                    .status(StatusRequest.getDefaultInstance())
                    .getDbSize());
        }
    }
}
