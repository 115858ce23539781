package io.quorate.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quorate encryption}: the parent of what concerns the keys that data on disks are sealed with. */
@Command(
        name = "encryption",
        description = {
            "Keeps the key ring that members seal what they write to their disks with ('quorate server",
            "--encryption-key-file').",
            "",
            "'quorate encryption <command> --help' explains each command."
        },
        footer = {"", "Example:", "  quorate encryption new-key --file quorate.keys"})
final class EncryptionCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        throw CommandFailed.noSubcommand(spec, "say what to do");
    }
}
