package io.quorate.cli;

import io.quorate.server.operations.MemberHealth;
import io.quorate.server.proto.etcdserverpb.Member;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code quorate transfer-leader}: another member leads. */
@Command(
        name = "transfer-leader",
        description = "Hands leadership to another voter, once that has the whole log (thesis 3.10).",
        footer = {"", "Example:", "  quorate transfer-leader b"})
final class TransferLeaderCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "<member>", description = "Who is to lead: its name, or its id.")
    private String member = "";

    @Mixin
    private final ChangeOptions options = new ChangeOptions();

    @Override
    public Integer call() {
        try (ClusterSight sight = new ClusterSight(options.client)) {
            ClusterSight.Seen seen = sight.look();
            Member target = seen.named(member);
            if (target.getIsLearner()) {
                throw CommandFailed.usage("member " + member + " is a learner, and only voters lead");
            }
            if (target.getIsWitness()) {
                throw CommandFailed.usage("member " + member + " is a witness, which holds no data and never leads");
            }
            return options.operation(sight, "transfer-leader " + member)
                    .execute(ChangeOptions.sameMembers(
                            seen,
                            List.of(
                                    OperationRun.PlannedStep.of(
                                            "hand leadership to " + member, run -> transfer(run, target.getID())),
                                    OperationRun.PlannedStep.changingNothing(
                                            "wait until all follow " + member, run -> follow(run, target.getID())))));
        }
    }

    private String transfer(OperationRun run, long target) {
        ClusterSight.Seen seen = run.lookPatiently(options.client.timeout.toNanos());
        Optional<Long> leader = seen.health().leader().map(MemberHealth::id);
        if (leader.isPresent() && leader.get() == target) {
            return "it leads already";
        }
        URI endpoint = leader.flatMap(seen::endpoint)
                .orElseThrow(() -> new CommandFailed(ExitCode.FAILED, "nobody leads who could hand over"));
        try {
            new MemberCalls(run.sight()).moveLeader(endpoint, target);
        } catch (CommandFailed e) {
            if (e.exitCode() != ExitCode.UNKNOWN_OUTCOME) {
                throw e;
            }
            // The next step shows whether it has come to that.
            return "the leader has not confirmed that it has handed over";
        }
        return "the leader has handed over";
    }

    private String follow(OperationRun run, long target) {
        long deadlineNanos = System.nanoTime() + options.client.timeout.toNanos();
        while (true) {
            Optional<MemberHealth> leader =
                    run.lookPatiently(options.client.timeout.toNanos()).health().leader();
            if (leader.isPresent() && leader.get().id() == target) {
                return "it leads in term "
                        + leader.get().told().map(MemberHealth.Told::term).orElse(0L);
            }
            if (System.nanoTime() - deadlineNanos >= 0) {
                throw new CommandFailed(
                        ExitCode.FAILED,
                        leader.map(other -> other.label() + " leads instead").orElse("nobody is followed by all yet"));
            }
            run.pause();
        }
    }
}
