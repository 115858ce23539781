package io.quorate.server.api;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.quorate.kv.Caller;
import io.quorate.kv.MvccStore;
import io.quorate.kv.WatchAnswer;
import io.quorate.kv.Watcher;
import io.quorate.server.proto.etcdserverpb.WatchCreateRequest;
import io.quorate.server.proto.etcdserverpb.WatchRequest;
import io.quorate.server.proto.etcdserverpb.WatchResponse;
import io.quorate.server.store.ReplicatedStore;
import io.quorate.server.store.WatchDelivery;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One client's stream of watches: any number of them, begun and cancelled while it lasts.
 *
 * <p>Everything that the stream does is done by one thread at a time, a turn after another, so responses come in the order of
 * their causes. A turn ends when there is nothing to do, or when the client does not take what it was sent: then its watchers
 * wait, within their bounds, and no request is taken from the wire. Methods that are marked so may be called by any thread.
 */
final class WatchStream implements StreamObserver<WatchRequest> {

    /** What a request for progress of all watches is answered with, and a watch that never came to be. */
    private static final long NO_WATCH = -1;

    /** After so many steps others have their turn. */
    private static final int STEPS_A_TURN = 64;

    /** One watch; belongs to the turns. */
    private static final class Watch {
        final long id;
        final boolean fragment;
        final boolean progressNotify;
        final Caller caller;
        final io.quorate.kv.WatchRequest wanted;
        final int weight;
        private Optional<Watcher> watcher = Optional.empty();

        /** Whether something was sent since progress was last to be told. */
        boolean active;

        Watch(long id, WatchCreateRequest request, Caller caller, io.quorate.kv.WatchRequest wanted) {
            this.id = id;
            this.caller = caller;
            this.wanted = wanted;
            this.weight = weight(request);
            this.fragment = request.getFragment();
            this.progressNotify = request.getProgressNotify();
        }

        static int weight(WatchCreateRequest request) {
            return WatchCounts.weight(
                    request.getKey().size() + request.getRangeEnd().size());
        }

        Watcher watcher() {
            return watcher.orElseThrow();
        }
    }

    private final ServerCallStreamObserver<WatchResponse> call;
    private final ReplicatedStore store;
    private final ClientStore client;
    private final WatchDelivery delivery;
    private final WatchResponses responses;
    private final WatchCounts<Object> counts;
    private final Object connection;
    private final Consumer<WatchStream> onEnd;

    // ---- Guarded by this.
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final Set<Watch> ready = new LinkedHashSet<>();
    private boolean running;

    /** Whether the last request is dealt with; the next one is taken from the wire once the client has taken what it was sent. */
    private boolean wantsRequest;

    // ---- Of the turns.
    private final Map<Long, Watch> watches = new HashMap<>();
    private long nextId;
    private boolean progressAsked;
    private boolean over;
    private final AccessChanges.Held held;

    WatchStream(
            ServerCallStreamObserver<WatchResponse> call,
            ReplicatedStore store,
            ClientStore client,
            WatchDelivery delivery,
            WatchResponses responses,
            WatchCounts<Object> counts,
            Object connection,
            Consumer<WatchStream> onEnd) {
        this.call = call;
        this.store = store;
        this.client = client;
        this.delivery = delivery;
        this.responses = responses;
        this.counts = counts;
        this.connection = connection;
        this.onEnd = onEnd;
        this.held = client.hold(this::judgeAnew);
    }

    /** Listens to the client; to be called before the call's first event. */
    void begin() {
        call.disableAutoRequest();
        call.setOnReadyHandler(this::wake);
        call.setOnCancelHandler(() -> doNext(this::forget));
        call.setOnCloseHandler(() -> doNext(this::forget));
        call.request(1);
    }

    @Override
    public void onNext(WatchRequest request) {
        doNext(() -> handle(request));
    }

    /** The client is gone; {@link #begin} has said what comes then. */
    @Override
    public void onError(Throwable failure) {}

    /** As in etcd: whoever has nothing more to ask goes on watching. */
    @Override
    public void onCompleted() {}

