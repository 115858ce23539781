package io.quorate.engine.log;

import io.quorate.core.EntryId;
import io.quorate.engine.disk.DataDirectory;
import io.quorate.engine.disk.FileDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;

/** Measures durable appends of 256-byte entries, some in flight at a time. Arguments: a folder, seconds for each size. */
final class LogWriteBenchmark {

    private LogWriteBenchmark() {}

    public static void main(String[] arguments) throws Exception {
        Path parent = Path.of(arguments.length > 0 ? arguments[0] : "target");
        long seconds = arguments.length > 1 ? Long.parseLong(arguments[1]) : 2;
        for (int inFlight : new int[] {1, 16, 256}) {
            measure(Files.createTempDirectory(parent, "log-benchmark"), inFlight, seconds);
        }
    }

    private static void measure(Path folder, int inFlight, long seconds) throws Exception {
        BlockingQueue<Synced> done = new LinkedBlockingQueue<>();
        try (ExecutorService writes = Executors.newSingleThreadExecutor();
                ExecutorService preparation = Executors.newSingleThreadExecutor();
                DataDirectory directory = DataDirectory.open(new FileDisk(folder), LogFixture.IDENTITY)) {
            RecoveredLog recovered =
                    LogFiles.open(directory, 0, LogFixture.BOOTSTRAP, Optional.empty(), LogOptions.DEFAULT);
            try (LogFiles files = recovered.files()) {
                LogWriter writer = new LogWriter(files, writes, preparation, new LogWriter.Listener() {
                    @Override
                    public void synced(Synced synced) {
                        done.add(synced);
                    }

                    @Override
                    public void failed(IOException cause) {
                        throw new IllegalStateException(cause);
                    }
                });
                run(recovered.log(), writer, done, inFlight, seconds);
                writer.close();
            }
        }
    }

    private static void run(RaftLog log, LogWriter writer, BlockingQueue<Synced> done, int inFlight, long seconds)
            throws Exception {
        ByteBuffer payload = ByteBuffer.allocate(256);
        long begin = System.nanoTime();
        long groups = 0;
        long durable = 0;
        while (System.nanoTime() - begin < seconds * 1_000_000_000L) {
            while (log.lastId().index() < durable + inFlight) {
                long next = log.lastId().index() + 1;
                long chain = log.chainHashAt(next - 1).orElse(0);
                log.append(EntryFrame.encode(0, new EntryId(1, next), EntryKind.COMMAND, chain, payload));
            }
            log.takePending().ifPresent(writer::submit);
            durable = log.synced(done.take()).map(EntryId::index).orElse(durable);
            log.applied(durable);
            if (log.lastId().index() - log.firstIndex() > 500_000) {
                log.compactTo(durable - 1000);
            }
            groups++;
        }
        double elapsed = (System.nanoTime() - begin) / 1e9;
        System.out.printf(
                "%d in flight: %.0f entries/s, %.0f groups/s, %.0f us each%n",
                inFlight, durable / elapsed, groups / elapsed, elapsed / groups * 1e6);
    }
}
