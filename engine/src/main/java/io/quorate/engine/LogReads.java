package io.quorate.engine;

import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.RaftLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.OptionalLong;

/**
 * Reads of the log by the node loop. A log that can't be read is not something that a node goes on with, so a failure is
 * unchecked and stops it.
 */
final class LogReads {

    private LogReads() {}

    static List<EntryFrame> read(RaftLog log, long firstIndex, long lastIndex) {
        try {
            return log.read(firstIndex, lastIndex);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "entries " + firstIndex + " to " + lastIndex + " of the log can't be read: " + e.getMessage(), e);
        }
    }

    static OptionalLong chainHashAt(RaftLog log, long index) {
        try {
            return log.chainHashAt(index);
        } catch (IOException e) {
            throw new UncheckedIOException("entry " + index + " of the log can't be read: " + e.getMessage(), e);
        }
    }
}
