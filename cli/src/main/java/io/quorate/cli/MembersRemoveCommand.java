package io.quorate.cli;

import io.quorate.server.operations.Preflight;
import io.quorate.server.proto.etcdserverpb.Member;
import java.util.List;
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
            Preflight preflight = new Preflight(
                    seen.health(), ChangeOptions.voters(seen.health(), List.of(leaving.getID()), List.of()), 0);
            MemberCalls calls = new MemberCalls(options.client);
            return options.operation(sight, "members remove " + member)
                    .execute(
                            preflight,
                            List.of(OperationRun.PlannedStep.of("remove " + member, run -> {
                                calls.remove(leaving.getID());
                                return "its id " + Long.toHexString(leaving.getID()) + " is never used again";
                            })));
        }
    }
}
