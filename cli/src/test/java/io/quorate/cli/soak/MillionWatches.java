package io.quorate.cli.soak;

import static io.quorate.cli.soak.Access.bytes;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.quorate.cli.processes.ProcessCluster;
import io.quorate.cli.processes.ProcessCluster.Member;
import io.quorate.server.proto.etcdserverpb.WatchCreateRequest;
import io.quorate.server.proto.etcdserverpb.WatchGrpc;
import io.quorate.server.proto.etcdserverpb.WatchRequest;
import io.quorate.server.proto.etcdserverpb.WatchResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** Measures what a member does, and what it costs, when one client asks for a million watches on one stream. */
final class MillionWatches {

    private MillionWatches() {}

    /** Measures it with as many watches as the argument says; with a million if there is none. */
    public static void main(String[] args) throws Exception {
        int watches = args.length == 0 ? 1_000_000 : Integer.parseInt(args[0]);
        Path folder = Files.createTempDirectory("million-watches");
        try (ProcessCluster cluster = new ProcessCluster(folder, 1)) {
            cluster.startAll();
            Member member = cluster.awaitLeader();
            cluster.awaitServing(member);
            measure(cluster, member, watches);
        }
    }

    private static void measure(ProcessCluster cluster, Member member, int watches) throws Exception {
        Probe probe = new Probe(cluster);
        member.put("a", "before");
        System.out.println(Sample.HEADING);
        System.out.println(probe.sample(member).line("before"));
        ManagedChannel channel = Access.connect(member.clientPort());
        Asking asking = new Asking(watches);
        long start = System.nanoTime();
        WatchGrpc.newStub(channel).watch(asking);
        asking.answered.await();
        System.out.printf("%d watches were answered within %.1f s:%n", watches, (System.nanoTime() - start) / 1e9);
        asking.answers.forEach((answer, count) -> System.out.println("  " + count + " " + answer));
        System.out.println(probe.sample(member).line("then"));
        long put = System.nanoTime();
        member.put("watched/7", "meanwhile");
        System.out.printf("A put by another client took %.1f ms.%n", (System.nanoTime() - put) / 1e6);
        channel.shutdownNow();
        await().atMost(Duration.ofMinutes(1)).until(() -> probe.sample(member).watchers() == 0);
        System.out.println(probe.sample(member).line("after"));
    }

    /** Asks for one watch after the other, as fast as the member takes them. */
    private static final class Asking implements ClientResponseObserver<WatchRequest, WatchResponse> {

        private final int watches;
        private final CountDownLatch answered;
        private final Map<String, Integer> answers = new ConcurrentHashMap<>();
        private int asked;

        Asking(int watches) {
            this.watches = watches;
            this.answered = new CountDownLatch(watches);
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchRequest> call) {
            call.setOnReadyHandler(() -> {
                while (call.isReady() && asked < watches) {
                    call.onNext(WatchRequest.newBuilder()
                            .setCreateRequest(WatchCreateRequest.newBuilder().setKey(bytes("watched/" + asked)))
                            .build());
                    asked++;
                }
            });
        }

        @Override
        public void onNext(WatchResponse response) {
            if (response.getCreated()) {
                answers.merge(
                        response.getCanceled() ? "refused: " + response.getCancelReason() : "created", 1, Integer::sum);
                answered.countDown();
            }
        }

        @Override
        public void onError(Throwable failure) {
            // Before the end of main, which ends it, no failure is expected: whoever waits would wait forever.
            System.out.println("The stream ended: " + failure);
        }

        @Override
        public void onCompleted() {}
    }
}
