package io.quorate.cli;

import io.quorate.server.operations.Preflight;
import io.quorate.server.operations.Proof;
import io.quorate.server.proto.etcdserverpb.CompactionRequest;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code quorate compact}: gives up history. */
@Command(
        name = "compact",
        description = {
            "Gives up the history before a revision, and returns when its room is free within the store;",
            "'quorate defragment' gives it back to the file system."
        },
        footer = {"", "Example:", "  quorate compact 1000"})
final class CompactCommand implements Callable<Integer> {

    @Parameters(
            index = "0",
            paramLabel = "<revision>",
            description = "The oldest revision that can be read afterwards.")
    private long revision;

    @Mixin
    private final ChangeOptions options = new ChangeOptions();

    @Override
    public Integer call() {
        try (ClusterSight sight = new ClusterSight(options.client)) {
            ClusterSight.Seen seen = sight.look();
            OperationRun.Plan plan = new OperationRun.Plan(
                    seen,
                    now -> Preflight.Intent.roomFor(now.health()),
                    List.of(OperationRun.PlannedStep.of(
                            "compact up to revision " + revision, run -> compact(run, sight))),
                    () -> Proof.Goal.asIn(seen.health()));
            return options.operation(sight, "compact " + revision).execute(plan);
        }
    }

    private String compact(OperationRun run, ClusterSight sight) {
        CompactionRequest request = CompactionRequest.newBuilder()
                .setRevision(revision)
                .setPhysical(true)
                .build();
        try (ClusterClient cluster = sight.connect()) {
            var unused = run.tellWhile(
                    () -> cluster.write((channel, deadline) -> KVGrpc.newBlockingStub(channel)
                            .withDeadline(deadline)
                            .compact(request)),
                    took -> "the member that was asked removes the history, " + took.toSeconds() + " s");
        }
        return "the history before it is gone";
    }
}
