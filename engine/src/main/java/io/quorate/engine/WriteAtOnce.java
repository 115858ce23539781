package io.quorate.engine;

import io.quorate.engine.log.LogFiles;
import io.quorate.engine.log.LogWriter;
import io.quorate.engine.log.RaftLog;
import io.quorate.engine.log.Synced;
import io.quorate.engine.log.WriteBatch;
import java.io.IOException;
import java.util.Optional;

/** Makes what was changed in a log durable by the thread that asks for it, where no node writes to the log. */
final class WriteAtOnce {

    private WriteAtOnce() {}

    /** Writes it. The files cannot be written on afterwards: whoever is to go on opens the log anew. */
    static void write(RaftLog log, LogFiles files) throws IOException {
        Outcome outcome = new Outcome();
        // The writer does its work on this thread, and has done it when the batch is submitted.
        try (LogWriter writer = new LogWriter(files, Runnable::run, Runnable::run, outcome)) {
            WriteBatch batch =
                    log.takePending().orElseThrow(() -> new IllegalStateException("nothing was changed in the log"));
            if (!writer.submit(batch) || !outcome.synced) {
                throw outcome.failure.orElseGet(() -> new IOException("the log could not be written"));
            }
        }
    }

    private static final class Outcome implements LogWriter.Listener {
        private boolean synced;
        private Optional<IOException> failure = Optional.empty();

        @Override
        public void synced(Synced group) {
            synced = true;
        }

        @Override
        public void failed(IOException cause) {
            failure = Optional.of(cause);
        }
    }
}
