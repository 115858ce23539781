package io.quorate.server.api;

import io.grpc.stub.ServerCallStreamObserver;
import io.quorate.kv.Bytes;
import io.quorate.kv.KeyEvent;
import io.quorate.kv.KeyValue;
import io.quorate.kv.Result;
import io.quorate.kv.WatchRequest;
import io.quorate.server.proto.v3electionpb.LeaderResponse;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * Tells one client who leads an election and what the leader says, from now on. Whatever it does follows from what it did
 * before, so that one thread at a time does it.
 *
 * <p>While the client takes nothing, nothing more is read; of what was read already, the newest waits for it.
 */
final class ElectionObserver {

    private final ServerCallStreamObserver<LeaderResponse> call;
    private final WaitingLine line;
    private final Headers headers;
    private final Bytes prefix;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile Optional<EventReader> reader = Optional.empty();

    /** What the client is told once it takes something; guarded by this. */
    private Optional<LeaderResponse> newest = Optional.empty();

    ElectionObserver(ServerCallStreamObserver<LeaderResponse> call, WaitingLine line, Headers headers, Bytes prefix) {
        this.call = call;
        this.line = line;
        this.headers = headers;
        this.prefix = prefix;
    }

    void begin() {
        call.setOnCancelHandler(this::end);
        call.setOnCloseHandler(this::end);
        call.setOnReadyHandler(this::goOn);
        look();
    }

    private void end() {
        over.set(true);
        reader.ifPresent(EventReader::close);
    }

    private void fail(Throwable failure) {
        if (!over.getAndSet(true)) {
            reader.ifPresent(EventReader::close);
            synchronized (this) {
                call.onError(Failures.of(failure));
            }
        }
    }

    private void look() {
        var unused = line.first(prefix).whenComplete((first, failure) -> {
            if (failure != null) {
                fail(failure);
            } else if (!over.get()) {
                found(first);
            }
        });
    }

    private void found(Result.RangeResult first) {
        if (first.kvs().isEmpty()) {
            watch(WatchRequest.of(prefix, WaitingLine.end(prefix)).from(first.revision() + 1), this::campaigned);
        } else {
            follow(first.kvs().getFirst(), first.revision());
        }
    }

    /** Nobody led: whoever comes first leads. */
    private void campaigned(KeyEvent event) {
        if (event.kind() == KeyEvent.Kind.PUT) {
            follow(event.kv(), event.kv().modRevision());
        }
    }

    private void follow(KeyValue leader, long revision) {
        tell(leader, revision);
        watch(WatchRequest.of(leader.key()).from(revision + 1), event -> {
            switch (event.kind()) {
                case PUT -> tell(event.kv(), event.kv().modRevision());
                case DELETE -> {
                    reader.ifPresent(EventReader::close);
                    look();
                }
            }
        });
    }

    private void tell(KeyValue leader, long revision) {
        LeaderResponse news = LeaderResponse.newBuilder()
                .setHeader(headers.at(revision))
                .setKv(Responses.keyValue(leader))
                .build();
        synchronized (this) {
            newest = Optional.of(news);
            sendNewest();
        }
    }

    /** The client takes more; called by the call's own thread. */
    private void goOn() {
        sendNewest();
        reader.ifPresent(EventReader::wake);
    }

    private synchronized void sendNewest() {
        if (newest.isPresent() && !over.get() && call.isReady()) {
            LeaderResponse news = newest.get();
            // First: sending may have the client ask for more, on this very thread.
            newest = Optional.empty();
            call.onNext(news);
        }
    }

    private void watch(WatchRequest request, Consumer<KeyEvent> onEvent) {
        reader.ifPresent(EventReader::close);
        // Known here before it tells anything: an event may be what ends it.
        EventReader next = line.reader(request, onEvent, this::fail, call::isReady);
        reader = Optional.of(next);
        next.begin();
        if (over.get()) {
            next.close();
        }
    }
}
