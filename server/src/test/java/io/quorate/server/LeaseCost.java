package io.quorate.server;

import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import com.sun.management.OperatingSystemMXBean;
import io.quorate.server.proto.etcdserverpb.LeaseGrantRequest;
import io.quorate.server.proto.etcdserverpb.LeaseGrantResponse;
import io.quorate.server.proto.etcdserverpb.LeaseGrpc;
import io.quorate.server.proto.etcdserverpb.LeaseLeasesRequest;
import io.quorate.server.store.ScratchFolder;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * Measures what leases cost that nobody uses: three members in this JVM, at rest without any, and then with some whose time is
 * long. Arguments: leases, seconds at rest without them, seconds at rest with them. After five minutes their remaining times
 * are written to the log, once, so that seconds which reach beyond that tell what it costs on average.
 */
final class LeaseCost {

    private static final OperatingSystemMXBean PROCESS =
            (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

    private static final int MEMBERS = 3;
    private static final int STEP_SECONDS = 30;
    private static final int IN_FLIGHT = 256;
    private static final long TTL_SECONDS = Duration.ofDays(1).toSeconds();

    private LeaseCost() {}

    public static void main(String[] arguments) throws Exception {
        int[] numbers = Arrays.stream(arguments).mapToInt(Integer::parseInt).toArray();
        Path folder = Files.createTempDirectory("lease-cost");
        try (TestCluster cluster = TestCluster.start(MEMBERS, folder)) {
            EtcdClient client = new EtcdClient(cluster.channel(cluster.leader()));
            rest("without leases", numbers[1]);
            long begin = System.nanoTime();
            grant(client, numbers[0]);
            System.out.printf(
                    Locale.ROOT,
                    "%d leases granted in %d s%n",
                    numbers[0],
                    TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begin));
            // What granting them has left to do is not theirs at rest.
            List<EtcdClient> members = IntStream.range(0, MEMBERS)
                    .mapToObj(member -> new EtcdClient(cluster.channel(member)))
                    .toList();
            TestCluster.await(
                    () -> members.stream().allMatch(member -> count(member) == numbers[0]),
                    "all members have all leases");
            rest("with leases", numbers[2]);
        } finally {
            ScratchFolder.delete(folder);
        }
    }

    /** Tells what part of a core this process uses: in each half minute, and in all. */
    private static void rest(String what, int seconds) throws InterruptedException {
        Use all = new Use();
        for (int passed = 0; passed < seconds; passed += STEP_SECONDS) {
            Use step = new Use();
            TimeUnit.SECONDS.sleep(STEP_SECONDS);
            System.out.printf(
                    Locale.ROOT,
                    "%s, until %d s: %.2f %% of a core for all three members, %.2f %% since the beginning%n",
                    what,
                    passed + STEP_SECONDS,
                    step.percent(),
                    all.percent());
        }
    }

    /** What this process uses from its making on. */
    private static final class Use {
        private final long cpuNanos = PROCESS.getProcessCpuTime();
        private final long nanos = System.nanoTime();

        double percent() {
            return 100.0 * (PROCESS.getProcessCpuTime() - cpuNanos) / (System.nanoTime() - nanos);
        }
    }

    private static void grant(EtcdClient client, int leases) throws InterruptedException {
        LeaseGrpc.LeaseFutureStub stub = client.leaseFutures();
        Semaphore slots = new Semaphore(IN_FLIGHT);
        for (int i = 1; i <= leases; i++) {
            slots.acquire();
            ListenableFuture<LeaseGrantResponse> granted = stub.leaseGrant(
                    LeaseGrantRequest.newBuilder().setID(i).setTTL(TTL_SECONDS).build());
            granted.addListener(slots::release, MoreExecutors.directExecutor());
        }
        slots.acquire(IN_FLIGHT);
        int there = count(client);
        if (there != leases) {
            throw new IllegalStateException("there are " + there + " leases, not " + leases);
        }
    }

    /** A member tells what it has itself. */
    private static int count(EtcdClient client) {
        return client.leases()
                .leaseLeases(LeaseLeasesRequest.getDefaultInstance())
                .getLeasesCount();
    }
}
