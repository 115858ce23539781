package io.quorate.cli;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.quorate.server.MemberServer;
import io.quorate.server.ServerConfig;
import io.quorate.server.proto.etcdserverpb.CompactionRequest;
import io.quorate.server.proto.etcdserverpb.HashKVRequest;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.LeaseGrantRequest;
import io.quorate.server.proto.etcdserverpb.LeaseGrpc;
import io.quorate.server.proto.etcdserverpb.MaintenanceGrpc;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;

/**
 * What is left of three members of which two were stopped while a client wrote, and the third after them.
 *
 * @param members as they were configured
 * @param acknowledged the revision of each key that was put, as the client was told it
 * @param revision of the last write before that load
 * @param hash of the history up to there
 */
record WreckedCluster(List<ServerConfig> members, Map<String, Long> acknowledged, long revision, int hash) {

    static final long LEASE = 77;
    static final long TTL = 3_000;
    static final long COMPACTED = 10;
    private static final long PATIENCE_SECONDS = 30;
    private static final int WRITES_UNDER_WAY = 30;

    /** Runs three members in a directory, and wrecks them: the client writes to the first one, which is stopped last. */
    static WreckedCluster in(Path folder) throws IOException, InterruptedException {
        List<Integer> ports = FreePorts.find(6);
        List<ServerConfig> configs = DevCluster.of(3, ports.subList(0, 3), ports.subList(3, 6), folder, false)
                .configs();
        List<MemberServer> running = new ArrayList<>();
        ManagedChannel channel = channel(configs.getFirst().listenClientUrls().getFirst());
        try {
            for (ServerConfig config : configs) {
                running.add(MemberServer.start(config));
            }
            running.forEach(member ->
                    member.ready().orTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS).join());
            Map<String, Long> acknowledged = new ConcurrentSkipListMap<>();
            long revision = writeFirst(channel, acknowledged);
            int hash = hash(channel, revision);
            writeUntilNobodyAnswers(channel, running, acknowledged);
            return new WreckedCluster(configs, acknowledged, revision, hash);
        } finally {
            channel.shutdownNow();
            running.forEach(MemberServer::close);
        }
    }

    static ManagedChannel channel(URI url) {
        return NettyChannelBuilder.forAddress(url.getHost(), url.getPort())
                .usePlaintext()
                .build();
    }

    /** A hash of what can be read, which is the same wherever the same was written. */
    static int hash(ManagedChannel channel, long revision) {
        return MaintenanceGrpc.newBlockingStub(channel)
                .hashKV(HashKVRequest.newBuilder().setRevision(revision).build())
                .getHash();
    }

    private static long writeFirst(ManagedChannel channel, Map<String, Long> acknowledged) {
        var unused = LeaseGrpc.newBlockingStub(channel)
                .leaseGrant(
                        LeaseGrantRequest.newBuilder().setID(LEASE).setTTL(TTL).build());
        for (int i = 0; i < 20; i++) {
            put(channel, "first" + i % 7, i, acknowledged);
        }
        var compacted = KVGrpc.newBlockingStub(channel)
                .compact(CompactionRequest.newBuilder()
                        .setRevision(COMPACTED)
                        .setPhysical(true)
                        .build());
        return compacted.getHeader().getRevision();
    }

    private static void put(ManagedChannel channel, String key, int number, Map<String, Long> acknowledged) {
        long revision = KVGrpc.newBlockingStub(channel)
                .put(PutRequest.newBuilder()
                        .setKey(ByteString.copyFromUtf8(key))
                        .setValue(ByteString.copyFromUtf8("value " + number))
                        .setLease(LEASE)
                        .build())
                .getHeader()
                .getRevision();
        acknowledged.put(key, revision);
    }

    private static void writeUntilNobodyAnswers(
            ManagedChannel channel, List<MemberServer> running, Map<String, Long> acknowledged)
            throws InterruptedException {
        int before = acknowledged.size();
        Thread client = Thread.ofPlatform().start(() -> {
            try {
                for (int i = 0; ; i++) {
                    put(channel, "load" + i, i, acknowledged);
                }
            } catch (StatusRuntimeException e) {
                // Whether this one was carried out is not known, and so it is not counted.
            }
        });
        while (acknowledged.size() < before + WRITES_UNDER_WAY && client.isAlive()) {
            Thread.onSpinWait();
        }
        running.removeLast().close();
        running.removeLast().close();
        client.interrupt();
        client.join();
    }
}
