package io.quorate.bench.load;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests over its connection, one at a time, and gives up on an answer that takes too long.
 *
 * <p>Requests bear no deadline of their own: a timer for each of them, here and at the member, would be measured along. Somebody
 * calls {@link #giveUp} now and then instead. A request is never sent a second time.
 *
 * <p>Whoever begins requests does so one after the other; {@link #giveUp} may be called on any thread.
 */
final class LoadClient {

    /** Is told how a request ended, once, on any thread. Must not block. */
    @FunctionalInterface
    interface Ending {

        /**
         * A request has ended.
         *
         * @param failure empty if the cluster has done, and answered, what it was asked for
         */
        void ended(RequestKind kind, Optional<Failure> failure);
    }

    private record UnderWay(ClientCall<?, ?> call, long beganNanos) {}

    private final Channel channel;
    private final Supplier<Step<?, ?>> steps;
    private volatile @Nullable UnderWay underWay;

    /** @param steps what is asked for next; called when the one before has ended */
    LoadClient(Channel channel, Supplier<Step<?, ?>> steps) {
        this.channel = channel;
        this.steps = steps;
    }

    /** Sends the next request, unless one is under way. Never blocks; it may end before this returns, if it fails. */
    void begin(Ending ending) {
        send(steps.get(), ending);
    }

    private <Q, A> void send(Step<Q, A> step, Ending ending) {
        ClientCall<Q, A> call = channel.newCall(step.method(), CallOptions.DEFAULT);
        underWay = new UnderWay(call, System.nanoTime());
        call.start(new Answer<>(step, ending), new Metadata());
        // One more than there should be, as for any unary call, so that a second answer is noticed.
        call.request(2);
        call.sendMessage(step.request());
        call.halfClose();
    }

    /** What comes back for one request. Its methods are called one after the other. */
    private static final class Answer<A> extends ClientCall.Listener<A> {

        private final Step<?, A> step;
        private final Ending ending;
        private @Nullable A answer;

        Answer(Step<?, A> step, Ending ending) {
            this.step = step;
            this.ending = ending;
        }

        @Override
        public void onMessage(A message) {
            answer = message;
        }

        @Override
        public void onClose(Status status, Metadata trailers) {
            ending.ended(step.kind(), failure(status));
        }

        private Optional<Failure> failure(Status status) {
            A message = answer;
            if (!status.isOk()) {
                return Optional.of(Failure.of(status));
            }
            if (message == null) {
                return Optional.of(Failure.of(Status.UNKNOWN.withDescription("an answer without content")));
            }
            return step.check().apply(message).map(wrong -> new Failure(Failure.Outcome.WRONG, wrong));
        }
    }

    /** Gives up on the request that is under way if it was sent longer ago than that. */
    void giveUp(long nowNanos, long timeoutNanos) {
        UnderWay now = underWay;
        if (now != null && nowNanos - now.beganNanos > timeoutNanos) {
            // If it has ended meanwhile, this does nothing.
            now.call.cancel("no answer within " + timeoutNanos / 1_000_000 + " ms", null);
        }
    }
}
