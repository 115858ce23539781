package io.quorate.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quorate security}: the parent of all that looks after a cluster's security. */
@Command(
        name = "security",
        description = {
            "Tells who may connect with a cluster and how, and what is weak in that.",
            "",
            "'quorate security <command> --help' explains each command."
        },
        footer = {"", "Example:", "  quorate security status --endpoints 127.0.0.1:2379"})
final class SecurityCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        throw CommandFailed.noSubcommand(spec, "say what to do");
    }
}
