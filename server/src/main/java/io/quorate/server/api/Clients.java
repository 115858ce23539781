package io.quorate.server.api;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.quorate.kv.AccessCheck;
import io.quorate.server.auth.Tokens;
import io.quorate.server.store.ReplicatedStore;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * Keeps the clients apart: notes by which token each call says whose it is, and gives the services the store as that one may
 * use it. Thread-safe.
 */
public final class Clients implements ServerInterceptor {

    private static final Context.Key<String> TOKEN = Context.key("token");
    private static final Metadata.Key<String> GRPC_FIELD = field("token");

    /** What the JSON gateway makes of the HTTP header of that name. */
    private static final Metadata.Key<String> HTTP_FIELD = field("authorization");

    private final ReplicatedStore store;
    private final Tokens tokens;

    public Clients(ReplicatedStore store, Tokens tokens) {
        this.store = store;
        this.tokens = tokens;
    }

    private static Metadata.Key<String> field(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
        Optional<String> token =
                Optional.ofNullable(metadata.get(GRPC_FIELD)).or(() -> Optional.ofNullable(metadata.get(HTTP_FIELD)));
        return token.isEmpty()
                ? next.startCall(call, metadata)
                : Contexts.interceptCall(Context.current().withValue(TOKEN, token.get()), call, metadata, next);
    }

    /**
     * Asks whether a client administers that calls in another way than by gRPC, also while this member must not serve.
     *
     * @param token that it has shown
     * @return fails with what the client is told if it does not
     */
    public CompletableFuture<Void> requireRoot(Optional<String> token) {
        try {
            return new ClientStore(store, tokens, token).requireNow(AccessCheck::root);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The store for the client whose call is under way on this thread; to be asked for before anything goes on elsewhere. */
    ClientStore current() {
        return new ClientStore(store, tokens, Optional.ofNullable(TOKEN.get()));
    }
}
