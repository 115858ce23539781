package io.quorate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Metadata;
import io.grpc.Status;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a call is counted with is counted no longer when its stream has been closed. */
@Timeout(60)
class UnfinishedMessagesTest {

    private final RequestBounds bounds = RequestBounds.of(ClientListenerOptions.defaults(), (limit, what) -> {});
    private final UnfinishedMessages call = (UnfinishedMessages)
            UnfinishedMessages.counting(bounds).newServerStreamTracer("etcdserverpb.Watch/Watch", new Metadata());

    /** The client takes all between the moment at which it was found not to, and that at which this is noted. */
    @Test
    void whatIsTakenWhileItJoinsThoseThatWaitDoesNotWaitForEver() throws InterruptedException {
        call.outboundWireSize(100_000);
        Thread sending = new Thread(() -> call.sent(false));
        synchronized (bounds.untaken()) {
            sending.start();
            while (sending.getState() != Thread.State.BLOCKED) {
                Thread.onSpinWait();
            }
            call.sent(true);
        }
        sending.join();
        assertThat(bounds.untaken().heldBytes()).isEqualTo(100_000);

        call.streamClosed(Status.OK);
        assertThat(bounds.untaken().heldBytes()).isZero();
    }
}
