package io.quorate.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.quorate.server.proto.etcdserverpb.LeaseGrantResponse;
import io.quorate.server.proto.etcdserverpb.LeaseKeepAliveResponse;
import io.quorate.server.proto.etcdserverpb.LeaseRevokeRequest;
import io.quorate.server.proto.etcdserverpb.LeaseRevokeResponse;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.PutResponse;
import io.quorate.server.proto.etcdserverpb.RangeResponse;
import io.quorate.server.proto.etcdserverpb.ResponseOp;
import io.quorate.server.proto.etcdserverpb.TxnResponse;
import io.quorate.server.proto.mvccpb.KeyValue;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What clients ask for. */
class StepsTest {

    private final LeaseCycle.Held held = new LeaseCycle.Held();

    @SuppressWarnings("unchecked") // The test knows which answer a step wants.
    private static <A> Optional<String> answer(Step<?, ?> step, A answer) {
        return ((Step<?, A>) step).check().apply(answer);
    }

    @Test
    void aLeaseIsGrantedKeptAliveAndRevoked() {
        LeaseCycle cycle = new LeaseCycle(held);

        Step<?, ?> grant = cycle.get();
        assertThat(grant.kind()).isEqualTo(RequestKind.LEASE_GRANT);
        answer(grant, LeaseGrantResponse.newBuilder().setID(7).build());
        assertThat(held.ids()).containsExactly(7L);
        Step<?, ?> keepAlive = cycle.get();
        assertThat(keepAlive.kind()).isEqualTo(RequestKind.LEASE_KEEP_ALIVE);
        assertThat(answer(
                        keepAlive,
                        LeaseKeepAliveResponse.newBuilder().setTTL(60).build()))
                .isEmpty();
        assertThat(answer(keepAlive, LeaseKeepAliveResponse.getDefaultInstance()))
                .hasValueSatisfying(wrong -> assertThat(wrong).contains("is not there"));
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
        WatchPuts puts = new WatchPuts(new Keyspace(1, new LoadPlan.Data(10, 32, 64)), 1);
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
    void putsOfAnotherRepetitionAreToldApartAndThoseOfTheWarmUpAreNotCounted() {
        Keyspace keyspace = new Keyspace(1, new LoadPlan.Data(10, 32, 64));
        WatchPuts rehearsal = new WatchPuts(keyspace, LoadRun.REHEARSAL);
        WatchPuts puts = new WatchPuts(keyspace, 2);
        puts.measureFrom(System.nanoTime() + TimeUnit.HOURS.toNanos(1));

        Step<?, ?> step = puts.next(ByteString.copyFromUtf8("k"), new SplittableRandom(1));
        ByteString value = ((PutRequest) step.request()).getValue();
        answer(step, PutResponse.getDefaultInstance());

        assertThat(puts.isOurs(value)).isTrue();
        assertThat(rehearsal.isOurs(value)).isFalse();
        assertThat(puts.acknowledged()).isZero();
        assertThat(puts.nanosSinceAck(value, System.nanoTime() + 1)).isPositive();
    }

    private static Supplier<Step<?, ?>> steps(Workload workload) {
        LoadPlan plan = new LoadPlan(
                workload,
                1,
                1,
                new LoadPlan.Pace(Duration.ofSeconds(1), Duration.ZERO, 1, Optional.empty()),
                new LoadPlan.Data(100, 32, 64),
                0.95,
                1,
                Duration.ofSeconds(5),
                false);
        Keyspace keyspace = new Keyspace(1, plan.data());
        return new Clients(plan, keyspace).steps(3, Optional.of(new WatchPuts(keyspace, 1)), new LeaseCycle.Held());
    }

    @Test
    void aMixHasItsShareOfReads() {
        Supplier<Step<?, ?>> steps = steps(Workload.MIXED);

        long reads = IntStream.range(0, 10_000)
                .filter(i -> steps.get().kind() == RequestKind.READ)
                .count();

        assertThat(reads).isBetween(9_400L, 9_600L);
    }

    private static RangeResponse found(int valueBytes) {
        return RangeResponse.newBuilder()
                .addKvs(KeyValue.newBuilder().setValue(ByteString.copyFrom(new byte[valueBytes])))
                .build();
    }

    @ParameterizedTest
    @EnumSource(names = {"GET", "SGET"})
    void aReadThatFindsNothingOrSomethingElseHasAWrongAnswer(Workload workload) {
        Step<?, ?> read = steps(workload).get();

        assertThat(answer(read, found(64))).isEmpty();
        assertThat(answer(read, RangeResponse.getDefaultInstance()))
                .hasValue("a key that was written before is not there");
        assertThat(answer(read, found(63))).hasValue("a value of 63 bytes, where all have 64");
    }

    @Test
    void aTransactionThatDidNotFindItsKeyHasAWrongAnswer() {
        Step<?, ?> txn = steps(Workload.TXN).get();
        TxnResponse done = TxnResponse.newBuilder()
                .setSucceeded(true)
                .addResponses(ResponseOp.newBuilder().setResponsePut(PutResponse.getDefaultInstance()))
                .addResponses(ResponseOp.newBuilder().setResponseRange(found(64)))
                .build();

        assertThat(answer(txn, done)).isEmpty();
        assertThat(answer(txn, done.toBuilder().setSucceeded(false).build()))
                .hasValue("a transaction did not find the key that it puts");
        assertThat(answer(
                        txn,
                        done.toBuilder()
                                .setResponses(1, ResponseOp.newBuilder().setResponseRange(found(0)))
                                .build()))
                .hasValue("a value of 0 bytes, where all have 64");
    }
}