    /**
     * Tells those watches which want it, and have been told nothing since the last time, how far they are. By any thread. A
     * client that does not take what it was sent is not told: it would pile up.
     */
    void notifyProgress() {
        doNext(() -> {
            if (over || !call.isReady()) {
                return;
            }
            for (Watch watch : watches.values()) {
                if (watch.progressNotify && !watch.active) {
                    OptionalLong progress = watch.watcher().progress();
                    progress.ifPresent(revision -> call.onNext(responses.progress(watch.id, revision)));
                }
                watch.active = false;
            }
        });
    }

    /** Users or roles have changed: a watch is judged whenever it is read, whether or not there is something to be seen. By any thread. */
    private void judgeAnew() {
        doNext(() -> watches.values().forEach(this::ready));
    }

    // ---- Turns.

    private void doNext(Runnable task) {
        synchronized (this) {
            tasks.add(task);
        }
        wake();
    }

    /** There is something to be seen by a watch. By any thread. */
    private void ready(Watch watch) {
        synchronized (this) {
            ready.add(watch);
        }
        wake();
    }

    private void wake() {
        synchronized (this) {
            if (running) {
                return;
            }
            running = true;
        }
        submit();
    }

    private void submit() {
        try {
            delivery.readers().execute(this::turn);
        } catch (RejectedExecutionException e) {
            // The member stops, and its calls with it; what is left of this one is cut off with the connection.
            held.close();
            onEnd.accept(this);
        }
    }

    private void turn() {
        for (int steps = 0; steps < STEPS_A_TURN; steps++) {
            Optional<Runnable> step = next();
            if (step.isEmpty()) {
                return;
            }
            try {
                step.get().run();
            } catch (RuntimeException e) {
                fail(Failures.of(e));
            }
        }
        submit();
    }

    private synchronized Optional<Runnable> next() {
        if (!tasks.isEmpty()) {
            return Optional.of(tasks.remove());
        }
        if (over || !call.isReady() || (ready.isEmpty() && !wantsRequest)) {
            running = false;
            return Optional.empty();
        }
        if (wantsRequest) {
            wantsRequest = false;
            return Optional.of(() -> call.request(1));
        }
        Watch watch = ready.iterator().next();
        ready.remove(watch);
        return Optional.of(() -> read(watch));
    }

    private void handle(WatchRequest request) {
        if (over) {
            return;
        }
        switch (request.getRequestUnionCase()) {
            case CREATE_REQUEST -> {
                var unused = client.caller()
                        .whenComplete((caller, failure) -> doNext(() -> {
                            begin(request.getCreateRequest(), caller, failure);
                            takeNextRequest();
                        }));
                return;
            }
            case CANCEL_REQUEST -> cancel(request.getCancelRequest().getWatchId());
            case PROGRESS_REQUEST -> {
                progressAsked = true;
                tellProgress();
            }
            case REQUESTUNION_NOT_SET -> {
                // Nothing is asked, and nothing answered; as in etcd.
            }
        }
        takeNextRequest();
    }

    private synchronized void takeNextRequest() {
        wantsRequest = true;
    }

    /** Who begins a watch is known by now, or why nobody is. */
    private void begin(WatchCreateRequest request, @Nullable Caller caller, @Nullable Throwable failure) {
        if (over) {
            return;
        }
        if (caller == null) {
            refuse(Failures.of(failure == null ? new IllegalStateException("nobody began a watch") : failure));
            return;
        }
        try {
            create(request, caller);
        } catch (StatusRuntimeException e) {
            refuse(e);
        }
    }

    /** A watch that may not be begun ends no other one: the stream goes on, unless the client must go elsewhere. */
    private void refuse(StatusRuntimeException why) {
        requireServing(why);
        call.onNext(responses.notCreated(NO_WATCH, store.ask(MvccStore::currentRevision), GoErrors.text(why)));
    }

