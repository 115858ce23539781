package io.quorate.simulator.history;

/** A history's text is not what docs/history-format.md says; the message is one sentence that names the line. */
public final class BadHistoryException extends Exception {

    private static final long serialVersionUID = 1L;

    BadHistoryException(String message) {
        super(message);
    }

    BadHistoryException(long line, String what) {
        super("line " + line + ": " + what);
    }
}
