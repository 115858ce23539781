package io.quorate.cli;

import io.quorate.server.operations.Preflight;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code quorate members add}: one more member. */
@Command(
        name = "add",
        description = {
            "Adds a member as a learner, says how to start it, waits until it has the log, and lets it vote then.",
            "If it makes no progress it stays a learner, and the command says so: promote or remove it.",
            "With --witness it votes and holds no data: of three members, one may be a small machine then."
        },
        footer = {"", "Example:", "  quorate members add d --peer-urls http://10.0.0.4:2380"})
final class MembersAddCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "<name>", description = "The name that the new member will be started with.")
    private String name = "";

    @Option(names = "--learner", description = "Leave it a learner: it gets the log, and does not vote.")
    private boolean learner;

    @Option(names = "--witness", description = "It is a witness: it votes, holds no data, and never leads.")
    private boolean witness;

    @Mixin
    private final ChangeOptions options = new ChangeOptions();

    @Mixin
    private final ChangeOptions.Newcomer newcomer = new ChangeOptions.Newcomer();

    @Mixin
    private final ChangeOptions.Learning learning = new ChangeOptions.Learning();

    @Override
    public Integer call() {
        List<String> urls = newcomer.urls();
        learning.requireSense();
        try (ClusterSight sight = new ClusterSight(options.client)) {
            ClusterSight.Seen seen = sight.look();
            AtomicLong id = new AtomicLong();
            OperationRun.Plan plan = new OperationRun.Plan(
                    seen,
                    now -> new Preflight.Intent(now.health().voterIds(), Set.of(), learner ? 0 : 1, Set.of(), false)
                            .withNewWitnesses(witness && !learner ? 1 : 0),
                    steps(sight, urls, id),
                    () -> OperationRun.goal(
                            seen.members(),
                            List.of(),
                            learner ? List.of() : List.of(id.get()),
                            learner ? List.of(id.get()) : List.of()));
            return options.operation(sight, "members add " + name + (witness ? " --witness" : ""))
                    .execute(plan);
        }
    }

    private List<OperationRun.PlannedStep> steps(ClusterSight sight, List<String> urls, AtomicLong id) {
        MemberCalls calls = new MemberCalls(sight);
        List<OperationRun.PlannedStep> steps = new ArrayList<>();
        String asWhat = witness ? " as a learner, a witness" : " as a learner";
        steps.add(OperationRun.PlannedStep.of("add " + name + asWhat, run -> {
            id.set(witness ? calls.addWitness(urls, run.sight().lookCertainly().members()) : calls.addLearner(urls));
            return "its id is " + JsonOutput.id(id.get());
        }));
        steps.add(OperationRun.PlannedStep.changingNothing("say how to start " + name, run -> {
            run.say("          start it now, if it does not run yet, with its own client URLs:");
            run.say("          " + ChangeOptions.startLine(run.sight().look(), name, urls, witness));
            return "said";
        }));
        if (!learner) {
            steps.add(OperationRun.PlannedStep.changingNothing(
                    "wait until " + name + " has the log",
                    run -> learning.of(run, id.get(), name).await()));
            steps.add(OperationRun.PlannedStep.of("let " + name + " vote", run -> {
                calls.promote(id.get());
                return "it is a voter";
            }));
        }
        return steps;
    }
}
