package io.quorate.server;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.ByteString;
import com.sun.management.OperatingSystemMXBean;
import io.quorate.kv.WithoutDigest;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.PutResponse;
import io.quorate.server.store.ScratchFolder;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.function.ToDoubleFunction;

/**
 * Measures what a put costs three members and their client, all in this JVM, and what of that is for the state's digest: two
 * clusters, of which one has neither a digest nor anything that compares it, take turns of some puts each, so that whatever
 * else the machine does hits both. Arguments: turns, puts in a turn, keys, bytes of a value, puts in flight.
 */
final class PutCost {

    /** While code is compiled, and the keys are new. */
    private static final int WARM_UP_TURNS = 15;

    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private final int puts;
    private final int keys;
    private final int valueBytes;
    private final int inFlight;

    private PutCost(int puts, int keys, int valueBytes, int inFlight) {
        this.puts = puts;
        this.keys = keys;
        this.valueBytes = valueBytes;
        this.inFlight = inFlight;
    }

    /** What one turn of a cluster took. */
    private record Turn(double cpuMicrosPerPut, double putsPerSecond) {}

    public static void main(String[] arguments) throws Exception {
        int[] numbers = Arrays.stream(arguments).mapToInt(Integer::parseInt).toArray();
        new PutCost(numbers[1], numbers[2], numbers[3], numbers[4]).compare(numbers[0]);
    }

    private void compare(int turns) throws Exception {
        Path folder = Files.createTempDirectory("put-cost");
        List<Turn> with = new ArrayList<>();
        List<Turn> without = new ArrayList<>();
        try (TestCluster digesting = TestCluster.start(3, folder.resolve("with"));
                TestCluster plain = TestCluster.start(
                        3,
                        folder.resolve("without"),
                        config -> ServerConfigs.withVerifyInterval(config, Duration.ZERO),
                        WithoutDigest::open)) {
            KVGrpc.KVFutureStub withDigest = KVGrpc.newFutureStub(digesting.channel(digesting.leader()));
            KVGrpc.KVFutureStub withoutDigest = KVGrpc.newFutureStub(plain.channel(plain.leader()));
            for (int turn = -WARM_UP_TURNS; turn < turns; turn++) {
                boolean withFirst = turn % 2 == 0;
                Turn first = measure(withFirst ? withDigest : withoutDigest, turn);
                Turn second = measure(withFirst ? withoutDigest : withDigest, turn);
                if (turn >= 0) {
                    with.add(withFirst ? first : second);
                    without.add(withFirst ? second : first);
                }
            }
        } finally {
            ScratchFolder.delete(folder);
        }
        print("us of CPU a put", with, without, Turn::cpuMicrosPerPut);
        print("puts a second", with, without, Turn::putsPerSecond);
    }

    private Turn measure(KVGrpc.KVFutureStub kv, long seed) throws InterruptedException {
        long cpu = PROCESS.getProcessCpuTime();
        long begin = System.nanoTime();
        put(kv, seed);
        return new Turn((PROCESS.getProcessCpuTime() - cpu) / 1e3 / puts, puts * 1e9 / (System.nanoTime() - begin));
    }

    private void put(KVGrpc.KVFutureStub kv, long seed) throws InterruptedException {
        SplittableRandom random = new SplittableRandom(seed);
        Semaphore free = new Semaphore(inFlight);
        byte[] value = new byte[valueBytes];
        for (int i = 0; i < puts; i++) {
            free.acquire();
            random.nextBytes(value);
            ListenableFuture<PutResponse> answer = kv.put(PutRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8("key" + random.nextInt(keys)))
                    .setValue(ByteString.copyFrom(value))
                    .build());
            answer.addListener(free::release, MoreExecutors.directExecutor());
            if (i == puts - 1) {
                Futures.getUnchecked(answer);
            }
        }
        free.acquire(inFlight);
    }

    /** Medians over all turns; that of the ratios is turn by turn, so that what slows both down falls out. */
    private static void print(String what, List<Turn> with, List<Turn> without, ToDoubleFunction<Turn> figure) {
        double[] ratios = new double[with.size()];
        for (int turn = 0; turn < ratios.length; turn++) {
            ratios[turn] = figure.applyAsDouble(with.get(turn)) / figure.applyAsDouble(without.get(turn));
        }
        System.out.printf(
                Locale.ROOT,
                "%s: %.1f with the digest, %.1f without; ratio %.3f%n",
                what,
                median(with.stream().mapToDouble(figure).toArray()),
                median(without.stream().mapToDouble(figure).toArray()),
                median(ratios));
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
