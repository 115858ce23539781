package io.quorate.cli;

import io.quorate.server.operations.Preflight;
import io.quorate.server.proto.etcdserverpb.Member;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code quorate members promote}: a learner votes from now on. */
@Command(
        name = "promote",
        description = "Waits until a learner has the log, and lets it vote then.",
        footer = {"", "Example:", "  quorate members promote d"})
final class MembersPromoteCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "<member>", description = "Its name, or its id.")
    private String member = "";

    @Mixin
    private final ChangeOptions options = new ChangeOptions();

    @Mixin
    private final ChangeOptions.Learning learning = new ChangeOptions.Learning();

    @Override
    public Integer call() {
        learning.requireSense();
        try (ClusterSight sight = new ClusterSight(options.client)) {
            ClusterSight.Seen seen = sight.look();
            Member learner = seen.named(member);
            if (!learner.getIsLearner()) {
                throw CommandFailed.usage("member " + member + " votes already; only a learner can be promoted");
            }
            long id = learner.getID();
            MemberCalls calls = new MemberCalls(sight);
            OperationRun.Plan plan = new OperationRun.Plan(
                    seen,
                    now -> new Preflight.Intent(
                            ChangeOptions.voters(now.health(), List.of(), List.of(id)), Set.of(id), 0, Set.of(), false),
                    List.of(
                            OperationRun.PlannedStep.changingNothing(
                                    "wait until " + member + " has the log",
                                    run -> learning.of(run, id, member).await()),
                            OperationRun.PlannedStep.of("let " + member + " vote", run -> {
                                calls.promote(id);
                                return "it is a voter";
                            })),
                    () -> OperationRun.goal(seen.members(), List.of(), List.of(id), List.of()));
            return options.operation(sight, "members promote " + member).execute(plan);
        }
    }
}
