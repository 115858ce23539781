package io.quorate.server.api;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.quorate.engine.tls.CertificateNames;
import io.quorate.kv.AccessCheck;
import io.quorate.server.audit.AuditTrail;
import io.quorate.server.auth.Tokens;
import io.quorate.server.store.ReplicatedStore;
import io.quorate.server.wire.LimitListener;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Keeps the clients apart: notes by which token each call says whose it is, and gives the services the store as that one may
 * use it. Thread-safe.
 */
public final class Clients implements ServerInterceptor {

    private static final Context.Key<String> TOKEN = Context.key("token");
    private static final Context.Key<String> CERTIFIED = Context.key("certified-user");
    private static final Metadata.Key<String> GRPC_FIELD = field("token");

    /** What the JSON gateway makes of the HTTP header of that name. */
    private static final Metadata.Key<String> HTTP_FIELD = field("authorization");

    private final ReplicatedStore store;
    private final Tokens tokens;
    private final boolean commonNameIsUser;
    private final AccessChanges changes;
    private final AuditTrail audit;
    private final LeaseCount leases;

    /**
     * @param commonNameIsUser whether a client that shows no token is the user that its certificate names; as in etcd, not one that comes
     *     by the JSON gateway
     * @param audit puts on record what clients do
     * @param mostLeases how many there may be, of all clients together
     * @param limits is told of those that want more
     */
    public Clients(
            ReplicatedStore store,
            Tokens tokens,
            boolean commonNameIsUser,
            AuditTrail audit,
            int mostLeases,
            LimitListener limits) {
        this.audit = audit;
        this.store = store;
        this.tokens = tokens;
        this.commonNameIsUser = commonNameIsUser;
        this.changes = new AccessChanges(() -> store.local().auth());
        this.leases = new LeaseCount(
                mostLeases, () -> store.read(true, kv -> kv.leases().size()), limits, System::nanoTime);
    }

    /** From now on, has judged anew whatever clients hold open after each change of users and roles. */
    public void judgeAnew(Repetition repetition) {
        changes.follow(repetition);
    }

    /** Does something again and again. */
    @FunctionalInterface
    public interface Repetition {
        void each(Duration interval, Runnable task);
    }

    private static Metadata.Key<String> field(String name) {
        return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
    }

    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, R> call, Metadata metadata, ServerCallHandler<Q, R> next) {
        Optional<String> token =
                Optional.ofNullable(metadata.get(GRPC_FIELD)).or(() -> Optional.ofNullable(metadata.get(HTTP_FIELD)));
        Optional<String> certified = token.isEmpty() && commonNameIsUser ? certified(call) : Optional.empty();
        if (token.isEmpty() && certified.isEmpty()) {
            return next.startCall(call, metadata);
        }
        Context known = token.isPresent()
                ? Context.current().withValue(TOKEN, token.get())
                : Context.current().withValue(CERTIFIED, certified.orElseThrow());
        return Contexts.interceptCall(known, call, metadata, next);
    }

    private static Optional<String> certified(ServerCall<?, ?> call) {
        SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
            return Optional.empty();
        }
        try {
            return CertificateNames.commonName((X509Certificate) session.getPeerCertificates()[0])
                    .filter(name -> !name.isEmpty());
        } catch (SSLPeerUnverifiedException e) {
            return Optional.empty();
        }
    }

    /**
     * Asks whether a client may look after the cluster that calls in another way than by gRPC, also while this member must not serve.
     *
     * @param token that it has shown
     * @return fails with what the client is told if it does not
     */
    public CompletableFuture<Void> requireOperator(Optional<String> token) {
        try {
            return new ClientStore(store, tokens, changes, token, Optional.empty(), audit, leases, CallOrigin.ofPage())
                    .requireNow(AccessCheck::operator);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The store for the client whose call is under way on this thread; to be asked for before anything goes on elsewhere. */
    ClientStore current() {
        return new ClientStore(
                store,
                tokens,
                changes,
                Optional.ofNullable(TOKEN.get()),
                Optional.ofNullable(CERTIFIED.get()),
                audit,
                leases,
                Connections.origin());
    }
}
