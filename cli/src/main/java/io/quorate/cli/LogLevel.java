package io.quorate.cli;

import java.util.Locale;
import java.util.logging.Level;

/** How much is logged, in etcd's words. */
enum LogLevel {
    DEBUG,
    INFO,
    WARN,
    ERROR;

    Level level() {
        return switch (this) {
            case DEBUG -> Level.FINE;
            case INFO -> Level.INFO;
            case WARN -> Level.WARNING;
            case ERROR -> Level.SEVERE;
        };
    }

    /**
     * @param where the flag, variable or key that the text is from, to begin an error message with
     * @throws CommandFailed if there is no such level
     */
    static LogLevel parse(String where, String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "debug" -> DEBUG;
            case "info" -> INFO;
            case "warn" -> WARN;
            case "error" -> ERROR;
            default ->
                throw CommandFailed.usage(where + " is \"" + text + "\"; use one of debug, info, warn and error");
        };
    }
}
