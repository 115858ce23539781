package io.quorate.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Both loops, on a connection whose answers the test gives. */
@Timeout(60)
class PacingTest {

    private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

    private final HeldCalls calls = new HeldCalls();
    private final long begin = System.nanoTime();
    private final Recording recording =
            new Recording(List.of(RequestKind.PUT), begin, begin + TimeUnit.HOURS.toNanos(1));

    private List<LoadClient> clients(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new LoadClient(
                        calls,
                        () -> Step.of(
                                RequestKind.PUT,
                                KVGrpc.getPutMethod(),
                                PutRequest.newBuilder()
                                        .setKey(ByteString.copyFromUtf8("k"))
                                        .build())))
                .toList();
    }

    private Tally tally() {
        return recording.tallies().getFirst();
    }

    @Test
    void aClosedLoopHasAsManyUnderWayAsThereAreClients() throws Exception {
        try (ClosedPacing pacing = new ClosedPacing(clients(3), recording)) {
            pacing.start();
            assertThat(calls.waiting()).isEqualTo(3);
            for (int i = 0; i < 10; i++) {
                calls.next().answer();
                assertThat(calls.waiting()).isEqualTo(3);
            }
            pacing.stop();
            assertThat(pacing.isOver()).isFalse();
            for (int i = 0; i < 3; i++) {
                calls.next().answer();
            }
            assertThat(pacing.isOver()).isTrue();
        }
        assertThat(tally().completed()).isEqualTo(13);
        assertThat(tally().latencies().getTotalCount()).isEqualTo(13);
    }

    @Test
    void aFailureIsCountedByItsReasonAndItsClientGoesOn() throws Exception {
        try (ClosedPacing pacing = new ClosedPacing(clients(1), recording)) {
            pacing.start();
            calls.next().close(Status.UNAVAILABLE.withDescription("gone"));
            calls.next().close(Status.INVALID_ARGUMENT.withDescription("etcdserver: key is not provided"));
            calls.next().answer();
            pacing.stop();
            calls.next().answer();
        }
        assertThat(tally().failures())
                .containsOnly(
                        Map.entry(new Failure(Failure.Outcome.UNKNOWN, "gone"), 1L),
                        Map.entry(new Failure(Failure.Outcome.REFUSED, "etcdserver: key is not provided"), 1L));
        assertThat(tally().completed()).isEqualTo(2);
        assertThat(calls.count()).isEqualTo(4);
    }

    @Test
    void anAnswerThatTakesTooLongIsGivenUp() throws Exception {
        LoadClient client = clients(1).getFirst();
        ClosedPacing pacing = new ClosedPacing(List.of(client), recording);
        pacing.start();

        client.giveUp(System.nanoTime() + 4000 * MILLI, 5000 * MILLI);
        assertThat(tally().failed()).isZero();
        client.giveUp(System.nanoTime() + 6000 * MILLI, 5000 * MILLI);
        pacing.close();

        assertThat(tally().failures())
                .containsOnlyKeys(new Failure(Failure.Outcome.UNKNOWN, "no answer within 5000 ms"));
    }

    /** What a pause costs is seen by all requests that arrive in it, and not by the one that was under way alone. */
    @Test
    void anOpenLoopMeasuresFromTheIntendedStart() throws Exception {
        int rate = 200;
        long pauseMillis = 200;
        long arrivalMillis = 1000 / rate;
        try (OpenPacing pacing = new OpenPacing(clients(1), recording, rate)) {
            pacing.start();
            HeldCalls.Held<?, ?> held = calls.next();
            long sent = System.nanoTime();
            await().until(() -> System.nanoTime() - sent >= pauseMillis * MILLI);
            assertThat(calls.count()).isEqualTo(1);
            held.answer();
            // All that have arrived during the pause, one after the other.
            for (int i = 1; i < pauseMillis / arrivalMillis; i++) {
                calls.next().answer();
            }
            pacing.stop();
            pacing.dropUnsent();
            await().until(() -> {
                while (calls.waiting() > 0) {
                    calls.next().answer();
                }
                return pacing.isOver();
            });
        }
        Histogram latencies = tally().latencies();
        long late = latencies.getTotalCount() - latencies.getCountBetweenValues(0, pauseMillis / 2 * MILLI);
        assertThat(late).isGreaterThanOrEqualTo(pauseMillis / 2 / arrivalMillis - 1);
        assertThat(latencies.getMaxValue()).isGreaterThanOrEqualTo(pauseMillis * MILLI * 999 / 1000);
    }

    @Test
    void whatNoClientWasFreeForIsTold() throws Exception {
        try (OpenPacing pacing = new OpenPacing(clients(2), recording, 1000)) {
            pacing.start();
            HeldCalls.Held<?, ?> one = calls.next();
            HeldCalls.Held<?, ?> other = calls.next();
            await().until(() -> System.nanoTime() - begin >= 50 * MILLI);
            pacing.stop();
            await().until(() -> !pacing.isOver());

            assertThat(pacing.dropUnsent()).isPositive();
            assertThat(pacing.dropUnsent()).isZero();
            one.answer();
            other.answer();
            await().until(pacing::isOver);
        }
        assertThat(calls.count()).isEqualTo(2);
    }

    @Test
    void ofWhatIsDroppedOnlyTheMeasuredTimeIsCounted() throws Exception {
        long hour = TimeUnit.HOURS.toNanos(1);
        Recording later = new Recording(List.of(RequestKind.PUT), begin + hour, begin + 2 * hour);
        try (OpenPacing pacing = new OpenPacing(clients(1), later, 1)) {
            pacing.start();
            HeldCalls.Held<?, ?> first = calls.next();

            assertThat(pacing.isOver()).isFalse();
            assertThat(pacing.dropUnsent()).isEqualTo(3600);
            assertThat(pacing.isOver()).isFalse();
            first.answer();
            assertThat(pacing.isOver()).isTrue();
        }
    }

    @Test
    void anOpenLoopEndsWhenAllThatArriveAreAnswered() throws Exception {
        Recording brief = new Recording(List.of(RequestKind.PUT), begin, System.nanoTime() + 500 * MILLI);
        try (OpenPacing pacing = new OpenPacing(clients(2), brief, 1000)) {
            pacing.start();
            await().until(() -> {
                while (calls.waiting() > 0) {
                    calls.next().answer();
                }
                return pacing.isOver();
            });
            assertThat(pacing.dropUnsent()).isZero();
        }
        assertThat(brief.tallies().getFirst().latencies().getTotalCount())
                .isEqualTo(calls.count())
                .isPositive();
    }

    @Test
    void anOpenLoopGoesOnAfterFailures() throws Exception {
        try (OpenPacing pacing = new OpenPacing(clients(1), recording, 1000)) {
            pacing.start();
            for (int i = 0; i < 20; i++) {
                calls.next().close(Status.UNAVAILABLE.withDescription("gone"));
            }
            calls.next().answer();
        }
        assertThat(tally().failed()).isEqualTo(20);
        assertThat(tally().completed()).isEqualTo(1);
    }
}
