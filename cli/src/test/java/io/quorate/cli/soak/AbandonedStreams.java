package io.quorate.cli.soak;

import static io.quorate.cli.soak.Access.bytes;

import com.google.protobuf.ByteString;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.LeaseGrantRequest;
import io.quorate.server.proto.etcdserverpb.LeaseGrpc;
import io.quorate.server.proto.etcdserverpb.LeaseKeepAliveRequest;
import io.quorate.server.proto.etcdserverpb.LeaseKeepAliveResponse;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.WatchCreateRequest;
import io.quorate.server.proto.etcdserverpb.WatchGrpc;
import io.quorate.server.proto.etcdserverpb.WatchRequest;
import io.quorate.server.proto.etcdserverpb.WatchResponse;
import io.quorate.server.proto.v3lockpb.LockGrpc;
import io.quorate.server.proto.v3lockpb.LockRequest;
import io.quorate.server.proto.v3lockpb.LockResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Streams of gRPC that are begun and left: with too many watches, for leases that there are not, read slowly or not at all. */
final class AbandonedStreams implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 30;
    private static final int MOST_SLOW_READERS = 2;

    private final Access access;
    private final Ledger ledger;
    private final int watches;
    /** By member, so that each of them always bears as many. */
    private final List<BlockingQueue<ManagedChannel>> slowReaders;

    /** @param watches how many one client begins before it goes */
    AbandonedStreams(Access access, Ledger ledger, int watches) {
        this.access = access;
        this.ledger = ledger;
        this.watches = watches;
        this.slowReaders = Stream.<BlockingQueue<ManagedChannel>>generate(LinkedBlockingQueue::new)
                .limit(access.members())
                .toList();
    }

    List<Abuse> abuses() {
        return List.of(
                new Abuse("thousands of watches", this::watchAndGo),
                new Abuse("streams opened and left", this::openAndLeave),
                new Abuse("unknown leases kept alive", this::keepAliveWhatThereIsNot),
                new Abuse("leases left to expire", this::grantAndForget),
                new Abuse("a reader that does not read", this::readSlowly));
    }

    /** Receives answers, one at a time to whoever waits for one. */
    private static final class Answers<T> implements StreamObserver<T> {
        private final BlockingQueue<T> received = new LinkedBlockingQueue<>();
        private volatile Optional<Throwable> failure = Optional.empty();

        @Override
        public void onNext(T answer) {
            received.add(answer);
        }

        @Override
        public void onError(Throwable cause) {
            failure = Optional.of(cause);
        }

        @Override
        public void onCompleted() {}

        /** The next answer, or nothing if the stream failed in a way that any client must be ready for. */
        Optional<T> next(Ledger ledger, String what) throws InterruptedException {
            for (int second = 0; second < PATIENCE_SECONDS * 10; second++) {
                T answer = received.poll(100, TimeUnit.MILLISECONDS);
                if (answer != null) {
                    return Optional.of(answer);
                }
                if (failure.isPresent()) {
                    Status status = Status.fromThrowable(failure.get());
                    if (Ledger.isPassing(new StatusRuntimeException(status))) {
                        ledger.pass(what);
                    } else {
                        ledger.complain(what + ": " + Ledger.text(status));
                    }
                    return Optional.empty();
                }
            }
            ledger.complain(what + ": no answer within " + PATIENCE_SECONDS + " s");
            return Optional.empty();
        }
    }

    private static WatchRequest watch(String key, long startRevision) {
        return WatchRequest.newBuilder()
                .setCreateRequest(WatchCreateRequest.newBuilder()
                        .setKey(bytes(key))
                        .setRangeEnd(ByteString.copyFrom(new byte[1]))
                        .setPrevKv(true)
                        .setStartRevision(startRevision))
                .build();
    }

    /** Many watches on one stream; all are answered, then the connection ends. */
    private void watchAndGo(int member) throws InterruptedException {
        ManagedChannel own = Access.connect(access.port(member));
        try {
            Answers<WatchResponse> answers = new Answers<>();
            StreamObserver<WatchRequest> requests =
                    WatchGrpc.newStub(access.asRoot(own)).watch(answers);
            for (int i = 0; i < watches; i++) {
                // To come, so that what they cost is the watches and not the events.
                requests.onNext(watch("watched/" + i, Long.MAX_VALUE - 7));
            }
            for (int i = 0; i < watches; i++) {
                Optional<WatchResponse> answer = answers.next(ledger, "thousands of watches");
                if (answer.isEmpty()) {
                    return;
                }
                if (Ledger.isPassing(answer.get().getCancelReason())) {
                    ledger.pass("thousands of watches");
                    return;
                }
                if (!answer.get().getCreated() || answer.get().getCanceled()) {
                    ledger.complain("one of thousands of watches: " + answer.get());
                    return;
                }
            }
            ledger.count("watch created and left", watches);
        } finally {
            own.shutdownNow();
        }
    }

    /** Streams of all kinds: some half closed, some cancelled, some cut off with their connection. */
    private void openAndLeave(int member) throws InterruptedException {
        ManagedChannel own = Access.connect(access.port(member));
        Channel channel = access.asRoot(own);
        try {
            List<Answers<WatchResponse>> begun = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                Answers<WatchResponse> answers = new Answers<>();
                StreamObserver<WatchRequest> watching =
                        WatchGrpc.newStub(channel).watch(answers);
                watching.onNext(watch("honest/", 0));
                StreamObserver<LeaseKeepAliveRequest> keeping =
                        LeaseGrpc.newStub(channel).leaseKeepAlive(new Answers<>());
                if (i % 3 == 0) {
                    watching.onCompleted();
                    keeping.onCompleted();
                } else if (i % 3 == 1) {
                    keeping.onError(Status.CANCELLED.asRuntimeException());
                }
                begun.add(answers);
                if (i % 10 == 0) {
                    LockGrpc.newStub(channel)
                            .lock(
                                    LockRequest.newBuilder()
                                            .setName(bytes("locked"))
                                            .setLease(12345)
                                            .build(),
                                    new Answers<LockResponse>());
                }
            }
            for (Answers<WatchResponse> answers : begun) {
                if (answers.next(ledger, "stream opened and left").isEmpty()) {
                    return;
                }
            }
            ledger.count("stream opened and left", 63);
        } finally {
            own.shutdownNow();
        }
    }

    private void keepAliveWhatThereIsNot(int member) throws InterruptedException {
        Answers<LeaseKeepAliveResponse> answers = new Answers<>();
        StreamObserver<LeaseKeepAliveRequest> requests =
                LeaseGrpc.newStub(access.channel(member)).leaseKeepAlive(answers);
        for (int i = 0; i < 100; i++) {
            requests.onNext(LeaseKeepAliveRequest.newBuilder().setID(-1000 - i).build());
            Optional<LeaseKeepAliveResponse> answer = answers.next(ledger, "unknown lease kept alive");
            if (answer.isEmpty()) {
                break;
            }
            ledger.expect(
                    "unknown lease kept alive", "TTL 0", "TTL " + answer.get().getTTL());
        }
        requests.onError(Status.CANCELLED.asRuntimeException());
    }

    private void grantAndForget(int member) {
        try {
            for (int i = 0; i < 20; i++) {
                long lease = LeaseGrpc.newBlockingStub(access.channel(member))
                        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                        .leaseGrant(
                                LeaseGrantRequest.newBuilder().setTTL(2 + i % 4).build())
                        .getID();
                KVGrpc.newBlockingStub(access.channel(member))
                        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                        .put(PutRequest.newBuilder()
                                .setKey(bytes("leased/" + lease))
                                .setLease(lease)
                                .build());
            }
            ledger.count("lease left to expire", 20);
        } catch (StatusRuntimeException e) {
            // The member may be so busy that a lease of two seconds is over before the put.
            boolean expired = e.getStatus().getCode() == Status.Code.NOT_FOUND;
            if (expired || Ledger.isPassing(e)) {
                ledger.pass("lease left to expire");
            } else {
                ledger.complain("a lease to be left: " + Ledger.text(e.getStatus()));
            }
        }
    }

    /** Watches everything, takes one response, and no more of them until it is the oldest of several such. */
    private void readSlowly(int member) {
        ManagedChannel own = Access.connect(access.port(member));
        for (int i = 0; i < 5; i++) {
            WatchGrpc.newStub(access.asRoot(own)).watch(new TakesOne()).onNext(watch("honest/", 0));
        }
        BlockingQueue<ManagedChannel> reading = slowReaders.get(member);
        reading.add(own);
        if (reading.size() > MOST_SLOW_READERS) {
            reading.remove().shutdownNow();
        }
        ledger.count("reader that does not read", 5);
    }

    private static final class TakesOne implements ClientResponseObserver<WatchRequest, WatchResponse> {

        private final AtomicInteger taken = new AtomicInteger();

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchRequest> call) {
            call.disableAutoRequestWithInitial(1);
        }

        @Override
        public void onNext(WatchResponse response) {
            taken.incrementAndGet();
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }

    @Override
    public void close() {
        slowReaders.forEach(reading -> reading.forEach(ManagedChannel::shutdownNow));
    }
}
