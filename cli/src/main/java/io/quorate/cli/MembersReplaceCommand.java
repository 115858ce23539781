package io.quorate.cli;

import io.quorate.server.operations.MembersPlan;
import io.quorate.server.proto.etcdserverpb.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code quorate members replace}: one member comes for another one. */
@Command(
        name = "replace",
        description = {
            "Adds a member as a learner, waits until it has the log, and lets it take the place of another one, all at once:",
            "at no moment fewer failures are tolerated than before. The one that goes may be dead; if it is a witness, so is the new one.",
            "If the new one makes no progress it is removed again, and everything is as before.",
            "A machine that has lost its data and keeps its address: see 'quorate server --help', --replace-member."
        },
        footer = {"", "Example:", "  quorate members replace b --by e --peer-urls http://10.0.0.5:2380"})
final class MembersReplaceCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "<member>", description = "Who goes: its name, or its id.")
    private String member = "";

    @Option(
            names = "--by",
            paramLabel = "<name>",
            required = true,
            description = "The name that the new member will be started with.")
    private String name = "";

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
            Member leaving = seen.named(member);
            List<Long> staying = new ArrayList<>(seen.health().voterIds());
            staying.remove(leaving.getID());
            MembersPlan plan = new MembersPlan(
                    List.of(new MembersPlan.Wanted(name, urls, !leaving.getIsLearner(), leaving.getIsWitness())),
                    List.of(),
                    List.of(),
                    List.of(leaving.getID()),
                    Set.copyOf(staying));
            MembersChange change = new MembersChange(plan, seen, learning, sight);
            return options.operation(sight, "members replace " + member + " by " + name)
                    .execute(change.plan());
        }
    }
}
