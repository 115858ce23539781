package io.quorate.compatibility;

import static io.quorate.compatibility.JetcdTest.PATIENCE;
import static io.quorate.compatibility.JetcdTest.answer;
import static io.quorate.compatibility.JetcdTest.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KeyValue;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.options.GetOption;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.support.CloseableClient;
import io.grpc.stub.StreamObserver;
import io.quorate.cli.processes.ProcessCluster;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** A program that uses jetcd works on while the leader is killed. */
@Timeout(180)
@ExtendWith(SharedCluster.class)
class JetcdLeaderChangeTest {

    private static final int WRITES_BEFORE = 100;
    private static final int WRITES_AFTER = 100;

    private final ProcessCluster cluster;
    private final Client client;

    JetcdLeaderChangeTest(ProcessCluster cluster) {
        this.cluster = cluster;
        this.client = Client.builder().endpoints(JetcdTest.endpoints(cluster)).build();
    }

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void writesAWatchALeaseAndALockOutliveTheLeader() {
        long lease = answer(client.getLeaseClient().grant(5)).getID();
        Renewals renewals = new Renewals();
        ByteSequence held =
                answer(client.getLockClient().lock(bytes("jetcd/held"), lease)).getKey();
        CloseableClient keepAlive = client.getLeaseClient().keepAlive(lease, renewals);
        try (JetcdWatch watch = JetcdWatch.start(client, "jetcd/load/", WatchOption.builder())) {
            Map<String, Long> acknowledged = new TreeMap<>();
            write(WRITES_BEFORE, acknowledged);
            cluster.kill(cluster.awaitLeader());
            int renewed = renewals.count.get();
            write(WRITES_AFTER, acknowledged);

            assertThat(contents("jetcd/load/")).isEqualTo(acknowledged);
            assertThatTheWatchHasSeen(watch, acknowledged);
            await("that the lease is renewed").atMost(PATIENCE).until(() -> renewals.count.get() >= renewed + 2);
            assertThat(contents("jetcd/held/")).containsOnlyKeys(held.toString());
            until(() -> client.getLockClient().unlock(held));
            assertThat(contents("jetcd/held/")).isEmpty();
        } finally {
            keepAlive.close();
        }
    }

    /** Keys with numbers, one after the other; each of them until it is acknowledged. */
    private void write(int count, Map<String, Long> acknowledged) {
        for (int i = 0; i < count; i++) {
            String key = "jetcd/load/%06d".formatted(acknowledged.size());
            long revision = until(() -> client.getKVClient().put(bytes(key), bytes(key)))
                    .getHeader()
                    .getRevision();
            acknowledged.put(key, revision);
        }
    }

    /**
     * What was tried twice, because it was not known whether it was done, may be there twice: with a revision of its own. That
     * the connection was lost is told to the listener as well; jetcd goes on with the watch elsewhere.
     */
    private static void assertThatTheWatchHasSeen(JetcdWatch watch, Map<String, Long> acknowledged) {
        long last =
                acknowledged.values().stream().mapToLong(Long::longValue).max().orElseThrow();
        await("that the watch has seen the last write")
                .atMost(PATIENCE)
                .until(() -> watch.events().stream()
                        .anyMatch(event -> event.getKeyValue().getModRevision() == last));
        List<Long> revisions = watch.events().stream()
                .map(event -> event.getKeyValue().getModRevision())
                .toList();
        assertThat(revisions).isSorted().doesNotHaveDuplicates().containsAll(acknowledged.values());
    }

    private Map<String, Long> contents(String prefix) {
        GetOption all = GetOption.builder().isPrefix(true).build();
        return until(() -> client.getKVClient().get(bytes(prefix), all)).getKvs().stream()
                .collect(Collectors.toMap(kv -> kv.getKey().toString(), KeyValue::getModRevision));
    }

    /** Tries until the call is answered: what failed while there was no leader may or may not have been done. */
    private static <T> T until(Supplier<CompletableFuture<T>> call) {
        return await("an answer")
                .atMost(PATIENCE)
                .until(() -> attempt(call), Optional::isPresent)
                .orElseThrow();
    }

    private static <T> Optional<T> attempt(Supplier<CompletableFuture<T>> call) {
        try {
            return Optional.of(answer(call.get()));
        } catch (CompletionException e) {
            return Optional.empty();
        }
    }

    /** How often a lease was renewed. That a stream has ended is told as well: jetcd opens another one. */
    private static final class Renewals implements StreamObserver<LeaseKeepAliveResponse> {

        private final AtomicInteger count = new AtomicInteger();

        @Override
        public void onNext(LeaseKeepAliveResponse response) {
            count.incrementAndGet();
        }

        @Override
        public void onError(Throwable error) {}

        @Override
        public void onCompleted() {}
    }
}
