package io.quorate.cli;

import io.quorate.server.auth.TokenKeyFile;
import io.quorate.server.auth.TokenKeySet;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import picocli.CommandLine.Option;

/** The options that every command has which works with a set of keys for tokens. */
final class TokensOptions {

    @Option(
            names = "--file",
            paramLabel = "<path>",
            description = "The file with the set of keys, a JSON Web Key Set. Default: ${DEFAULT-VALUE}",
            defaultValue = "tokens.jwks")
    private Path file = Path.of("");

    /** Something that is done with the file. */
    interface Work {
        void with(TokenKeyFile file) throws IOException;
    }

    Path file() {
        return file;
    }

    /** @throws CommandFailed in the words of what went wrong */
    void run(Work work) {
        try {
            work.with(new TokenKeyFile(file, InstantSource.system()));
        } catch (IOException e) {
            String why = e.getMessage() == null ? e.toString() : e.getMessage();
            throw new CommandFailed(ExitCode.FAILED, why, e);
        }
    }

    /** Says what became of a key, and what to do next. */
    void print(PrintWriter out, TokenKeySet.Told key, String next) {
        out.println(
                file + ": key " + key.id() + " for " + key.algorithm() + (key.signs() ? ", which signs" : "") + next);
    }
}
