package io.quorate.cli;

import java.io.PrintWriter;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quorate help}: says what each command does, with an example each. */
@Command(
        name = "help",
        description = "Says what each command does, with an example, or all about one command.",
        footer = {"", "Example:", "  quorate help get"})
final class HelpCommand implements Callable<Integer> {

    @Parameters(index = "0", arity = "0..1", paramLabel = "<command>", description = "The command to explain.")
    private Optional<String> command = Optional.empty();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        CommandLine root = spec.root().commandLine();
        if (command.isPresent()) {
            CommandLine asked = root.getSubcommands().get(command.get());
            if (asked == null) {
                throw CommandFailed.usage("there is no command \"" + command.get() + "\""
                        + Suggestion.among(command.get(), root.getSubcommands().keySet())
                        + "; 'quorate help' lists them");
            }
            asked.usage(out);
        } else {
            overview(root, out);
        }
        return ExitCode.OK;
    }

    /** Prints every command with the first line of its description and the example at its help's end. */
    static void overview(CommandLine root, PrintWriter out) {
        out.println("quorate: a replicated key-value store that speaks the etcd v3 API");
        out.println();
        int width = root.getSubcommands().keySet().stream()
                .mapToInt(String::length)
                .max()
                .orElse(0);
        String row = "  %-" + width + "s %s%n";
        for (Map.Entry<String, CommandLine> entry : root.getSubcommands().entrySet()) {
            CommandSpec spec = entry.getValue().getCommandSpec();
            if (spec.usageMessage().hidden()) {
                continue;
            }
            String[] footer = spec.usageMessage().footer();
            out.printf(row, entry.getKey(), spec.usageMessage().description()[0]);
            out.printf(row, "", "$ " + footer[footer.length - 1].strip());
            out.println();
        }
        out.println("'quorate help <command>' or 'quorate <command> --help' explains a command's options.");
        out.println("Exit codes: 0 done, 1 failed or refused, 2 wrong usage, 3 no member reached,");
        out.println("4 a write was sent and its outcome is unknown, 5 a check was given up and says nothing.");
    }
}
