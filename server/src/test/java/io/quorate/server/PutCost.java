package io.quorate.server;

import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.ByteString;
import com.sun.management.OperatingSystemMXBean;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.PutResponse;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;

/**
 * Measures what a put costs three members and their client, all in this JVM: CPU time, and puts a second. Arguments: rounds,
 * puts in a round, keys, bytes of a value, puts in flight.
 */
final class PutCost {

    private PutCost() {}

    public static void main(String[] arguments) throws Exception {
        int rounds = Integer.parseInt(arguments[0]);
        int puts = Integer.parseInt(arguments[1]);
        Path folder = Files.createTempDirectory("put-cost");
        try (TestCluster cluster = TestCluster.start(3, folder)) {
            KVGrpc.KVFutureStub kv = KVGrpc.newFutureStub(cluster.channel(cluster.leader()));
            OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
            for (int round = 0; round < rounds; round++) {
                long cpu = process.getProcessCpuTime();
                long begin = System.nanoTime();
                put(
                        kv,
                        puts,
                        Integer.parseInt(arguments[2]),
                        Integer.parseInt(arguments[3]),
                        Integer.parseInt(arguments[4]));
                System.out.printf(
                        Locale.ROOT,
                        "%.1f us of CPU a put, %.0f puts a second%n",
                        (process.getProcessCpuTime() - cpu) / 1e3 / puts,
                        puts * 1e9 / (System.nanoTime() - begin));
            }
        } finally {
            io.quorate.server.store.ScratchFolder.delete(folder);
        }
    }

    private static void put(KVGrpc.KVFutureStub kv, int puts, int keys, int valueBytes, int inFlight)
            throws InterruptedException, IOException {
        SplittableRandom random = new SplittableRandom(1);
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
}
