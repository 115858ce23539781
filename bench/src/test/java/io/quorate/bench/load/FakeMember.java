package io.quorate.bench.load;

import com.google.protobuf.ByteString;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.quorate.server.proto.etcdserverpb.AuthGrpc;
import io.quorate.server.proto.etcdserverpb.AuthenticateRequest;
import io.quorate.server.proto.etcdserverpb.AuthenticateResponse;
import io.quorate.server.proto.etcdserverpb.ClusterGrpc;
import io.quorate.server.proto.etcdserverpb.DeleteRangeRequest;
import io.quorate.server.proto.etcdserverpb.DeleteRangeResponse;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.LeaseGrpc;
import io.quorate.server.proto.etcdserverpb.LeaseRevokeRequest;
import io.quorate.server.proto.etcdserverpb.LeaseRevokeResponse;
import io.quorate.server.proto.etcdserverpb.Member;
import io.quorate.server.proto.etcdserverpb.MemberListRequest;
import io.quorate.server.proto.etcdserverpb.MemberListResponse;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.PutResponse;
import io.quorate.server.proto.etcdserverpb.WatchGrpc;
import io.quorate.server.proto.etcdserverpb.WatchRequest;
import io.quorate.server.proto.etcdserverpb.WatchResponse;
import io.quorate.server.proto.mvccpb.Event;
import io.quorate.server.proto.mvccpb.KeyValue;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** What looks like a member that takes puts and removals, logs in whoever asks, and tells watchers of puts. Thread-safe. */
public final class FakeMember implements AutoCloseable {

