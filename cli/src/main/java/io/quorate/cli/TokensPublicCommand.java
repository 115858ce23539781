package io.quorate.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quorate tokens public}: prints what those need who check tokens and make none. */
@Command(
        name = "public",
        description = {
            "Prints the set with the public halves of its keys alone, for those who check tokens and make none: a member that is not to",
            "log anybody in, or another service."
        },
        footer = {"", "Example:", "  quorate tokens public --file tokens.jwks >public.jwks"})
final class TokensPublicCommand implements Callable<Integer> {

    @Mixin
    private final TokensOptions tokens = new TokensOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        tokens.run(file -> out.print(file.publicText()));
        out.flush();
        return ExitCode.OK;
    }
}
