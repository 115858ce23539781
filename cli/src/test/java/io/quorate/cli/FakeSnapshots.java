package io.quorate.cli;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.quorate.server.proto.etcdserverpb.HashKVRequest;
import io.quorate.server.proto.etcdserverpb.HashKVResponse;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.MaintenanceGrpc;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RangeResponse;
import io.quorate.server.proto.etcdserverpb.ResponseHeader;
import io.quorate.server.proto.etcdserverpb.SnapshotRequest;
import io.quorate.server.proto.etcdserverpb.SnapshotResponse;
import io.quorate.server.proto.etcdserverpb.StatusRequest;
import io.quorate.server.proto.etcdserverpb.StatusResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/** A gRPC server that streams bytes as a member does a snapshot, and answers what is asked about it as it is told to. */
final class FakeSnapshots implements AutoCloseable {

    static final long CLUSTER = 0xc1;
    private static final int PIECE_BYTES = 32 * 1024;
    private static final int CHECKSUM_BYTES = 32;

    private final Server server;
    private final CountDownLatch stalled = new CountDownLatch(1);
    private final Deque<Status> refusals = new ArrayDeque<>();
    private volatile byte[] stream;
    private volatile long hash;
    private volatile long keys;
    private volatile Optional<Status> end = Optional.of(Status.OK);
    private volatile long storeBytes;

    FakeSnapshots(byte[] stream, long hash, long keys) throws IOException {
        this.stream = stream.clone();
        this.hash = hash;
        this.keys = keys;
        this.storeBytes = stream.length;
        this.server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new Maintenance())
                .addService(new Keys())
                .build()
                .start();
    }

    String endpoint() {
        return "127.0.0.1:" + server.getPort();
    }

    void streams(byte[] bytes) {
        stream = bytes.clone();
    }

    /** Ends streams with this. */
    void endsWith(Status status) {
        end = Optional.of(status);
    }

    /** Never ends streams. */
    void stalls() {
        end = Optional.empty();
    }

    /** Waits until a client has been sent all that it will ever be. */
    void awaitStall() throws InterruptedException {
        stalled.await();
    }

    /** Says that its store is so large. */
    void hasBytes(long bytes) {
        storeBytes = bytes;
    }

    void hasHash(long other) {
        hash = other;
    }

    void hasKeys(long other) {
        keys = other;
    }

    /** Refuses the next request for a hash. */
    synchronized void refusesHash(Status status) {
        refusals.add(status);
    }

    private synchronized Optional<Status> refusal() {
        return Optional.ofNullable(refusals.poll());
    }

    private static ResponseHeader header() {
        return ResponseHeader.newBuilder().setClusterId(CLUSTER).build();
    }

    @Override
    public void close() {
        server.shutdownNow();
    }

    private final class Maintenance extends MaintenanceGrpc.MaintenanceImplBase {

        @Override
        public void status(StatusRequest request, StreamObserver<StatusResponse> call) {
            call.onNext(StatusResponse.newBuilder()
                    .setHeader(header())
                    .setDbSizeInUse(storeBytes)
                    .build());
            call.onCompleted();
        }

        @Override
        public void snapshot(SnapshotRequest request, StreamObserver<SnapshotResponse> call) {
            byte[] bytes = stream;
            for (int at = 0; at < bytes.length; at += PIECE_BYTES) {
                int length = Math.min(PIECE_BYTES, bytes.length - at);
                call.onNext(SnapshotResponse.newBuilder()
                        .setBlob(ByteString.copyFrom(bytes, at, length))
                        .setRemainingBytes(Math.max(0, bytes.length - at - length - CHECKSUM_BYTES))
                        .build());
            }
            if (end.isEmpty()) {
                stalled.countDown();
            } else if (end.get().isOk()) {
                call.onCompleted();
            } else {
                call.onError(end.get().asRuntimeException());
            }
        }

        @Override
        public void hashKV(HashKVRequest request, StreamObserver<HashKVResponse> call) {
            Optional<Status> refusal = refusal();
            if (refusal.isPresent()) {
                call.onError(refusal.get().asRuntimeException());
                return;
            }
            call.onNext(HashKVResponse.newBuilder()
                    .setHeader(header())
                    .setHash((int) hash)
                    .setHashRevision(request.getRevision())
                    .setCompactRevision(-1)
                    .build());
            call.onCompleted();
        }
    }

    private final class Keys extends KVGrpc.KVImplBase {

        @Override
        public void range(RangeRequest request, StreamObserver<RangeResponse> call) {
            call.onNext(RangeResponse.newBuilder()
                    .setHeader(header())
                    .setCount(keys)
                    .build());
            call.onCompleted();
        }
    }
}
