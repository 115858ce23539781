package io.quorate.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quorate tokens}: the parent of all that makes keys for tokens, and has one follow another. */
@Command(
        name = "tokens",
        description = {
            "Looks after the set of keys that members sign tokens with ('quorate server --auth-token jwt,jwks=<file>').",
            "",
            "One key follows another in three steps: 'new-key', 'rotate', 'drop'. Each changes one file: after each, bring it to all",
            "members, which take it into use within seconds, without a restart. Between 'rotate' and 'drop' wait for as long as a token",
            "is good for (ttl=). docs/security.md says more.",
            "",
            "'quorate tokens <command> --help' explains each command."
        },
        footer = {
            "",
            "Examples:",
            "  quorate tokens new-key --file tokens.jwks",
            "  quorate server --auth-token jwt,jwks=tokens.jwks,ttl=5m ..."
        })
final class TokensCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    static CommandLine commandLine() {
        return new CommandLine(new TokensCommand())
                .addSubcommand(new TokensNewKeyCommand())
                .addSubcommand(new TokensRotateCommand())
                .addSubcommand(new TokensDropCommand())
                .addSubcommand(new TokensListCommand())
                .addSubcommand(new TokensPublicCommand());
    }

    @Override
    public Integer call() {
        throw CommandFailed.noSubcommand(spec, "say what to do with keys of tokens");
    }
}
