package io.quorate.cli;

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

    int exitCode() {
        return exitCode;
    }
}
