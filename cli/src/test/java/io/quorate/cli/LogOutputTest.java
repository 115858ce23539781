package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;

class LogOutputTest {

    @Test
    void aRecordIsOneLineWithUtcTimeLevelAndShortLoggerName() {
        assertThat(format(Level.INFO, "io.quorate.engine.NodeLoop", "became leader in term 2"))
                .isEqualTo("2026-01-31T12:00:00.120Z INFO  engine.NodeLoop: became leader in term 2\n");
        assertThat(format(Level.FINE, "io.grpc.Core", "x")).contains(" DEBUG io.grpc.Core: x");
        assertThat(format(Level.WARNING, "a", "x")).contains(" WARN  a: x");
        assertThat(format(Level.SEVERE, "a", "x")).contains(" ERROR a: x");
    }

    @Test
    void aLineBreakInAMessageCannotFakeARecord() {
        assertThat(format(Level.INFO, "a", "key \n2026-01-31 INFO fake")).hasLineCount(1);
    }

    @Test
    void aStackTraceFollowsOnLinesOfItsOwn() {
        LogRecord logRecord = logRecord(Level.SEVERE, "a", "it broke");
        logRecord.setThrown(new IllegalStateException("why"));

        assertThat(new LogOutput.OneLineFormatter().format(logRecord))
                .contains("it broke\njava.lang.IllegalStateException: why\n\tat ");
    }

    private static String format(Level level, String logger, String message) {
        return new LogOutput.OneLineFormatter().format(logRecord(level, logger, message));
    }

    private static LogRecord logRecord(Level level, String logger, String message) {
        LogRecord logRecord = new LogRecord(level, message);
        logRecord.setLoggerName(logger);
        logRecord.setInstant(Instant.parse("2026-01-31T12:00:00.120Z"));
        return logRecord;
    }
}
