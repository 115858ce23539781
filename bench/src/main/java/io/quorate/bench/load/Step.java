package io.quorate.bench.load;

import io.grpc.MethodDescriptor;
import java.util.function.Consumer;

/**
 * One request that a client is to send.
 *
 * @param onAnswer is told a good answer before it counts; must not block
 */
record Step<Q, A>(RequestKind kind, MethodDescriptor<Q, A> method, Q request, Consumer<A> onAnswer) {

    /** A request whose answer nobody reads. */
    static <Q, A> Step<Q, A> of(RequestKind kind, MethodDescriptor<Q, A> method, Q request) {
        return new Step<>(kind, method, request, answer -> {});
    }
}
