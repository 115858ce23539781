package io.quorate.cli.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.quorate.server.proto.etcdserverpb.AuthEnableRequest;
import io.quorate.server.proto.etcdserverpb.AuthGrpc;
import io.quorate.server.proto.etcdserverpb.AuthRoleGetRequest;
import io.quorate.server.proto.etcdserverpb.AuthRoleListRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserGetRequest;
import io.quorate.server.proto.etcdserverpb.AuthUserListRequest;
import io.quorate.server.proto.etcdserverpb.AuthenticateRequest;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.LeaseGrpc;
import io.quorate.server.proto.etcdserverpb.LeaseLeasesRequest;
import io.quorate.server.proto.etcdserverpb.LeaseStatus;
import io.quorate.server.proto.etcdserverpb.LeaseTimeToLiveRequest;
import io.quorate.server.proto.etcdserverpb.LeaseTimeToLiveResponse;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.WatchCreateRequest;
import io.quorate.server.proto.etcdserverpb.WatchGrpc;
import io.quorate.server.proto.etcdserverpb.WatchRequest;
import io.quorate.server.proto.etcdserverpb.WatchResponse;
import io.quorate.server.proto.mvccpb.Event;
import io.quorate.server.proto.mvccpb.KeyValue;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What one server, etcd or a member, says that it holds. For one thread. */
final class Endpoint implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 60;
    private static final ByteString ALL = ByteString.copyFrom(new byte[1]);

    private final ManagedChannel channel;

    Endpoint(String address) {
        this.channel = NettyChannelBuilder.forTarget(address)
                .usePlaintext()
                .maxInboundMessageSize(Integer.MAX_VALUE)
                .build();
    }

    KVGrpc.KVBlockingStub kv() {
        return KVGrpc.newBlockingStub(channel).withWaitForReady().withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    LeaseGrpc.LeaseBlockingStub leases() {
        return LeaseGrpc.newBlockingStub(channel)
                .withWaitForReady()
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    AuthGrpc.AuthBlockingStub auth() {
        return AuthGrpc.newBlockingStub(channel)
                .withWaitForReady()
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    long put(String key, String value) {
        return kv().put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFromUtf8(value))
                        .build())
                .getHeader()
                .getRevision();
    }

    long revision() {
        return kv().range(RangeRequest.newBuilder().setKey(ALL).build())
                .getHeader()
                .getRevision();
    }

    /** All pairs, as they were at a revision. */
    List<KeyValue> pairs(long revision) {
        return kv().range(RangeRequest.newBuilder()
                        .setKey(ALL)
                        .setRangeEnd(ALL)
                        .setRevision(revision)
                        .build())
                .getKvsList();
    }

    /** All events from a revision to another one. */
    List<Event> events(long from, long to) throws InterruptedException {
        LinkedBlockingQueue<WatchResponse> responses = new LinkedBlockingQueue<>();
        List<Event> events = new ArrayList<>();
        try (Context.CancellableContext call = Context.current().withCancellation()) {
            call.run(() -> {
                StreamObserver<WatchRequest> requests = WatchGrpc.newStub(channel)
                        .withWaitForReady()
                        .watch(new StreamObserver<>() {
                            @Override
                            public void onNext(WatchResponse response) {
                                responses.add(response);
                            }

                            @Override
                            public void onError(Throwable failure) {
                                // Whoever waits for events is told that there are none.
                            }

                            @Override
                            public void onCompleted() {
                                // As above.
                            }
                        });
                requests.onNext(WatchRequest.newBuilder()
                        .setCreateRequest(WatchCreateRequest.newBuilder()
                                .setKey(ALL)
                                .setRangeEnd(ALL)
                                .setStartRevision(from))
                        .build());
            });
            while (events.isEmpty() || events.getLast().getKv().getModRevision() < to) {
                WatchResponse response = responses.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                assertThat(response)
                        .as("events after %d of those up to %d", events.size(), to)
                        .isNotNull();
                events.addAll(response.getEventsList());
            }
        }
        return events;
    }

    /** Of each lease, how long it was granted for and its keys. */
    SortedMap<Long, String> leasesWithKeys() {
        SortedMap<Long, String> found = new TreeMap<>();
        for (LeaseStatus lease :
                leases().leaseLeases(LeaseLeasesRequest.getDefaultInstance()).getLeasesList()) {
            LeaseTimeToLiveResponse answer = leases().leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                    .setID(lease.getID())
                    .setKeys(true)
                    .build());
            List<String> keys = answer.getKeysList().stream()
                    .map(ByteString::toStringUtf8)
                    .sorted()
                    .toList();
            found.put(lease.getID(), answer.getGrantedTTL() + " s: " + keys);
        }
        return found;
    }

    /** Users with their roles, and roles with their permissions. */
    List<String> usersAndRoles() {
        List<String> found = new ArrayList<>();
        for (String user :
                auth().userList(AuthUserListRequest.getDefaultInstance()).getUsersList()) {
            found.add(user + " "
                    + auth().userGet(AuthUserGetRequest.newBuilder()
                                    .setName(user)
                                    .build())
                            .getRolesList());
        }
        for (String role :
                auth().roleList(AuthRoleListRequest.getDefaultInstance()).getRolesList()) {
            found.add(role + " "
                    + auth().roleGet(AuthRoleGetRequest.newBuilder()
                                    .setRole(role)
                                    .build())
                            .getPermList());
        }
        return found;
    }

    void enableAuth() {
        auth().authEnable(AuthEnableRequest.getDefaultInstance());
    }

    /** The store as a user sees it who logs in by password. */
    KVGrpc.KVBlockingStub kvOf(String user, String password) {
        String token = auth().authenticate(AuthenticateRequest.newBuilder()
                        .setName(user)
                        .setPassword(password)
                        .build())
                .getToken();
        Metadata metadata = new Metadata();
        metadata.put(Metadata.Key.of("token", Metadata.ASCII_STRING_MARSHALLER), token);
        return kv().withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
