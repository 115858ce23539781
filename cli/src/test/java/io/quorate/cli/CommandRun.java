package io.quorate.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import picocli.CommandLine;

/** What one command printed and exited with. */
public record CommandRun(int exitCode, String out, String err) {

    /** Runs a command that starts no member. */
    public static CommandRun of(String... arguments) {
        return of(
                config -> {
                    throw new IOException("no member was to be started, but " + config.name() + " was");
                },
                Map.of(),
                "",
                arguments);
    }

    static CommandRun of(MemberFactory members, Map<String, String> environment, String stdin, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine = Quorate.commandLine(
                members,
                environment,
                new ByteArrayInputStream(stdin.getBytes(StandardCharsets.UTF_8)),
                new ByteArrayOutputStream());
        int exitCode = commandLine
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new CommandRun(exitCode, out.toString(), err.toString());
    }
}
