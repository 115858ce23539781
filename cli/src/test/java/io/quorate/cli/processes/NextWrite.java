package io.quorate.cli.processes;

import io.grpc.stub.StreamObserver;
import io.quorate.cli.processes.ProcessCluster.Member;
import io.quorate.server.proto.etcdserverpb.PutResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A client that wants to write while there is no leader: it asks all members that are left at once, and again whoever refuses.
 */
final class NextWrite {

    private static final long PATIENCE_SECONDS = 30;

    private final CompletableFuture<Long> acknowledgedNanos = new CompletableFuture<>();

    private NextWrite() {}

    /** Returns the time from {@code sinceNanos} until one of the members has acknowledged a write that begins now. */
    static Duration time(long sinceNanos, List<Member> members) throws Exception {
        NextWrite write = new NextWrite();
        members.forEach(write::ask);
        long nanos = write.acknowledgedNanos.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        return Duration.ofNanos(nanos - sinceNanos);
    }

    private void ask(Member member) {
        member.putAsync("next-write", "", new StreamObserver<>() {
            @Override
            public void onNext(PutResponse response) {
                acknowledgedNanos.complete(System.nanoTime());
            }

            @Override
            public void onError(Throwable refused) {
                if (!acknowledgedNanos.isDone()) {
                    ask(member);
                }
            }

            @Override
            public void onCompleted() {
                // The response alone counts.
            }
        });
    }
}