    private static final Metadata.Key<String> TOKEN = Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER);

    private final Server server;
    private final AtomicInteger logins = new AtomicInteger();
    private final Set<Long> gone = ConcurrentHashMap.newKeySet();
    private final List<Long> revoked = new CopyOnWriteArrayList<>();
    private final List<String> removals = new CopyOnWriteArrayList<>();
    private final List<StreamObserver<WatchResponse>> watchers = new CopyOnWriteArrayList<>();
    private volatile Executor creating = Runnable::run;
    private volatile Optional<Status> onRemoval = Optional.empty();
    private volatile Optional<Status> onRevocation = Optional.empty();
    private volatile Optional<Runnable> onPut = Optional.empty();
    private volatile Optional<URI> told = Optional.empty();
    private volatile Optional<Supplier<ByteString>> strange = Optional.empty();

    private FakeMember() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new Keys())
                .addService(new Leases())
                .addService(new Cluster())
                .addService(new Users())
                .addService(new Watches())
                .intercept(new Removals())
                .build()
                .start();
    }

    /** One that listens. */
    public static FakeMember start() throws IOException {
        return new FakeMember();
    }

    /** Where it listens. */
    public URI endpoint() {
        return URI.create("http://127.0.0.1:" + server.getPort());
    }

    /** Creates watchers there from now on. */
    void createWatchersOn(Executor executor) {
        creating = executor;
    }

    /** Removes nothing from now on. */
    public void refuseRemovals(Status status) {
        onRemoval = Optional.of(status);
    }

    /** Answers no put from now on; this is run when one comes. */
    void beSilent(Runnable onPut) {
        this.onPut = Optional.of(onPut);
    }

    /** Tells watchers of another put with each, of this value. */
    void alsoTellOf(Supplier<ByteString> value) {
        strange = Optional.of(value);
    }

    /** Tells that it serves its clients there. */
    void tell(URI clientUrl) {
        told = Optional.of(clientUrl);
    }

    /** Revokes nothing from now on, but what is not there. */
    void refuseRevocations(Status status) {
        onRevocation = Optional.of(status);
    }

    /** These leases are not there. */
    void hasNot(long... leases) {
        for (long lease : leases) {
            gone.add(lease);
        }
    }

    /** The leases that were to be revoked, whether or not they were there. */
    List<Long> revoked() {
        return revoked;
    }

    /** The tokens of all removals that were asked for, empty without one. A token is the number of the login. */
    public List<String> removals() {
        return removals;
    }

    int logins() {
        return logins.get();
    }

    private static <T> void answer(StreamObserver<T> observer, T answer) {
        observer.onNext(answer);
        observer.onCompleted();
    }

    private final class Removals implements ServerInterceptor {

        @Override
        public <Q, A> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
            if (call.getMethodDescriptor()
                    .getFullMethodName()
                    .equals(KVGrpc.getDeleteRangeMethod().getFullMethodName())) {
                removals.add(Optional.ofNullable(headers.get(TOKEN)).orElse(""));
            }
            return next.startCall(call, headers);
        }
    }

    private final class Keys extends KVGrpc.KVImplBase {

        @Override
        public void put(PutRequest request, StreamObserver<PutResponse> observer) {
            if (onPut.isPresent()) {
                onPut.get().run();
                return;
            }
            WatchResponse.Builder events =
                    WatchResponse.newBuilder().addEvents(ofPut(request.getKey(), request.getValue()));
            strange.ifPresent(value -> events.addEvents(ofPut(request.getKey(), value.get())));
            for (StreamObserver<WatchResponse> watcher : watchers) {
                synchronized (watcher) {
                    watcher.onNext(events.build());
                }
            }
            answer(observer, PutResponse.getDefaultInstance());
        }

        private static Event ofPut(ByteString key, ByteString value) {
            return Event.newBuilder()
                    .setType(Event.EventType.PUT)
                    .setKv(KeyValue.newBuilder().setKey(key).setValue(value))
                    .build();
        }

        @Override
        public void deleteRange(DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> observer) {
            if (onRemoval.isPresent()) {
                observer.onError(onRemoval.get().asRuntimeException());
            } else {
                answer(observer, DeleteRangeResponse.getDefaultInstance());
            }
        }
    }

    private final class Leases extends LeaseGrpc.LeaseImplBase {

        @Override
        public void leaseRevoke(LeaseRevokeRequest request, StreamObserver<LeaseRevokeResponse> observer) {
            revoked.add(request.getID());
            if (gone.contains(request.getID())) {
                observer.onError(Status.NOT_FOUND
                        .withDescription("etcdserver: requested lease not found")
                        .asRuntimeException());
            } else if (onRevocation.isPresent()) {
                observer.onError(onRevocation.get().asRuntimeException());
            } else {
                answer(observer, LeaseRevokeResponse.getDefaultInstance());
            }
        }
    }

    private final class Cluster extends ClusterGrpc.ClusterImplBase {

        @Override
        public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> observer) {
            MemberListResponse.Builder answer = MemberListResponse.newBuilder();
            told.ifPresent(
                    url -> answer.addMembers(Member.newBuilder().setName("fake").addClientURLs(url.toString())));
            answer(observer, answer.build());
        }
    }

    private final class Users extends AuthGrpc.AuthImplBase {

        @Override
        public void authenticate(AuthenticateRequest request, StreamObserver<AuthenticateResponse> observer) {
            answer(
                    observer,
                    AuthenticateResponse.newBuilder()
                            .setToken(Integer.toString(logins.incrementAndGet()))
                            .build());
        }
    }

    private final class Watches extends WatchGrpc.WatchImplBase {

        @Override
        public StreamObserver<WatchRequest> watch(StreamObserver<WatchResponse> observer) {
            return new StreamObserver<>() {

                @Override
                public void onNext(WatchRequest request) {
                    creating.execute(() -> {
                        // In this order, or a put might come between the two.
                        synchronized (observer) {
                            watchers.add(observer);
                            observer.onNext(
                                    WatchResponse.newBuilder().setCreated(true).build());
                        }
                    });
                }

                @Override
                public void onError(Throwable failure) {
                    watchers.remove(observer);
                }

                @Override
                public void onCompleted() {
                    watchers.remove(observer);
                    observer.onCompleted();
                }
            };
        }
    }

    @Override
    public void close() {
        server.shutdownNow();
    }
}
