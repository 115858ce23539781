package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import io.quorate.server.proto.etcdserverpb.WatchCancelRequest;
import io.quorate.server.proto.etcdserverpb.WatchCreateRequest;
import io.quorate.server.proto.etcdserverpb.WatchGrpc;
import io.quorate.server.proto.etcdserverpb.WatchProgressRequest;
import io.quorate.server.proto.etcdserverpb.WatchRequest;
import io.quorate.server.proto.etcdserverpb.WatchResponse;
import io.quorate.server.proto.mvccpb.Event;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One stream of watches, as a client has it; what it is told waits to be taken. For one thread. */
final class WatchConversation implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 30;

    private final LinkedBlockingQueue<WatchResponse> responses = new LinkedBlockingQueue<>();
    private final CompletableFuture<Status> ended = new CompletableFuture<>();
    private final Receiver receiver;

    private final class Receiver implements ClientResponseObserver<WatchRequest, WatchResponse> {
        private final boolean byHand;
        private @Nullable ClientCallStreamObserver<WatchRequest> requests;

        Receiver(boolean byHand) {
            this.byHand = byHand;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<WatchRequest> stream) {
            requests = stream;
            if (byHand) {
                stream.disableAutoRequestWithInitial(0);
            }
        }

        @Override
        public void onNext(WatchResponse response) {
            responses.add(response);
        }

        @Override
        public void onError(Throwable failure) {
            ended.complete(Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted() {
            ended.complete(Status.OK);
        }
    }

    private WatchConversation(Channel channel, boolean byHand, Metadata metadata) {
        this.receiver = new Receiver(byHand);
        var unused = WatchGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
                .watch(receiver);
    }

    static WatchConversation begin(Channel channel) {
        return new WatchConversation(channel, false, new Metadata());
    }

    /** One that ends when its member knows no leader. */
    static WatchConversation beginWithLeader(Channel channel) {
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of("hasleader", Metadata.ASCII_STRING_MARSHALLER), "true");
        return new WatchConversation(channel, false, metadata);
    }

    /** One that takes nothing from the wire before {@link #take(int)}. */
    static WatchConversation beginSlowly(Channel channel) {
        return new WatchConversation(channel, true, new Metadata());
    }

    private ClientCallStreamObserver<WatchRequest> requests() {
        ClientCallStreamObserver<WatchRequest> begun = receiver.requests;
        if (begun == null) {
            throw new IllegalStateException("the stream has not begun");
        }
        return begun;
    }

    void take(int responses) {
        requests().request(responses);
    }

    void create(WatchCreateRequest.Builder request) {
        requests().onNext(WatchRequest.newBuilder().setCreateRequest(request).build());
    }

    /** Creates a watch, and answers what it is told of that. */
    WatchResponse created(WatchCreateRequest.Builder request) throws InterruptedException {
        create(request);
        WatchResponse response = next();
        assertThat(response.getCreated())
                .as("%s is an answer to a creation", response)
                .isTrue();
        return response;
    }

    void cancel(long watchId) {
        requests()
                .onNext(WatchRequest.newBuilder()
                        .setCancelRequest(WatchCancelRequest.newBuilder().setWatchId(watchId))
                        .build());
    }

    void askForProgress() {
        requests()
                .onNext(WatchRequest.newBuilder()
                        .setProgressRequest(WatchProgressRequest.getDefaultInstance())
                        .build());
    }

    void halfClose() {
        requests().onCompleted();
    }

    WatchResponse next() throws InterruptedException {
        WatchResponse response = responses.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(response)
                .as("the next response; the stream ended with %s", ended.getNow(null))
                .isNotNull();
        return response;
    }

    /** So many events, from as many responses as they come in. */
    List<Event> events(int count) throws InterruptedException {
        List<Event> events = new ArrayList<>();
        while (events.size() < count) {
            events.addAll(next().getEventsList());
        }
        assertThat(events).hasSize(count);
        return events;
    }

    /** What has come and was not taken. */
    int waiting() {
        return responses.size();
    }

    Status end() {
        return ended.orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join();
    }

    @Override
    public void close() {
        requests().cancel("the test is over", null);
    }
}
