package io.quorate.bench.micro;

import com.sun.management.ThreadMXBean;
import io.quorate.kv.Bytes;
import io.quorate.kv.LoggedCommand;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Put;
import io.quorate.kv.RevisionEvents;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Tells what puts cost in the long run: what applying them takes of a processor and of the heap, and what the store does with them
 * later, which JMH's short iterations do not see. Linux alone: it reads {@code /proc}.
 *
 * <p>Keys are drawn evenly, values are 256 bytes that do not compress, nothing is compacted. The first tenth of the puts warms up.
 */
public final class ApplyCost {
    private static final int VALUE_BYTES = 256;
    private static final Path THREADS = Path.of("/proc/self/task");
    private static final String BACKGROUND = "rocksdb";

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final SplittableRandom random = new SplittableRandom(1);
    private final int keys;
    private final int batchSize;
    private long index;
    private long revisionsSeen;
    private long cpuNanos;
    private long heapBytes;

    private ApplyCost(int keys, int batchSize) {
        this.keys = keys;
        this.batchSize = batchSize;
    }

    /**
     * Measures, and prints a line.
     *
     * @param arguments the kind of the store (HEAP, ROCKS or SEALED), how many keys there are, how many puts, and how many of them are
     *     applied at a time
     */
    public static void main(String... arguments) throws IOException {
        if (arguments.length != 4) {
            throw new IllegalArgumentException(
                    "wanted are: HEAP|ROCKS|SEALED KEYS PUTS BATCH, such as ROCKS 10000 2000000 32");
        }
        StoreKind kind = StoreKind.valueOf(arguments[0]);
        long puts = Long.parseLong(arguments[2]);
        ApplyCost cost = new ApplyCost(Integer.parseInt(arguments[1]), Integer.parseInt(arguments[3]));
        try (ScratchFolder folder = ScratchFolder.create();
                MvccStore store = MvccStore.open(kind.open(folder.path().resolve("store")))) {
            cost.put(store, puts / 10);
            cost.measure(store, puts);
        }
    }

    private void measure(MvccStore store, long puts) throws IOException {
        cpuNanos = 0;
        heapBytes = 0;
        long background = backgroundNanos();
        long written = writtenBytes();
        long start = System.nanoTime();
        put(store, puts);
        double seconds = (System.nanoTime() - start) / 1e9;
        store.flush();
        System.out.printf(
                Locale.ROOT,
                "apply %.2f us CPU, %.0f heap bytes; background %.2f us CPU; written %.0f bytes; %.0f puts/s; %d MiB%n",
                cpuNanos / 1e3 / puts,
                (double) heapBytes / puts,
                (backgroundNanos() - background) / 1e3 / puts,
                (double) (writtenBytes() - written) / puts,
                puts / seconds,
                store.sizeBytes() >> 20);
    }

    private void put(MvccStore store, long puts) {
        for (long done = 0; done < puts; done += batchSize) {
            List<LoggedCommand> batch = batch();
            long thread = Thread.currentThread().threadId();
            long allocated = threads.getThreadAllocatedBytes(thread);
            long before = threads.getCurrentThreadCpuTime();
            store.apply(batch, index, this::see);
            cpuNanos += threads.getCurrentThreadCpuTime() - before;
            heapBytes += threads.getThreadAllocatedBytes(thread) - allocated;
        }
        if (revisionsSeen != index) {
            throw new IllegalStateException(index + " puts have made " + revisionsSeen + " revisions");
        }
    }

    /** As where watchers may be, events are asked for. */
    private void see(List<RevisionEvents> events) {
        revisionsSeen += events.size();
    }

    private List<LoggedCommand> batch() {
        List<LoggedCommand> batch = new ArrayList<>(batchSize);
        for (int i = 0; i < batchSize; i++) {
            byte[] value = new byte[VALUE_BYTES];
            random.nextBytes(value);
            batch.add(LoggedCommand.of(++index, Put.of(FilledStore.key(random.nextInt(keys)), Bytes.wrap(value))));
        }
        return batch;
    }

    /** What RocksDB's own threads have taken of a processor. */
    private static long backgroundNanos() throws IOException {
        long nanos = 0;
        try (Stream<Path> tasks = Files.list(THREADS)) {
            for (Path task : tasks.toList()) {
                if (Files.readString(task.resolve("comm")).startsWith(BACKGROUND)) {
                    nanos += Long.parseLong(
                            Files.readString(task.resolve("schedstat")).split(" ", 2)[0]);
                }
            }
        }
        return nanos;
    }

    /** What this process has handed to the system to be written; the store's files are all that it writes. */
    private static long writtenBytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/io"))) {
            if (line.startsWith("wchar: ")) {
                return Long.parseLong(line.substring("wchar: ".length()));
            }
        }
        throw new IOException("/proc/self/io does not tell what was written");
    }
}
