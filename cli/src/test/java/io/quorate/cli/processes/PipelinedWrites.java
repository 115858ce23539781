package io.quorate.cli.processes;

import io.grpc.stub.StreamObserver;
import io.quorate.cli.processes.ProcessCluster.Member;
import io.quorate.server.proto.etcdserverpb.PutResponse;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;

/** One client that has many writes under way at once, over a bounded set of keys. */
final class PipelinedWrites {

    private static final int IN_FLIGHT = 512;

    private final Member member;
    private final int keys;
    private final String value;
    private final Semaphore free = new Semaphore(IN_FLIGHT);
    private final Queue<Throwable> refusals = new ConcurrentLinkedQueue<>();

    PipelinedWrites(Member member, int keys, String value) {
        this.member = member;
        this.keys = keys;
        this.value = value;
    }

    /**
     * Writes that often, and returns when all was acknowledged.
     *
     * @throws IllegalStateException if one was refused
     */
    void write(int count) throws InterruptedException {
        for (int i = 0; i < count && refusals.isEmpty(); i++) {
            free.acquire();
            member.putAsync("key-" + i % keys, value, new StreamObserver<>() {
                @Override
                public void onNext(PutResponse response) {
                    // Counts when it is complete.
                }

                @Override
                public void onError(Throwable why) {
                    refusals.add(why);
                    free.release();
                }

                @Override
                public void onCompleted() {
                    free.release();
                }
            });
        }
        free.acquire(IN_FLIGHT);
        free.release(IN_FLIGHT);
        if (!refusals.isEmpty()) {
            throw new IllegalStateException("a write was refused", refusals.peek());
        }
    }
}
