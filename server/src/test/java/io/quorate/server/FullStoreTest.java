package io.quorate.server;

import static io.quorate.server.EtcdClient.assertFails;
import static io.quorate.server.EtcdClient.op;
import static io.quorate.server.EtcdClient.putOf;
import static io.quorate.server.EtcdClient.rangeOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.StatusRuntimeException;
import io.quorate.server.proto.etcdserverpb.AlarmRequest;
import io.quorate.server.proto.etcdserverpb.DefragmentRequest;
import io.quorate.server.proto.etcdserverpb.LeaseGrantRequest;
import io.quorate.server.proto.etcdserverpb.LeaseRevokeRequest;
import io.quorate.server.proto.etcdserverpb.StatusRequest;
import io.quorate.server.proto.etcdserverpb.TxnRequest;
import io.quorate.server.wire.EtcdError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member whose store has reached its quota refuses what makes it larger, and takes its alarm back when there is room. */
class FullStoreTest {

    private static final long QUOTA_BYTES = 2 << 20;

    @TempDir
    private Path folder;

    /** Of bytes that RocksDB can't make smaller. */
    private static String value() {
        StringBuilder value = new StringBuilder();
        SplittableRandom random = new SplittableRandom(7);
        random.ints(50_000, 33, 127).forEach(letter -> value.append((char) letter));
        return value.toString();
    }

    private static boolean isAlarmRaised(EtcdClient client) {
        return client.maintenance().alarm(AlarmRequest.getDefaultInstance()).getAlarmsCount() > 0;
    }

    @Test
    void deletingCompactingAndDefragmentingTakesTheAlarmBack() throws IOException {
        try (TestCluster cluster =
                TestCluster.start(3, folder, config -> ServerConfigs.withQuota(config, QUOTA_BYTES))) {
            EtcdClient client = new EtcdClient(cluster.channel(0));
            long lease = client.leases()
                    .leaseGrant(LeaseGrantRequest.newBuilder().setTTL(600).build())
                    .getID();
            int filled = new QuotaCycle(client).fill(value());
            assertThat(isAlarmRaised(client)).isTrue();

            assertFails(EtcdError.NO_SPACE, () -> client.put("small", "x"));
            assertFails(
                    EtcdError.NO_SPACE,
                    () -> client.kv()
                            .txn(TxnRequest.newBuilder()
                                    .addFailure(op(putOf("small", "x")))
                                    .build()));
            assertFails(
                    EtcdError.NO_SPACE,
                    () -> client.leases()
                            .leaseGrant(
                                    LeaseGrantRequest.newBuilder().setTTL(60).build()));
            assertThat(client.get("fill0").getCount()).isEqualTo(1);
            assertThat(client.kv()
                            .txn(TxnRequest.newBuilder()
                                    .addSuccess(op(rangeOf("fill0")))
                                    .build())
                            .getSucceeded())
                    .isTrue();
            client.leases()
                    .leaseRevoke(LeaseRevokeRequest.newBuilder().setID(lease).build());

            long revision = 0;
            for (int i = 0; i < filled; i++) {
                revision = client.delete("fill" + i).getHeader().getRevision();
            }
            client.compact(revision);
            for (int i = 0; i < 3; i++) {
                new EtcdClient(cluster.channel(i)).maintenance().defragment(DefragmentRequest.getDefaultInstance());
            }
            TestCluster.await(() -> !isAlarmRaised(client), "the alarm is taken back");
            for (int i = 0; i < 3; i++) {
                EtcdClient any = new EtcdClient(cluster.channel(i));
                TestCluster.await(() -> fits(any), "the room is noticed");
            }
        }
    }

    /** A member measures its store now and then, not with each put. */
    private static boolean fits(EtcdClient client) {
        try {
            client.put("again", "x");
            return true;
        } catch (StatusRuntimeException refused) {
            assertThat(refused.getStatus().getDescription()).isEqualTo(EtcdError.NO_SPACE.message());
            return false;
        }
    }

    @Test
    void defragmentingMakesTheStoreSmallerWhilePutsGoOn() throws Exception {
        try (TestCluster cluster = TestCluster.start(1, folder)) {
            EtcdClient client = new EtcdClient(cluster.channel(0));
            for (int i = 0; i < 80; i++) {
                client.put("key" + i, value());
            }
            client.maintenance().defragment(DefragmentRequest.getDefaultInstance());
            long full = sizeBytes(client);
            long revision = 0;
            for (int i = 0; i < 80; i++) {
                revision = client.delete("key" + i).getHeader().getRevision();
            }
            client.compact(revision);
            CompletableFuture<Void> defragmented = CompletableFuture.runAsync(() -> {
                for (int i = 0; i < 3; i++) {
                    client.maintenance().defragment(DefragmentRequest.getDefaultInstance());
                }
            });
            PutStream.run(client, "meanwhile", 100, 8);
            defragmented.join();
            assertThat(client.value("meanwhile99")).isEqualTo("v");
            // What was put meanwhile is in memory still, of which RocksDB takes a megabyte at a time; the audit log's
            // record too.
            client.maintenance().defragment(DefragmentRequest.getDefaultInstance());
            assertThat(sizeBytes(client)).isLessThan(full / 4);
        }
    }

    private static long sizeBytes(EtcdClient client) {
        return client.maintenance().status(StatusRequest.getDefaultInstance()).getDbSize();
    }
}
