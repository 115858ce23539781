package io.quorate.kv;

/**
 * A command that counts only if its caller may do what it says, judged where it stands in the log: so a permission that was
 * taken away before it is of no use to it.
 *
 * @param command not itself an {@code Authorized}
 */
public record Authorized(Caller caller, Command command) implements Command {

    public Authorized {
        if (command instanceof Authorized) {
            throw new IllegalArgumentException("a command has one caller");
        }
    }
}
