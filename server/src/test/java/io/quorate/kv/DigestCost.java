package io.quorate.kv;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Measures what the digest costs when puts are applied: two stores, one with it and one without it, take turns of a thousand
 * puts each, so that whatever else the machine does hits both; of the CPU time of the applying thread the medians over all
 * turns are compared. Arguments: turns, keys, bytes of a value, puts in a batch.
 */
final class DigestCost {
    private static final int PUTS_A_TURN = 1000;
    private static final int WARM_UP_TURNS = 100;

    private final int keys;
    private final int valueBytes;
    private final int batchSize;

    private DigestCost(int keys, int valueBytes, int batchSize) {
        this.keys = keys;
        this.valueBytes = valueBytes;
        this.batchSize = batchSize;
    }

    public static void main(String[] arguments) throws IOException {
        int[] numbers = Arrays.stream(arguments).mapToInt(Integer::parseInt).toArray();
        DigestCost cost = new DigestCost(numbers[1], numbers[2], numbers[3]);
        cost.compare("heap", numbers[0], directory -> new HeapStore());
        cost.compare("RocksDB", numbers[0], directory -> RocksStore.open(directory, RocksMemory.standard()));
    }

    private void compare(String kind, int turns, Function<Path, OrderedStore> stores) throws IOException {
        Path directory = Files.createTempDirectory("digest-cost");
        List<Double> with = new ArrayList<>();
        List<Double> without = new ArrayList<>();
        try (MvccStore digesting = MvccStore.open(stores.apply(directory.resolve("with")));
                MvccStore plain = WithoutDigest.open(stores.apply(directory.resolve("without")))) {
            for (int turn = -WARM_UP_TURNS; turn < turns; turn++) {
                boolean withFirst = turn % 2 == 0;
                double first = microsecondsPerPut(withFirst ? digesting : plain, turn);
                double second = microsecondsPerPut(withFirst ? plain : digesting, turn);
                if (turn >= 0) {
                    with.add(withFirst ? first : second);
                    without.add(withFirst ? second : first);
                }
            }
        } finally {
            delete(directory);
        }
        System.out.printf(
                "%s: %.2f us of CPU a put with the digest, %.2f us without; median over the turns of the ratio %.3f%n",
                kind, median(with), median(without), median(ratios(with, without)));
    }

    /** The same puts for both stores, encoded before the clock runs. */
    private double microsecondsPerPut(MvccStore store, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        List<List<LoggedCommand>> batches = new ArrayList<>();
        long index = store.appliedIndex();
        for (int done = 0; done < PUTS_A_TURN; done += batchSize) {
            List<LoggedCommand> batch = new ArrayList<>(batchSize);
            for (int i = 0; i < batchSize; i++) {
                byte[] value = new byte[valueBytes];
                random.nextBytes(value);
                Bytes key = Bytes.utf8("key" + random.nextInt(keys));
                batch.add(LoggedCommand.of(++index, Put.of(key, Bytes.wrap(value))));
            }
            batches.add(batch);
        }
        var threads = ManagementFactory.getThreadMXBean();
        long begin = threads.getCurrentThreadCpuTime();
        for (List<LoggedCommand> batch : batches) {
            store.apply(batch, batch.getLast().index());
        }
        return (threads.getCurrentThreadCpuTime() - begin) / 1e3 / (batches.size() * batchSize);
    }

    /** Turn by turn, so that what slows both down falls out. */
    private static List<Double> ratios(List<Double> with, List<Double> without) {
        return IntStream.range(0, with.size())
                .mapToObj(turn -> with.get(turn) / without.get(turn))
                .toList();
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
}
