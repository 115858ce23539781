package io.quorate.server.api;

import io.quorate.kv.Caller;
import io.quorate.kv.KeyEvent;
import io.quorate.kv.WatchAnswer;
import io.quorate.kv.WatchRequest;
import io.quorate.kv.Watcher;
import io.quorate.server.store.WatchDelivery;
import io.quorate.server.wire.EtcdError;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** Watches on behalf of the server itself, and tells one event after the other, on a thread for watchers. */
final class EventReader implements AutoCloseable {

    private final WatchDelivery delivery;
    private final ClientStore store;
    private final WatchRequest request;
    private final Consumer<KeyEvent> onEvent;
    private final Consumer<Throwable> onFailure;
    private final BooleanSupplier mayGoOn;

    /** How often there was news that is not read yet; whoever makes it 1 reads until it is 0 again. */
    private final AtomicInteger news = new AtomicInteger();

    private volatile Optional<Watcher> watcher = Optional.empty();
    private volatile Caller caller = Caller.NOBODY;
    private volatile boolean closed;
    private volatile Optional<AccessChanges.Held> held = Optional.empty();

    /**
     * Neither consumer is called by two threads at a time, and after a failure nothing comes.
     *
     * @param mayGoOn whether more is to be read now; when it says yes again after a no, the reader must be woken
     */
    EventReader(
            WatchDelivery delivery,
            ClientStore store,
            WatchRequest request,
            Consumer<KeyEvent> onEvent,
            Consumer<Throwable> onFailure,
            BooleanSupplier mayGoOn) {
        this.delivery = delivery;
        this.store = store;
        this.request = request;
        this.onEvent = onEvent;
        this.onFailure = onFailure;
        this.mayGoOn = mayGoOn;
    }

    /** Begins; nothing is told before. */
    void begin() {
        var unused = store.caller().whenComplete((who, failure) -> {
            if (failure != null) {
                onFailure.accept(failure);
            } else {
                begin(who);
            }
        });
    }

    private void begin(Caller who) {
        caller = who;
        watcher = Optional.of(delivery.watch(request, this::wake));
        // It is judged whenever it reads.
        held = Optional.of(store.hold(this::wake));
        if (closed) {
            close();
        }
        wake();
    }

    /** Looks whether there is something to read; may be called by any thread. */
    void wake() {
        if (news.getAndIncrement() == 0) {
            try {
                delivery.readers().execute(this::read);
            } catch (RejectedExecutionException e) {
                onFailure.accept(EtcdError.STOPPED.exception());
            }
        }
    }

    private void read() {
        int seen;
        do {
            seen = news.get();
            try {
                readAll();
            } catch (RuntimeException e) {
                close();
                onFailure.accept(e);
                return;
            }
        } while (news.addAndGet(-seen) > 0);
    }

    private void readAll() {
        // News may come before the watcher is known here; then beginning wakes the reader once more.
        while (!closed && watcher.isPresent() && mayGoOn.getAsBoolean()) {
            Watcher reading = watcher.get();
            Caller who = caller;
            Optional<WatchAnswer> answer = store.ask(who, access -> access.goOnWatching(request), kv -> reading.poll());
            if (answer.isEmpty()) {
                return;
            }
            switch (answer.get()) {
                case WatchAnswer.Events events ->
                    events.revisions().forEach(revision -> revision.events().forEach(this::tell));
                case WatchAnswer.Compacted compacted -> throw EtcdError.COMPACTED.exception();
            }
        }
    }

    private void tell(KeyEvent event) {
        if (!closed) {
            onEvent.accept(event);
        }
    }

    @Override
    public void close() {
        closed = true;
        watcher.ifPresent(Watcher::close);
        held.ifPresent(AccessChanges.Held::close);
    }
}
