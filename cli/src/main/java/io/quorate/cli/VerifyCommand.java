package io.quorate.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quorate verify}: the parent of all that checks. */
@Command(
        name = "verify",
        description = {
            "Checks data directories, what running members have on their disks, or a recorded history of what clients did.",
            "",
            "'quorate verify <command> --help' explains each command."
        },
        footer = {
            "",
            "Examples:",
            "  quorate verify history history.jsonl --html window.html",
            "  quorate verify data quorate-data",
            "  quorate verify scrub --endpoints 127.0.0.1:2379"
        })
final class VerifyCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        throw CommandFailed.noSubcommand(spec, "say what to verify");
    }
}
