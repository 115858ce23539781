package io.quorate.kv;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/**
 * Measures what the digest costs when puts are applied: rounds with it and without it take turns, and the medians of the
 * CPU time of the applying thread are compared. Arguments: rounds, puts in a round, keys, bytes of a value, puts in a batch.
 */
final class DigestCost {
    private static final long SEED = 1;

    private final int puts;
    private final int keys;
    private final int valueBytes;
    private final int batchSize;

    private DigestCost(int puts, int keys, int valueBytes, int batchSize) {
        this.puts = puts;
        this.keys = keys;
        this.valueBytes = valueBytes;
        this.batchSize = batchSize;
    }

    public static void main(String[] arguments) throws IOException {
        int[] numbers = Arrays.stream(arguments).mapToInt(Integer::parseInt).toArray();
        DigestCost cost = new DigestCost(numbers[1], numbers[2], numbers[3], numbers[4]);
        for (StoreKind kind : StoreKind.values()) {
            cost.compare(kind, numbers[0]);
        }
    }

    private void compare(StoreKind kind, int rounds) throws IOException {
        List<Double> with = new ArrayList<>();
        List<Double> without = new ArrayList<>();
        for (int round = -1; round < rounds; round++) {
            boolean withFirst = round % 2 == 0;
            double first = microsecondsPerPut(kind, withFirst);
            double second = microsecondsPerPut(kind, !withFirst);
            if (round >= 0) { // the first is for warming up
                with.add(withFirst ? first : second);
                without.add(withFirst ? second : first);
            }
        }
        System.out.printf(
                "%s: %.2f us of CPU a put with the digest, %.2f us without: %+.2f us%n",
                kind, median(with), median(without), median(with) - median(without));
    }

    private double microsecondsPerPut(StoreKind kind, boolean digest) throws IOException {
        Path directory = Files.createTempDirectory("digest-cost");
        OrderedStore ordered = switch (kind) {
            case HEAP -> new HeapStore();
            case ROCKS -> RocksStore.open(directory.resolve("store"), RocksMemory.standard());
        };
        try (MvccStore store = digest ? MvccStore.open(ordered) : MvccStore.open(ordered, NoDigest::new)) {
            SplittableRandom random = new SplittableRandom(SEED);
            apply(store, random, keys);
            var threads = ManagementFactory.getThreadMXBean();
            long begin = threads.getCurrentThreadCpuTime();
            apply(store, random, puts);
            return (threads.getCurrentThreadCpuTime() - begin) / 1e3 / puts;
        } finally {
            delete(directory);
        }
    }

    private void apply(MvccStore store, SplittableRandom random, int count) {
        byte[] value = new byte[valueBytes];
        for (int done = 0; done < count; done += batchSize) {
            long index = store.appliedIndex();
            List<LoggedCommand> batch = new ArrayList<>(batchSize);
            for (int i = 0; i < batchSize; i++) {
                random.nextBytes(value);
                Bytes key = Bytes.utf8("key" + random.nextInt(keys));
                batch.add(LoggedCommand.of(++index, Put.of(key, Bytes.copyOf(value))));
            }
            store.apply(batch, index);
        }
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Changes nothing and reads nothing. */
    private static final class NoDigest extends DigestChanges {
        NoDigest(DigestBuckets before, ElementHash hash) {
            super(before, hash);
        }

        @Override
        void add(Element element) {
            // Left out.
        }

        @Override
        void remove(Element element) {
            // Left out.
        }

        @Override
        void removeStored(CurrentVersion current, OrderedStore store, Bytes key) {
            // Left out, together with the read.
        }

        @Override
        void removeStored(CurrentVersion current, Optional<KeyValue> pair) {
            // Left out.
        }
    }
}
