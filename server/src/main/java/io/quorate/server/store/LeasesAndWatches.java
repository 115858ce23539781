package io.quorate.server.store;

import io.quorate.kv.MvccStore;
import io.quorate.kv.Result;
import io.quorate.kv.RevisionEvents;
import java.util.List;
import java.util.function.Consumer;

/** Tells those who keep leases and those who serve watchers what is applied. */
public record LeasesAndWatches(
        ReplicatedLeases leases, WatchDelivery watches, Consumer<List<Result>> sessions, Runnable forgetSessions)
        implements AppliedListener {

    @Override
    public void applied(List<Result> results, List<RevisionEvents> changes) {
        leases.applied(results);
        sessions.accept(results);
        watches.applied(changes);
    }

    @Override
    public void restored(MvccStore store) {
        forgetSessions.run();
        watches.restored(store);
    }
}
