package io.quorate.server.store;

import io.quorate.core.RoleName;
import io.quorate.kv.Compact;
import io.quorate.kv.KvError;
import io.quorate.kv.Result;
import java.util.concurrent.CompletableFuture;

/** A member's own store, as {@link AutoCompactor} sees it. */
public record CompactedMember(ReplicatedStore store) implements AutoCompactor.Member {

    @Override
    public boolean leads() {
        return store.node().status().role() == RoleName.LEADER;
    }

    @Override
    public long revision() {
        return store.local().currentRevision();
    }

    @Override
    public long compactedRevision() {
        return store.local().compactedRevision();
    }

    @Override
    public CompletableFuture<Void> compact(long revision) {
        return store.write(new Compact(revision, false)).thenAccept(result -> {
            if (result instanceof Result.Rejected rejected && rejected.error() != KvError.COMPACTED) {
                throw new IllegalStateException("the members refused it: " + rejected.error());
            }
        });
    }
}
