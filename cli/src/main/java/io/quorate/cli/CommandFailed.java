package io.quorate.cli;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;

/**
 * A command that ends with one sentence to its user instead of a result.
 *
 * <p>The message says what is wrong and what to do; it is printed as it is, without a stack trace.
 */
final class CommandFailed extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int exitCode;

    /**
     * @param exitCode one of {@link ExitCode}
     * @param message one sentence, without the command's name and without a full stop
     */
    CommandFailed(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    CommandFailed(int exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    static CommandFailed usage(String message) {
        return new CommandFailed(ExitCode.USAGE, message);
    }

    /** A command that does nothing by itself was given none of those that it consists of. */
    static CommandFailed noSubcommand(CommandSpec command, String sayWhat) {
        List<String> names = List.copyOf(command.commandLine().getSubcommands().keySet());
        String before = String.join(", ", names.subList(0, names.size() - 1));
        return usage(sayWhat + ": " + (before.isEmpty() ? "" : before + " or ") + names.getLast());
    }

    int exitCode() {
        return exitCode;
    }
}
