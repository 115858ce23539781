package io.quorate.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quorate quorum}: the parent of all that reckons with quorums. */
@Command(
        name = "quorum",
        description = {
            "Tells what a cluster withstands and how fast it commits, and what would do it good.",
            "",
            "'quorate quorum <command> --help' explains each command."
        },
        footer = {
            "",
            "Examples:",
            "  quorate quorum advise --endpoints 127.0.0.1:2379",
            "  quorate quorum what-if --remove node2 --add node4@zone3"
        })
final class QuorumCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        throw CommandFailed.noSubcommand(spec, "say what to tell of the quorum");
    }
}
