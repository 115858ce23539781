package io.quorate.engine.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.PeerFrame;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Keeps what a network tells, for tests to wait for. */
final class RecordingListener implements Network.Listener {

    record Received(MemberId from, PeerFrame frame) {}

    final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
    final BlockingQueue<MemberId> unreachable = new LinkedBlockingQueue<>();
    final BlockingQueue<MemberId> saidRemoved = new LinkedBlockingQueue<>();
    final BlockingQueue<MemberId> saidDisowned = new LinkedBlockingQueue<>();

    @Override
    public void received(MemberId from, PeerFrame frame) {
        received.add(new Received(from, frame));
    }

    @Override
    public void unreachable(MemberId peer) {
        unreachable.add(peer);
    }

    @Override
    public void removed(MemberId says) {
        saidRemoved.add(says);
    }

    @Override
    public void disowned(MemberId says) {
        saidDisowned.add(says);
    }

    MemberId awaitDisowned() throws InterruptedException {
        return await(saidDisowned);
    }

    MemberId awaitRemoved() throws InterruptedException {
        return await(saidRemoved);
    }

    Received awaitFrame() throws InterruptedException {
        return await(received);
    }

    MemberId awaitUnreachable() throws InterruptedException {
        return await(unreachable);
    }

    private static <T> T await(BlockingQueue<T> queue) throws InterruptedException {
        Optional<T> next = Optional.ofNullable(queue.poll(20, TimeUnit.SECONDS));
        assertThat(next).as("told within the deadline").isPresent();
        return next.orElseThrow();
    }
}
