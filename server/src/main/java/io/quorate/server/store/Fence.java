package io.quorate.server.store;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.quorate.kv.Divergence;
import io.quorate.kv.MvccStore;
import io.quorate.server.wire.EtcdError;
import java.util.Optional;

/**
 * Keeps this member's clients from a state that is not to be trusted: one that the members' reports show to differ, or that
 * the member itself has found damaged. Thread-safe.
 *
 * <p>The first is part of the replicated state: the fence is up from the batch on that holds the verdict, and after a restart.
 */
public final class Fence {

    private final MvccStore store;
    private final long memberId;
    private volatile Optional<String> damage = Optional.empty();

    /** @param memberId of the member whose store it is */
    public Fence(MvccStore store, long memberId) {
        this.store = store;
        this.memberId = memberId;
    }

    /** Puts the fence up for a reason of the member's own, given as a sentence without its full stop. */
    public void raise(String reason) {
        damage = Optional.of(reason);
    }

    /** Takes that reason back; the fence stays up as long as the members' reports show that the state differs. */
    public void lower() {
        damage = Optional.empty();
    }

    public boolean isUp() {
        return refusal().isPresent();
    }

    /** What clients are told if the fence is up. */
    Optional<StatusRuntimeException> refusal() {
        Optional<Divergence> divergence = store.verification().divergence(memberId);
        if (divergence.isPresent()) {
            return Optional.of(refusal(divergence.get()));
        }
        return damage.map(Fence::elsewhere);
    }

    /** @throws StatusRuntimeException if it is up */
    void requireDown() {
        Optional<StatusRuntimeException> refusal = refusal();
        if (refusal.isPresent()) {
            throw refusal.get();
        }
    }

    /** If no member is known to be right, it is of no use to ask another one. */
    private static StatusRuntimeException refusal(Divergence divergence) {
        return divergence.healthyMajority()
                ? elsewhere("this member's state differs from the majority's, as found at log index "
                        + divergence.verifyIndex())
                : EtcdError.CORRUPT.exception();
    }

    static StatusRuntimeException elsewhere(String reason) {
        return Status.UNAVAILABLE
                .withDescription(
                        "etcdserver: " + reason + "; it serves nobody until it is repaired, ask another member")
                .asRuntimeException();
    }
}
