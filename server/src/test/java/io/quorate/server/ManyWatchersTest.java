package io.quorate.server;

import static io.quorate.server.EtcdClient.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import io.quorate.server.proto.etcdserverpb.WatchCreateRequest;
import io.quorate.server.proto.etcdserverpb.WatchGrpc;
import io.quorate.server.proto.etcdserverpb.WatchRequest;
import io.quorate.server.proto.etcdserverpb.WatchResponse;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** However many watches a client has, writes go on, what it costs is bounded, and nothing is left when it goes. */
class ManyWatchersTest {

    private static final int WATCHERS = 20_000;

    @TempDir
    private Path folder;

    private TestCluster cluster;
    private EtcdClient client;

    @BeforeEach
    void start() throws Exception {
        start(folder, WatchOptions.DEFAULT);
    }

    private void start(Path data, WatchOptions watches) throws IOException {
        cluster = TestCluster.start(1, data, config -> ServerConfigs.withWatches(config, watches));
        client = new EtcdClient(cluster.channel(0));
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    /** Counts what one stream is told. */
    private static final class Told implements StreamObserver<WatchResponse> {
        private final AtomicInteger created = new AtomicInteger();
        private final AtomicInteger refused = new AtomicInteger();
        private final AtomicInteger events = new AtomicInteger();
        private volatile String reason = "";

        @Override
        public void onNext(WatchResponse response) {
            if (response.getCreated() && response.getCanceled()) {
                reason = response.getCancelReason();
                refused.incrementAndGet();
            } else if (response.getCreated()) {
                created.incrementAndGet();
            }
            events.addAndGet(response.getEventsCount());
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }

    private static WatchRequest watch(String key) {
        return WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder().setKey(bytes(key)))
                .build();
    }

    private int watchers() {
        return cluster.member(0).watchers();
    }

    @Test
    void twentyThousandWatchersOfOneKeyAreToldEachPutWhilePutsGoOn() throws Exception {
        ManagedChannel channel = cluster.channel(0);
        List<Told> streams = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Told told = new Told();
            StreamObserver<WatchRequest> requests = WatchGrpc.newStub(channel).watch(told);
            for (int j = 0; j < WATCHERS / 20; j++) {
                requests.onNext(watch("watched"));
            }
            streams.add(told);
        }
        TestCluster.await(() -> watchers() == WATCHERS, "all watch");
        for (int i = 0; i < 5; i++) {
            client.put("watched", "v" + i);
            // One that nobody watches does not wait for those who are told.
            client.put("unwatched", "v" + i);
        }
        for (Told told : streams) {
            TestCluster.await(() -> told.events.get() == 5 * WATCHERS / 20, "each watcher was told each put");
        }
        channel.shutdownNow();
        TestCluster.await(() -> watchers() == 0, "the watchers are gone with their client");
    }

    @Test
    void allConnectionsTogetherHaveNoMoreThanTheMemberAllows() throws Exception {
        cluster.close();
        start(folder.resolve("few"), new WatchOptions(Duration.ofMinutes(10), 400, 500));
        Told first = new Told();
        Told second = new Told();
        ManagedChannel gone = cluster.channel(0);
        StreamObserver<WatchRequest> requests = WatchGrpc.newStub(gone).watch(first);
        StreamObserver<WatchRequest> others =
                WatchGrpc.newStub(cluster.channel(0)).watch(second);
        for (int i = 0; i < 300; i++) {
            requests.onNext(watch("key" + i));
        }
        TestCluster.await(() -> first.created.get() == 300, "the first has its watches");
        for (int i = 0; i < 300; i++) {
            others.onNext(watch("key" + i));
        }
        TestCluster.await(() -> second.created.get() + second.refused.get() == 300, "the second is answered");
        assertThat(second.refused).hasValue(100);
        assertThat(second.reason).isEqualTo("etcdserver: too many watches at this member, at most 500");

        gone.shutdownNow();
        TestCluster.await(() -> watchers() == 200, "there is room again");
        others.onNext(watch("another"));
        TestCluster.await(() -> second.created.get() == 201, "it is used");
    }

    /** What a watch costs beside its events is its key. */
    @Test
    void aWatchWithALongKeyCountsAsSeveral() throws Exception {
        cluster.close();
        start(folder.resolve("few"), new WatchOptions(Duration.ofMinutes(10), 500));
        Told told = new Told();
        StreamObserver<WatchRequest> requests =
                WatchGrpc.newStub(cluster.channel(0)).watch(told);
        String long100 = "k".repeat(100 << 10);
        for (int i = 0; i < 10; i++) {
            requests.onNext(watch(long100 + i));
        }
        TestCluster.await(() -> told.created.get() + told.refused.get() == 10, "all are answered");
        assertThat(told.created).hasValue(4);
        assertThat(told.refused).hasValue(6);
    }

    @Test
    void aConnectionWithTooManyWatchesIsToldSoAndKeepsThoseThatItHas() throws Exception {
        int most = 500;
        cluster.close();
        start(folder.resolve("few"), new WatchOptions(Duration.ofMinutes(10), most));
        ManagedChannel channel = cluster.channel(0);
        Told told = new Told();
        StreamObserver<WatchRequest> requests = WatchGrpc.newStub(channel).watch(told);
        for (int i = 0; i < most + 5; i++) {
            requests.onNext(watch("key" + i));
        }
        TestCluster.await(() -> told.created.get() + told.refused.get() == most + 5, "all are answered");
        assertThat(told.refused).hasValue(5);
        assertThat(told.reason).isEqualTo("etcdserver: too many watches on one connection, at most 500");
        client.put("key7", "v");
        TestCluster.await(() -> told.events.get() == 1, "a watch that was there goes on");

        Told other = new Told();
        WatchGrpc.newStub(cluster.channel(0)).watch(other).onNext(watch("key7"));
        TestCluster.await(() -> other.created.get() == 1, "another connection has watches of its own");
        channel.shutdownNow();
        TestCluster.await(() -> watchers() == 1, "what was the client's is gone with it");
    }

    @Test
    void streamsThatAreOpenedAndAbandonedLeaveNothingBehind() throws Exception {
        for (int round = 0; round < 20; round++) {
            ManagedChannel channel = cluster.channel(0);
            List<Told> streams = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                Told told = new Told();
                StreamObserver<WatchRequest> requests =
                        WatchGrpc.newStub(channel).watch(told);
                requests.onNext(watch("abandoned"));
                if (i % 2 == 0) {
                    // Half closed: it goes on watching.
                    requests.onCompleted();
                }
                streams.add(told);
            }
            for (Told told : streams) {
                TestCluster.await(() -> told.created.get() == 1, "the watch has begun");
            }
            channel.shutdownNow();
        }
        TestCluster.await(() -> watchers() == 0, "no watcher is left");
        client.put("abandoned", "v");
        assertThat(client.value("abandoned")).isEqualTo("v");
    }
}
