package io.quorate.server.api;

import io.quorate.kv.Bytes;
import io.quorate.kv.Compare;
import io.quorate.kv.DeleteRange;
import io.quorate.kv.KeyEvent;
import io.quorate.kv.KeyValue;
import io.quorate.kv.LeaseGrant;
import io.quorate.kv.Operation;
import io.quorate.kv.Put;
import io.quorate.kv.Range;
import io.quorate.kv.RequestCheck;
import io.quorate.kv.Result;
import io.quorate.kv.Txn;
import io.quorate.kv.WatchRequest;
import io.quorate.server.store.WatchDelivery;
import io.quorate.server.wire.EtcdError;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * Those who wait in line for something that one at a time may have: each holds a key below a common prefix as long as its
 * lease lasts, and the one whose key was created first has its turn (etcd's recipe for locks and elections, and its keys, so that
 * clients which follow the recipe by themselves stand in the same line). Thread-safe.
 */
final class WaitingLine {

    /** What a lease lasts that is granted to whoever has none; etcd's figure. */
    private static final long DEFAULT_TTL_SECONDS = 60;

    /**
     * A place in the line.
     *
     * @param createRevision who has a smaller one comes first
     * @param headerRevision of the answer that told of it
     * @param before what the key held if it was there before
     */
    record Place(Bytes key, long lease, long createRevision, long headerRevision, Optional<KeyValue> before) {}

    private final ClientStore store;
    private final WatchDelivery delivery;

    WaitingLine(ClientStore store, WatchDelivery delivery) {
        this.store = store;
        this.delivery = delivery;
    }

    static Bytes prefix(Bytes name) {
        return plus(name, "/");
    }

    /** Joins, unless there is a place for this lease already; 0 has a lease granted, which nobody renews. */
    CompletableFuture<Place> join(Bytes prefix, long lease, Bytes value) {
        return lease == 0 ? grant().thenCompose(granted -> take(prefix, granted, value)) : take(prefix, lease, value);
    }

    private CompletableFuture<Long> grant() {
        long id = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
        return store.write(new LeaseGrant(id, DEFAULT_TTL_SECONDS)).thenApply(result -> switch (result) {
            case Result.LeaseGrantResult granted -> granted.lease().id();
            default -> throw Failures.unexpected(result);
        });
    }

    private CompletableFuture<Place> take(Bytes prefix, long lease, Bytes value) {
        Bytes key = plus(prefix, Long.toHexString(lease));
        Txn txn = new Txn(
                List.of(isCreatedAt(key, 0)),
                List.of(new Put(key, value, lease, false, false, false)),
                List.of(Range.of(key)));
        return write(txn).thenApply(taken -> {
            if (taken.succeeded()) {
                return new Place(key, lease, taken.revision(), taken.revision(), Optional.empty());
            }
            KeyValue before =
                    ((Result.RangeResult) taken.responses().getFirst()).kvs().getFirst();
            return new Place(key, lease, before.createRevision(), taken.revision(), Optional.of(before));
        });
    }

    /** Changes a place if it is still the one that was taken then; answers the revision, or empty if it is not. */
    CompletableFuture<Optional<Long>> change(Bytes key, long createRevision, Operation change) {
        Txn txn = new Txn(List.of(isCreatedAt(key, createRevision)), List.of(change), List.of());
        return write(txn).thenApply(done -> done.succeeded() ? Optional.of(done.revision()) : Optional.empty());
    }

    /** Gives a place up; answers the revision. */
    CompletableFuture<Long> leave(Bytes key, long createRevision) {
        Txn txn = new Txn(List.of(isCreatedAt(key, createRevision)), List.of(DeleteRange.of(key)), List.of());
        return write(txn).thenApply(Result.TxnResult::revision);
    }

    /** Gives a place up whose holder has failed to wait for its turn, and fails with that. */
    <T> CompletableFuture<T> leaveAfter(Throwable failure, Place place) {
        return leave(place.key(), place.createRevision()).handle((left, notLeft) -> {
            throw Failures.of(failure);
        });
    }

    private static Compare isCreatedAt(Bytes key, long revision) {
        return Compare.of(key, new Compare.CreateRevision(revision), Compare.Outcome.EQUAL);
    }

