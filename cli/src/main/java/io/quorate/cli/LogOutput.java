package io.quorate.cli;

import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;

/**
 * The log of a process: one line per record, on a stream that is not the commands' output.
 *
 * <p>Libraries are heard from {@code INFO} up at most, whatever level Quorate's own classes log at.
 */
final class LogOutput {

    private static final String OWN_LOGGERS = "io.quorate";

    /** The configured loggers: java.util.logging itself holds them weakly, and would forget their levels. */
    private final List<Logger> configured;

    private LogOutput(List<Logger> configured) {
        this.configured = List.copyOf(configured);
    }

    /** Sends all logging of this process to the stream, in place of whatever was configured before. */
    static LogOutput to(OutputStream stream, LogLevel level) {
        LogManager.getLogManager().reset();
        Logger root = Logger.getLogger("");
        Logger own = Logger.getLogger(OWN_LOGGERS);
        root.addHandler(flushing(stream));
        root.setLevel(level == LogLevel.DEBUG ? Level.INFO : level.level());
        own.setLevel(level.level());
        return new LogOutput(List.of(root, own));
    }

    List<Logger> configured() {
        return configured;
    }

    private static Handler flushing(OutputStream stream) {
        Handler handler = new StreamHandler(stream, new OneLineFormatter()) {
            @Override
            public synchronized void publish(LogRecord logRecord) {
                super.publish(logRecord);
                flush();
            }
        };
        handler.setLevel(Level.ALL);
        return handler;
    }

    /** Formats a record as {@code 2026-01-31T12:00:00.000Z INFO  engine.NodeLoop: message}, a stack trace on lines below. */
    static final class OneLineFormatter extends Formatter {

        private static final DateTimeFormatter TIME =
                DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

        @Override
        public String format(LogRecord logRecord) {
            StringBuilder line = new StringBuilder(120);
            TIME.formatTo(Instant.ofEpochMilli(logRecord.getMillis()), line);
            line.append(' ').append(word(logRecord.getLevel())).append(' ');
            line.append(shorten(String.valueOf(logRecord.getLoggerName()))).append(": ");
            line.append(formatMessage(logRecord).replace("\n", "\\n")).append('\n');
            Throwable thrown = logRecord.getThrown();
            if (thrown != null) {
                StringWriter trace = new StringWriter();
                thrown.printStackTrace(new PrintWriter(trace));
                line.append(trace);
            }
            return line.toString();
        }

        private static String word(Level level) {
            if (level.intValue() >= Level.SEVERE.intValue()) {
                return "ERROR";
            }
            if (level.intValue() >= Level.WARNING.intValue()) {
                return "WARN ";
            }
            return level.intValue() >= Level.INFO.intValue() ? "INFO " : "DEBUG";
        }

        private static String shorten(String logger) {
            return logger.startsWith(OWN_LOGGERS + ".") ? logger.substring(OWN_LOGGERS.length() + 1) : logger;
        }
    }
}
