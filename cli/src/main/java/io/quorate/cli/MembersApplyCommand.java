package io.quorate.cli;

import io.quorate.server.operations.MembersPlan;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quorate members apply}: the members become those of a file. */
@Command(
        name = "apply",
        description = {
            "Makes the members those that a YAML file names: shows what that takes and what it does to the fault tolerance, brings",
            "new members in as learners, and when they have the log makes all changes at once, as one joint change.",
            "If a new one makes no progress the new ones are removed again, and everything is as before.",
            "Members are told apart by their names; who is not in the file is removed. The file:",
            "",
            "  members:",
            "  - name: a",
            "    peer-urls: http://10.0.0.1:2380",
            "  - name: e",
            "    peer-urls: http://10.0.0.5:2380",
            "    role: learner        # voter, unless it is said",
            "    witness: true        # holds no data; false, unless it is said"
        },
        footer = {"", "Example:", "  quorate members apply members.yaml --dry-run"})
final class MembersApplyCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "<file>", description = "Who the members shall be.")
    private Path file = Path.of("");

    @Option(
            names = "--dry-run",
            description = "Only show what would be done, and whether the cluster is well enough for it.")
    private boolean dryRun;

    @Mixin
    private final ChangeOptions options = new ChangeOptions();

    @Mixin
    private final ChangeOptions.Learning learning = new ChangeOptions.Learning();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        learning.requireSense();
        List<MembersPlan.Wanted> wanted = MembersFile.read(file);
        PrintWriter out = options.client.json()
                ? spec.commandLine().getErr()
                : spec.commandLine().getOut();
        try (ClusterSight sight = new ClusterSight(options.client)) {
            ClusterSight.Seen seen = sight.look();
            MembersPlan plan = plan(seen, wanted);
            if (plan.isEmpty()) {
                out.println("the members are those of " + file + " already");
                return ExitCode.OK;
            }
            MembersChange change = new MembersChange(plan, seen, learning, sight);
            out.println("plan:");
            change.lines().forEach(line -> out.println("  " + line));
            OperationRun operation = options.operation(sight, "members apply " + String.join("; ", change.lines()));
            if (dryRun) {
                operation.checkOnly(change.plan());
                out.println("nothing was changed: --dry-run");
                return ExitCode.OK;
            }
            return operation.execute(change.plan());
        }
    }

    private MembersPlan plan(ClusterSight.Seen seen, List<MembersPlan.Wanted> wanted) {
        List<MembersPlan.Present> present = seen.members().stream()
                .map(member -> new MembersPlan.Present(
                        member.getID(),
                        member.getName(),
                        member.getPeerURLsList(),
                        member.getIsLearner(),
                        member.getIsWitness()))
                .toList();
        try {
            return MembersPlan.of(present, wanted);
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(ExitCode.USAGE, "the file " + file + ": " + e.getMessage(), e);
        }
    }
}
