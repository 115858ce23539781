package io.quorate.server.store;

import io.quorate.kv.MvccStore;
import io.quorate.kv.Result;
import io.quorate.kv.RevisionEvents;
import java.util.List;

/** Is told by the state machine, on the thread that applies, what becomes of the store. Must not block. */
public interface AppliedListener {

    /** Does nothing. */
    AppliedListener NONE = new AppliedListener() {
        @Override
        public void applied(List<Result> results, List<RevisionEvents> changes) {
            // Nobody follows.
        }

        @Override
        public void restored(MvccStore store) {
            // Nobody follows.
        }
    };

    /**
     * A batch is in the store.
     *
     * @param results one for each command
     * @param changes what the batch changed, by revision
     */
    void applied(List<Result> results, List<RevisionEvents> changes);

    /** A snapshot has taken the place of the store's content. */
    void restored(MvccStore store);
}