    private CompletableFuture<Result.TxnResult> write(Txn txn) {
        RequestCheck.check(txn, Integer.MAX_VALUE).ifPresent(error -> {
            throw Failures.of(error);
        });
        return store.write(txn).thenApply(result -> switch (result) {
            case Result.TxnResult done -> done;
            default -> throw Failures.unexpected(result);
        });
    }

    /** The one whose turn it is, if there is anybody. */
    CompletableFuture<Result.RangeResult> first(Bytes prefix) {
        return read(byCreation(prefix, Range.SortOrder.ASCEND, 0));
    }

    /**
     * Waits until nobody is left who came before, and makes sure that the place is still held.
     *
     * @param gone ends the waiting: whoever waited is not there any more
     * @return the revision at which that was seen
     */
    CompletableFuture<Long> turn(Bytes prefix, Place place, CompletableFuture<Void> gone) {
        return nobodyBefore(prefix, place.createRevision(), gone)
                .thenCompose(revision -> read(Range.of(place.key())).thenApply(own -> {
                    boolean there = own.kvs().stream().anyMatch(kv -> kv.createRevision() == place.createRevision());
                    if (!there) {
                        // Its lease has ended while it waited: it may not take for its own what others have now.
                        throw Failures.unknown("mutex: session is expired");
                    }
                    return revision;
                }));
    }

    private CompletableFuture<Long> nobodyBefore(Bytes prefix, long createRevision, CompletableFuture<Void> gone) {
        return read(byCreation(prefix, Range.SortOrder.DESCEND, createRevision - 1))
                .thenCompose(last -> last.kvs().isEmpty()
                        ? CompletableFuture.completedFuture(last.revision())
                        : deletion(last.kvs().getFirst().key(), last.revision(), gone)
                                .thenCompose(deleted -> nobodyBefore(prefix, createRevision, gone)));
    }

    /** Waits for the end of the key that stood there at a revision. */
    private CompletableFuture<Void> deletion(Bytes key, long revision, CompletableFuture<Void> gone) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        EventReader reader = reader(
                WatchRequest.of(key).from(revision + 1),
                event -> {
                    if (event.kind() == KeyEvent.Kind.DELETE) {
                        over.complete(null);
                    }
                },
                over::completeExceptionally,
                () -> true);
        var unused =
                gone.whenComplete((nothing, why) -> over.completeExceptionally(EtcdError.REQUEST_CANCELED.exception()));
        CompletableFuture<Void> ended = over.whenComplete((nothing, failure) -> reader.close());
        reader.begin();
        return ended;
    }

    /** Watches, once it is begun, and reads while it may go on. */
    EventReader reader(
            WatchRequest request, Consumer<KeyEvent> onEvent, Consumer<Throwable> onFailure, BooleanSupplier mayGoOn) {
        return new EventReader(delivery, store, request, onEvent, onFailure, mayGoOn);
    }

    private CompletableFuture<Result.RangeResult> read(Range range) {
        return store.range(range).thenApply(result -> switch (result) {
            case Result.RangeResult found -> found;
            default -> throw Failures.unexpected(result);
        });
    }

    /** One pair below a prefix: the first or the last that was created, up to a revision; 0: any. */
    private static Range byCreation(Bytes prefix, Range.SortOrder order, long maxCreateRevision) {
        return new Range(
                prefix,
                end(prefix),
                1,
                0,
                order,
                Range.SortTarget.CREATE,
                false,
                false,
                false,
                0,
                0,
                0,
                maxCreateRevision);
    }

    private static Bytes plus(Bytes some, String text) {
        byte[] added = text.getBytes(StandardCharsets.UTF_8);
        byte[] all = Arrays.copyOf(some.toByteArray(), some.size() + added.length);
        System.arraycopy(added, 0, all, some.size(), added.length);
        return Bytes.wrap(all);
    }

    /** The first key that is not below a prefix, which ends with a slash. */
    static Bytes end(Bytes prefix) {
        byte[] end = prefix.toByteArray().clone();
        end[end.length - 1]++;
        return Bytes.wrap(end);
    }
}
