package io.quorate.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.quorate.server.proto.etcdserverpb.LeaseGrantResponse;
import io.quorate.server.proto.etcdserverpb.LeaseRevokeRequest;
import io.quorate.server.proto.etcdserverpb.LeaseRevokeResponse;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.PutResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What clients ask for. */
class StepsTest {

    private final LeaseCycle.Held held = new LeaseCycle.Held();

    @SuppressWarnings("unchecked") // The test knows which answer a step wants.
    private static <A> void answer(Step<?, ?> step, A answer) {
        ((Step<?, A>) step).onAnswer().accept(answer);
    }

    @Test
    void aLeaseIsGrantedKeptAliveAndRevoked() {
        LeaseCycle cycle = new LeaseCycle(held);

        Step<?, ?> grant = cycle.get();
        assertThat(grant.kind()).isEqualTo(RequestKind.LEASE_GRANT);
        answer(grant, LeaseGrantResponse.newBuilder().setID(7).build());
        assertThat(held.ids()).containsExactly(7L);
        assertThat(cycle.get().kind()).isEqualTo(RequestKind.LEASE_KEEP_ALIVE);
        Step<?, ?> revoke = cycle.get();
        assertThat(revoke.request())
                .isEqualTo(LeaseRevokeRequest.newBuilder().setID(7).build());
        answer(revoke, LeaseRevokeResponse.getDefaultInstance());
        assertThat(held.ids()).isEmpty();
        assertThat(cycle.get().kind()).isEqualTo(RequestKind.LEASE_GRANT);
    }

    @Test
    void aGrantThatFailedIsFollowedByAnother() {
        LeaseCycle cycle = new LeaseCycle(held);
        cycle.get();

        assertThat(cycle.get().kind()).isEqualTo(RequestKind.LEASE_GRANT);
    }

    @Test
    void aWatchedPutTellsWhenItWasSentAndAcknowledged() {
        WatchPuts puts = new WatchPuts(new Keyspace(1, new LoadPlan.Data(10, 32, 64)));
        long before = System.nanoTime();

        Step<?, ?> step = puts.next(ByteString.copyFromUtf8("k"), new SplittableRandom(1));
        ByteString value = ((PutRequest) step.request()).getValue();

        assertThat(value.size()).isEqualTo(64);
        assertThat(WatchPuts.sentNanos(value) - before).isNotNegative();
        assertThat(puts.nanosSinceAck(value, System.nanoTime())).isZero();
        answer(step, PutResponse.getDefaultInstance());
        assertThat(puts.acknowledged()).isEqualTo(1);
        assertThat(puts.nanosSinceAck(value, System.nanoTime() + 1_000_000)).isBetween(999_000L, 3_600_000_000_000L);
    }

    @Test
    void aMixHasItsShareOfReads() {
        LoadPlan plan = new LoadPlan(
                Workload.MIXED,
                1,
                1,
                new LoadPlan.Pace(Duration.ofSeconds(1), Duration.ZERO, 1, Optional.empty()),
                new LoadPlan.Data(100, 32, 64),
                0.95,
                1,
                Duration.ofSeconds(5),
                false);
        Keyspace keyspace = new Keyspace(1, plan.data());
        Supplier<Step<?, ?>> steps =
                new Clients(plan, keyspace).steps(3, new WatchPuts(keyspace), new LeaseCycle.Held());

        long reads = IntStream.range(0, 10_000)
                .filter(i -> steps.get().kind() == RequestKind.READ)
                .count();

        assertThat(reads).isBetween(9_400L, 9_600L);
    }
}
