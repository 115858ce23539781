package io.quorate.cli;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.quorate.server.proto.etcdserverpb.ClusterGrpc;
import io.quorate.server.proto.etcdserverpb.DeleteRangeRequest;
import io.quorate.server.proto.etcdserverpb.DeleteRangeResponse;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.MaintenanceGrpc;
import io.quorate.server.proto.etcdserverpb.Member;
import io.quorate.server.proto.etcdserverpb.MemberListRequest;
import io.quorate.server.proto.etcdserverpb.MemberListResponse;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.PutResponse;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RangeResponse;
import io.quorate.server.proto.etcdserverpb.ResponseHeader;
import io.quorate.server.proto.etcdserverpb.StatusRequest;
import io.quorate.server.proto.etcdserverpb.StatusResponse;
import io.quorate.server.proto.mvccpb.KeyValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;

/** A gRPC server that remembers every request and answers as it is told to: with a response, or with a failure. */
final class FakeCluster implements AutoCloseable {

    static final ResponseHeader HEADER = ResponseHeader.newBuilder()
            .setClusterId(-1)
            .setMemberId(0xabc)
            .setRevision(7)
            .setRaftTerm(2)
            .build();

    private final Server server;

    private final List<Object> requests = new CopyOnWriteArrayList<>();
    private volatile Function<RangeRequest, RangeResponse> range = request -> RangeResponse.getDefaultInstance();
    private volatile Function<PutRequest, PutResponse> put =
            request -> PutResponse.newBuilder().setHeader(HEADER).build();
    private volatile Function<DeleteRangeRequest, DeleteRangeResponse> delete =
            request -> DeleteRangeResponse.newBuilder().setHeader(HEADER).build();
    private volatile List<Member> members = List.of();
    private volatile boolean silent;
    private volatile boolean silentOnPuts;

    private FakeCluster() throws IOException {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new Keys())
                .addService(new Members())
                .addService(new Status())
                .build()
                .start();
    }

    static FakeCluster start() {
        try {
            return new FakeCluster();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getPort();
    }

    List<Object> requests() {
        return requests;
    }

    void onRange(Function<RangeRequest, RangeResponse> answer) {
        range = answer;
    }

    void onPut(Function<PutRequest, PutResponse> answer) {
        put = answer;
    }

    void onDelete(Function<DeleteRangeRequest, DeleteRangeResponse> answer) {
        delete = answer;
    }

    void hasMembers(Member... list) {
        members = List.of(list);
    }

    /** From now on takes requests and answers none. */
    void fallSilent() {
        silent = true;
    }

    /** From now on takes puts and answers none. */
    void fallSilentOnPuts() {
        silentOnPuts = true;
    }

    static KeyValue keyValue(String key, ByteString value) {
        return KeyValue.newBuilder()
                .setKey(ByteString.copyFromUtf8(key))
                .setValue(value)
                .setCreateRevision(3)
                .setModRevision(5)
                .setVersion(2)
                .build();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private <Q, A> void answer(Q request, StreamObserver<A> observer, Function<Q, A> answer) {
        requests.add(request);
        if (silent) {
            return;
        }
        try {
            observer.onNext(answer.apply(request));
            observer.onCompleted();
        } catch (RuntimeException e) {
            observer.onError(e);
        }
    }

    private final class Keys extends KVGrpc.KVImplBase {

        @Override
        public void range(RangeRequest request, StreamObserver<RangeResponse> observer) {
            answer(request, observer, range);
        }

        @Override
        public void put(PutRequest request, StreamObserver<PutResponse> observer) {
            if (silentOnPuts) {
                requests.add(request);
            } else {
                answer(request, observer, put);
            }
        }

        @Override
        public void deleteRange(DeleteRangeRequest request, StreamObserver<DeleteRangeResponse> observer) {
            answer(request, observer, delete);
        }
    }

    private final class Members extends ClusterGrpc.ClusterImplBase {

        @Override
        public void memberList(MemberListRequest request, StreamObserver<MemberListResponse> observer) {
            answer(
                    request,
                    observer,
                    r -> MemberListResponse.newBuilder()
                            .setHeader(HEADER)
                            .addAllMembers(members)
                            .build());
        }
    }

    private final class Status extends MaintenanceGrpc.MaintenanceImplBase {

        @Override
        public void status(StatusRequest request, StreamObserver<StatusResponse> observer) {
            answer(
                    request,
                    observer,
                    r -> StatusResponse.newBuilder()
                            .setHeader(HEADER)
                            .setVersion("3.4.0")
                            .setDbSize(2048)
                            .setLeader(HEADER.getMemberId())
                            .setRaftIndex(11)
                            .setRaftAppliedIndex(10)
                            .setRaftTerm(2)
                            .build());
        }
    }
}
