package io.quorate.cli;

import io.quorate.server.auth.TokenKeySet;
import io.quorate.server.auth.TokenOptions;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quorate tokens new-key}: adds a key. */
@Command(
        name = "new-key",
        description = {
            "Adds a key to the set, and makes the file if it is not there, for its owner alone to read. If another key signs already,",
            "the new one does not yet: all members must know it first."
        },
        footer = {"", "Example:", "  quorate tokens new-key --file tokens.jwks"})
final class TokensNewKeyCommand implements Callable<Integer> {

    @Mixin
    private final TokensOptions tokens = new TokensOptions();

    @Option(
            names = "--sign-method",
            paramLabel = "<algorithm>",
            description = {
                "What the key is for: ${COMPLETION-CANDIDATES}. Those with HS are secrets:",
                "whoever can check their tokens can make them. Default: ${DEFAULT-VALUE}"
            },
            defaultValue = "ES256")
    private TokenOptions.Algorithm algorithm = TokenOptions.Algorithm.ES256;

    @Option(names = "--kid", paramLabel = "<id>", description = "The key's id. Default: one that begins with the day")
    private Optional<String> id = Optional.empty();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        tokens.run(file -> {
            TokenKeySet.Told added = file.add(algorithm, id);
            tokens.print(
                    out,
                    added,
                    added.signs()
                            ? ""
                            : "; bring the file to all members, and then have it sign with 'quorate tokens rotate'");
        });
        return ExitCode.OK;
    }
}