    private void create(WatchCreateRequest request, Caller caller) {
        long revision = store.ask(MvccStore::currentRevision);
        io.quorate.kv.WatchRequest wanted = Requests.watch(request, revision);
        if (wanted.isEmptyRange()) {
            call.onNext(responses.notCreated(NO_WATCH, revision, "mvcc: watcher range is empty"));
            return;
        }
        if (request.getWatchId() != 0 && watches.containsKey(request.getWatchId())) {
            call.onNext(
                    responses.notCreated(NO_WATCH, revision, "mvcc: duplicate watch ID provided on the WatchStream"));
            return;
        }
        client.judgeNow(caller, ClientStore.Demand.toWatch(wanted));
        client.noteWatch(caller, wanted);
        Optional<String> full = counts.take(connection, Watch.weight(request));
        if (full.isPresent()) {
            call.onNext(responses.notCreated(NO_WATCH, revision, full.get()));
            return;
        }
        Watch watch = new Watch(request.getWatchId() != 0 ? request.getWatchId() : freeId(), request, caller, wanted);
        watches.put(watch.id, watch);
        watch.watcher = Optional.of(delivery.watch(wanted, () -> ready(watch)));
        call.onNext(responses.created(watch.id, revision));
        ready(watch);
    }

    private long freeId() {
        while (watches.containsKey(nextId)) {
            nextId++;
        }
        return nextId++;
    }

    private void cancel(long id) {
        Watch watch = watches.remove(id);
        if (watch != null) {
            counts.giveBack(connection, watch.weight);
            watch.watcher().close();
            synchronized (this) {
                ready.remove(watch);
            }
            call.onNext(responses.canceled(id, store.ask(MvccStore::currentRevision)));
            tellProgress();
        }
    }

    private static void requireServing(StatusRuntimeException why) {
        if (why.getStatus().getCode() == Status.Code.UNAVAILABLE) {
            throw why;
        }
    }

    /** Its permission has gone since it began, or the member must not serve any more. */
    private void end(Watch watch, StatusRuntimeException why) {
        requireServing(why);
        remove(watch);
        watch.watcher().close();
        call.onNext(responses.ended(watch.id, store.ask(MvccStore::currentRevision), GoErrors.text(why)));
        tellProgress();
    }

    private void read(Watch watch) {
        if (watches.get(watch.id) != watch) {
            return;
        }
        Optional<WatchAnswer> answer;
        try {
            answer = client.ask(
                    watch.caller,
                    access -> access.goOnWatching(watch.wanted),
                    kv -> watch.watcher().poll());
        } catch (StatusRuntimeException e) {
            end(watch, e);
            return;
        }
        if (answer.isEmpty()) {
            tellProgress();
            return;
        }
        switch (answer.get()) {
            case WatchAnswer.Events events -> {
                responses.events(watch.id, events, watch.fragment).forEach(call::onNext);
                watch.active = true;
                if (watch.watcher().hasMore()) {
                    ready(watch);
                } else {
                    tellProgress();
                }
            }
            case WatchAnswer.Compacted compacted -> {
                remove(watch);
                call.onNext(responses.compacted(watch.id, compacted.compactedRevision()));
                tellProgress();
            }
        }
    }

    /** If it was asked for: once all watches have been told everything, up to a revision that none of them is ahead of. */
    private void tellProgress() {
        if (!progressAsked) {
            return;
        }
        long progress = store.ask(MvccStore::currentRevision);
        for (Watch watch : watches.values()) {
            OptionalLong own = watch.watcher().progress();
            if (own.isEmpty()) {
                return;
            }
            progress = Math.min(progress, own.getAsLong());
        }
        progressAsked = false;
        call.onNext(responses.progress(NO_WATCH, progress));
    }

    private void remove(Watch watch) {
        watches.remove(watch.id);
        counts.giveBack(connection, watch.weight);
    }

    private void fail(StatusRuntimeException why) {
        if (!over) {
            forget();
            call.onError(why);
        }
    }

    private void forget() {
        over = true;
        watches.values().forEach(watch -> watch.watcher.ifPresent(Watcher::close));
        counts.giveBack(
                connection,
                watches.values().stream().mapToInt(watch -> watch.weight).sum());
        watches.clear();
        synchronized (this) {
            ready.clear();
        }
        held.close();
        onEnd.accept(this);
    }
}
