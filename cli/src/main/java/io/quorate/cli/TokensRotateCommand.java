package io.quorate.cli;

import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quorate tokens rotate}: has another key sign. */
@Command(
        name = "rotate",
        description = {
            "Has the newest key of the set sign new tokens from now on, by putting it first. Tokens that the others have signed are still taken.",
            "All members must know the key already: one that does not would refuse its tokens."
        },
        footer = {"", "Example:", "  quorate tokens rotate --file tokens.jwks"})
final class TokensRotateCommand implements Callable<Integer> {

    @Mixin
    private final TokensOptions tokens = new TokensOptions();

    @Option(names = "--kid", paramLabel = "<id>", description = "The key to sign with. Default: the newest")
    private Optional<String> id = Optional.empty();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        tokens.run(file -> tokens.print(
                out,
                file.sign(id),
                "; bring the file to all members, wait for as long as a token is good for, and then drop the others with"
                        + " 'quorate tokens drop'"));
        return ExitCode.OK;
    }
}
