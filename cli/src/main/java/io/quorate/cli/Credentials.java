package io.quorate.cli;

import java.io.Console;
import java.util.Optional;

/**
 * Who asks, where the cluster wants to know.
 *
 * @param name of a user of the cluster
 */
record Credentials(String name, String password) {

    /**
     * Reads {@code name:password}, or a name alone, whose password is asked for at the terminal.
     *
     * @param where what the text was given by
     * @param text an empty one is nobody
     * @throws CommandFailed if there is no name, or no terminal to ask at
     */
    static Optional<Credentials> parse(String where, String text) {
        if (text.isEmpty()) {
            return Optional.empty();
        }
        int colon = text.indexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        if (name.isEmpty()) {
            throw CommandFailed.usage(where + " names no user; write name:password, or a name alone");
        }
        return Optional.of(new Credentials(name, colon < 0 ? ask(where, name) : text.substring(colon + 1)));
    }

    @SuppressWarnings("SystemConsoleNull") // By default it is null without a terminal, in all releases but 22 to 24.
    private static String ask(String where, String name) {
        Console console = System.console();
        char[] password = console == null ? null : console.readPassword("Password of %s: ", name);
        if (password == null) {
            throw CommandFailed.usage(where
                    + " has no password, and there is no terminal to ask for it; write name:password, best in "
                    + ClientOptions.USER_VARIABLE + ", where other users of this machine do not see it");
        }
        return new String(password);
    }

    /** Without the password: messages may show this. */
    @Override
    public String toString() {
        return name;
    }
}
