package io.quorate.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.quorate.server.auth.TokenKeySet;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quorate tokens list}: says what keys are in a set. */
@Command(
        name = "list",
        description = "Lists the keys of a set, and tells which one signs; nothing that is secret.",
        footer = {"", "Example:", "  quorate tokens list --file tokens.jwks"})
final class TokensListCommand implements Callable<Integer> {

    @Mixin
    private final TokensOptions tokens = new TokensOptions();

    @Option(
            names = "--output",
            paramLabel = "table|json",
            description = "What to print. Default: ${DEFAULT-VALUE}",
            defaultValue = "table")
    private ClientOptions.Output output = ClientOptions.Output.table;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        tokens.run(file -> print(out, file.read().told()));
        return ExitCode.OK;
    }

    private void print(PrintWriter out, List<TokenKeySet.Told> keys) {
        if (output == ClientOptions.Output.json) {
            JsonArray array = new JsonArray();
            keys.forEach(key -> array.add(json(key)));
            JsonObject answer = new JsonObject();
            answer.add("keys", array);
            JsonOutput.print(out, answer);
            return;
        }
        Table table = new Table("KID", "ALGORITHM", "HOLDS", "SIGNS", "THUMBPRINT");
        keys.forEach(key -> table.add(
                key.id(),
                key.algorithm().name(),
                holds(key),
                key.signs() ? "yes" : "no",
                key.thumbprint().orElse("-")));
        table.print(out);
    }

    private static String holds(TokenKeySet.Told key) {
        return key.thumbprint().isEmpty() ? "a secret" : key.complete() ? "both halves" : "the public half";
    }

    private static JsonObject json(TokenKeySet.Told key) {
        JsonObject object = new JsonObject();
        object.addProperty("kid", key.id());
        object.addProperty("alg", key.algorithm().name());
        object.addProperty("complete", key.complete());
        object.addProperty("signs", key.signs());
        key.thumbprint().ifPresent(print -> object.addProperty("thumbprint", print));
        return object;
    }
}
