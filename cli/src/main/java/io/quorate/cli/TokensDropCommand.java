package io.quorate.cli;

import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quorate tokens drop}: drops keys. */
@Command(
        name = "drop",
        description = {
            "Drops keys that do not sign. Tokens that they have signed are refused once members have the file: wait until none is left,",
            "or do it at once if a key was stolen. Where members are told which key signs (sign-kid=), name the key to drop: the file",
            "says that its first complete one signs."
        },
        footer = {"", "Example:", "  quorate tokens drop --file tokens.jwks"})
final class TokensDropCommand implements Callable<Integer> {

    @Mixin
    private final TokensOptions tokens = new TokensOptions();

    @Option(names = "--kid", paramLabel = "<id>", description = "The key to drop. Default: all but the one that signs")
    private Optional<String> id = Optional.empty();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        tokens.run(file -> out.println(
                tokens.file() + ": dropped " + String.join(", ", file.drop(id)) + "; bring the file to all members"));
        return ExitCode.OK;
    }
}
