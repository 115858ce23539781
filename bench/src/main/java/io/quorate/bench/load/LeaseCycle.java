package io.quorate.bench.load;

import io.quorate.server.proto.etcdserverpb.LeaseGrantRequest;
import io.quorate.server.proto.etcdserverpb.LeaseGrpc;
import io.quorate.server.proto.etcdserverpb.LeaseKeepAliveRequest;
import io.quorate.server.proto.etcdserverpb.LeaseRevokeRequest;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** One client's leases: it grants one, keeps it alive once, on a stream of its own, and revokes it. */
final class LeaseCycle implements Supplier<Step<?, ?>> {

    /** Long enough that none runs out meanwhile, short enough that none stays for long if the run is broken off. */
    private static final long TTL_SECONDS = 60;

    /** The leases that were granted and not revoked yet. Thread-safe. */
    static final class Held {

        private final Set<Long> ids = ConcurrentHashMap.newKeySet();

        Set<Long> ids() {
            return Set.copyOf(ids);
        }
    }

    private final Held held;
    private long lease;
    private boolean kept;

    LeaseCycle(Held held) {
        this.held = held;
    }

    @Override
    public Step<?, ?> get() {
        if (lease == 0) {
            return grant();
        }
        if (!kept) {
            kept = true;
            return new Step<>(
                    RequestKind.LEASE_KEEP_ALIVE,
                    LeaseGrpc.getLeaseKeepAliveMethod(),
                    LeaseKeepAliveRequest.newBuilder().setID(lease).build(),
                    alive -> alive.getTTL() > 0
                            ? Optional.empty()
                            : Optional.of("the lease that was to be kept alive is not there"));
        }
        return revoke();
    }

    private Step<?, ?> grant() {
        return new Step<>(
                RequestKind.LEASE_GRANT,
                LeaseGrpc.getLeaseGrantMethod(),
                LeaseGrantRequest.newBuilder().setTTL(TTL_SECONDS).build(),
                granted -> {
                    held.ids.add(granted.getID());
                    lease = granted.getID();
                    kept = false;
                    return Optional.empty();
                });
    }

    /** Whatever becomes of it, the next one is another lease: this one runs out by itself. */
    private Step<?, ?> revoke() {
        long revoked = lease;
        lease = 0;
        return new Step<>(
                RequestKind.LEASE_REVOKE,
                LeaseGrpc.getLeaseRevokeMethod(),
                LeaseRevokeRequest.newBuilder().setID(revoked).build(),
                answer -> {
                    held.ids.remove(revoked);
                    return Optional.empty();
                });
    }
}
