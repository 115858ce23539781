package io.quorate.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quorate autopilot}: the parent of what is told of what members do by themselves. */
@Command(
        name = "autopilot",
        description = {
            "Tells what members do by themselves: promote learners, replace the dead, balance zones.",
            "",
            "Members that are started with --autopilot-policy <file> keep the cluster as that YAML file wants it. The",
            "one that leads acts, one change at a time, and never such that fewer failures are tolerated. What the file",
            "does not name is not done:",
            "",
            "  promote-learners-after: 30s   # a learner that has been caught up for so long is promoted",
            "  replace-dead-after: 10m       # a spare takes the place of a voter not heard of for so long",
            "  spares: [e, f]                # learners that stay learners until they are needed",
            "                                # (a witness takes the place of a witness, and nobody else does)",
            "  balance-zones: true           # a spare takes a place, if the loss of any zone is tolerated thereby",
            "",
            "'quorate autopilot <command> --help' explains each command."
        },
        footer = {"", "Example:", "  quorate autopilot status --endpoints 127.0.0.1:2379"})
final class AutopilotCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        throw CommandFailed.noSubcommand(spec, "say what to tell of the autopilot");
    }
}
