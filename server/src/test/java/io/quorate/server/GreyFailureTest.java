package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.grpc.StatusRuntimeException;
import io.quorate.engine.disk.Disk;
import io.quorate.kv.ManagedOperation;
import io.quorate.server.proto.managerpb.OperationReport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A member that fails slowly: it is there, does all that it is asked, and everybody waits for it. */
@Timeout(120)
class GreyFailureTest {

    private static final long SYNC_MILLIS = 20;

    private final Map<String, SlowDisk> disks = new ConcurrentHashMap<>();

    @TempDir
    private Path folder;

    private Disk slow(Disk disk) {
        return disks.computeIfAbsent(disk.toString(), name -> new SlowDisk(disk));
    }

    /** Each sync takes ten times as long as the others', which is no reason for anybody to call a disk hung. */
    @Test
    void aLeaderWhoseDiskGetsSlowGivesWayAndRests() throws Exception {
        try (TestCluster cluster = TestCluster.start(
                        3,
                        folder,
                        config -> ServerConfigs.withUpkeep(
                                ServerConfigs.withTimeouts(config, Duration.ofMillis(100), Duration.ofSeconds(1)),
                                Upkeep.DEFAULT),
                        StorageOpening.PLAIN.withDisk(this::slow));
                Writes writes = new Writes(cluster)) {
            int slow = cluster.leader();
            MemberServer member = cluster.member(slow);
            SlowDisk disk = disks.entrySet().stream()
                    .filter(entry ->
                            entry.getKey().contains(cluster.config(slow).name()))
                    .map(Map.Entry::getValue)
                    .findFirst()
                    .orElseThrow();
            disks.values().forEach(each -> each.syncTakes(SYNC_MILLIS));
            writes.begin(slow);

            disk.syncTakes(10 * SYNC_MILLIS);
            TestCluster.await(() -> isOnRecord(member), "that it has given way is on record");

            assertThatItIsInTheAuditLog(member);
            int next = cluster.leader();
            assertThat(next).isNotEqualTo(slow);
            TestCluster.await(() -> member.grey().present().rests().isPositive(), "it says that it rests");
            assertThat(member.grey().present().ailing()).isTrue();
            assertThat(member.grey().present().score().reasons()).contains("1 of 100 syncs of its log takes");
        }
    }

    /** At the member that gave way: it learns of the outcome as all do, by the log. */
    private static boolean isOnRecord(MemberServer member) {
        for (ManagedOperation operation : member.machine().store().operations()) {
            if (operation.state() == ManagedOperation.State.RUNNING) {
                continue;
            }
            OperationReport report;
            try {
                report = OperationReport.parseFrom(operation.report().toByteArray());
            } catch (InvalidProtocolBufferException e) {
                throw new AssertionError(e);
            }
            assertThat(report.getTitle())
                    .startsWith("grey failure: " + member.config().name() + " gives way to m");
            assertThat(report.getPreflight(0).getFinding())
                    .contains("1 of 100 syncs of its log takes", "failing from 250 ms");
            assertThat(operation.state()).as("%s", report).isEqualTo(ManagedOperation.State.DONE);
            assertThat(report.getOutcome()).endsWith(" leads");
            return true;
        }
        return false;
    }

    /** As the member's own, which has neither a user nor an address. */
    private static void assertThatItIsInTheAuditLog(MemberServer member) {
        String own = "\"member\":\"" + Long.toHexString(member.memberId())
                + "\",\"user\":\"\",\"address\":\"\",\"kind\":\"operation\",\"action\":\"%s\",\"object\":\"operation \\d+: %s";
        String title = "grey failure: " + member.config().name() + " gives way to m\\d+";
        assertThat(String.join("\n", member.machine().store().auditRecords(1, Integer.MAX_VALUE)))
                .containsPattern(own.formatted("begin", title + "\",\"result\":\"ok\""))
                .containsPattern(own.formatted("step", "hand over the leadership\",\"result\":\"done: m\\d+ leads\""))
                .containsPattern(own.formatted("end", title + "\",\"result\":\"done: m\\d+ leads\""));
    }

    /** Puts at a member, one after the other, until it is closed. */
    private static final class Writes implements AutoCloseable {

        private final TestCluster cluster;
        private final AtomicBoolean over = new AtomicBoolean();
        private CompletableFuture<Void> running = CompletableFuture.completedFuture(null);

        Writes(TestCluster cluster) {
            this.cluster = cluster;
        }

        void begin(int member) {
            EtcdClient client = new EtcdClient(cluster.channel(member));
            running = CompletableFuture.runAsync(() -> {
                while (!over.get()) {
                    try {
                        client.put("k", "v");
                    } catch (StatusRuntimeException unknown) {
                        // The leader has changed meanwhile, and nobody knows whether it was written.
                    }
                }
            });
        }

        @Override
        public void close() {
            over.set(true);
            running.join();
        }
    }
}
