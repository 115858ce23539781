package io.quorate.cli;

import io.quorate.server.operations.Preflight;
import io.quorate.server.proto.etcdserverpb.Member;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code quorate members remove}: a member goes, for good. */
@Command(
        name = "remove",
        description = {
            "Removes a member for good: it stops, and never comes back by its id. Who does not answer can be removed too.",
            "It is refused if the others could not commit anything without it."
        },
        footer = {"", "Example:", "  quorate members remove b"})
final class MembersRemoveCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "<member>", description = "Its name, or its id.")
    private String member = "";

    @Mixin
    private final ChangeOptions options = new ChangeOptions();

    @Override
    public Integer call() {
        try (ClusterSight sight = new ClusterSight(options.client)) {
            ClusterSight.Seen seen = sight.look();
            Member leaving = seen.named(member);
            long id = leaving.getID();
            MemberCalls calls = new MemberCalls(sight);
            OperationRun.Plan plan = new OperationRun.Plan(
                    seen,
                    now -> new Preflight.Intent(
                            ChangeOptions.voters(now.health(), List.of(id), List.of()), Set.of(), 0, Set.of(id), false),
                    List.of(OperationRun.PlannedStep.of("remove " + member, run -> {
                        calls.remove(id);
                        return "its id " + JsonOutput.id(id) + " is never used again";
                    })),
                    () -> OperationRun.goal(seen.members(), List.of(id), List.of(), List.of()));
            return options.operation(sight, "members remove " + member).execute(plan);
        }
    }
}
