package io.quorate.cli;

import io.quorate.encryption.KeyFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quorate encryption new-key}: makes a key ring, or puts a new current key into one. */
@Command(
        name = "new-key",
        description = {
            "Makes a key ring with one key, or puts a new key in front of those that a ring has. The file is its"
                    + " owner's alone.",
            "",
            "The first key of a ring seals what is written; the others open what they have sealed. Members read the"
                    + " ring when",
            "they start: bring it to all of them, and restart one after the other. A key that no member needs any more"
                    + " ('quorate",
            "security status' says so) can be taken out of the file by an editor. Whoever loses the ring loses the"
                    + " data."
        },
        footer = {"", "Example:", "  quorate encryption new-key --file quorate.keys"})
final class EncryptionNewKeyCommand implements Callable<Integer> {

    @Option(names = "--file", required = true, paramLabel = "<file>", description = "The key ring.")
    private Path file = Path.of("");

    @Option(
            names = "--id",
            paramLabel = "<id>",
            description = "What to call the key. Default: key-1, key-2 and so on, the first that the ring has not.")
    private Optional<String> id = Optional.empty();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        try {
            String made = KeyFile.addNew(file, id);
            spec.commandLine().getOut().println("the current key of " + file + " is " + made + " now");
            return ExitCode.OK;
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(ExitCode.USAGE, "--id: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILED, e.getMessage() == null ? e.toString() : e.getMessage(), e);
        }
    }
}
