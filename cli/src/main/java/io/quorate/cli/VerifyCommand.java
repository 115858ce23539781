package io.quorate.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code quorate verify}: the commands that check that data are what they should be. */
@Command(
        name = "verify",
        description = {
            "Checks that what the members have is what was written, and that what clients saw can have been.",
            "",
            "'quorate verify <command> --help' explains each command."
        },
        footer = {
            "",
            "Examples:",
            "  quorate verify scrub",
            "  quorate verify history history.jsonl --html window.html",
            "  quorate verify data quorate-data"
        },
        subcommands = VerifyScrubCommand.class)
final class VerifyCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        throw new ParameterException(
                spec.commandLine(),
                "say what to verify, one of: " + String.join(", ", spec.subcommands().keySet()));
    }
}
