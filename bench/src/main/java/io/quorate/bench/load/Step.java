package io.quorate.bench.load;

import io.grpc.MethodDescriptor;
import java.util.Optional;
import java.util.function.Function;

/**
 * One request that a client is to send.
 *
 * @param check is given a good answer before it counts, and says what is wrong with it, if anything is; must not block
 */
record Step<Q, A>(RequestKind kind, MethodDescriptor<Q, A> method, Q request, Function<A, Optional<String>> check) {

    /** A request whose answer says nothing but that it is done. */
    static <Q, A> Step<Q, A> of(RequestKind kind, MethodDescriptor<Q, A> method, Q request) {
        return new Step<>(kind, method, request, answer -> Optional.empty());
    }
}
