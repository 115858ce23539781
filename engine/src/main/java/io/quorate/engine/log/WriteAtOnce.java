package io.quorate.engine.log;

import java.io.IOException;
import java.util.List;

/** Makes what was changed in a log durable by the thread that asks for it, where no {@link LogWriter} writes to the files. */
public final class WriteAtOnce {

    private WriteAtOnce() {}

    /**
     * Writes it. The files cannot be written on afterwards: whoever is to go on opens the log anew.
     *
     * @throws IOException if the disk fails or is full: some of it may be written
     */
    public static void write(RaftLog log, LogFiles files) throws IOException {
        WriteBatch batch =
                log.takePending().orElseThrow(() -> new IllegalStateException("nothing was changed in the log"));
        GroupWriter writer = new GroupWriter(files, files.tail());
        writer.begin(List.of(batch));
        writer.write();
        writer.markDurable();
    }
}
