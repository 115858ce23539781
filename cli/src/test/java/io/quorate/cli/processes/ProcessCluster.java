package io.quorate.cli.processes;

import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import io.quorate.server.proto.etcdserverpb.ClusterGrpc;
import io.quorate.server.proto.etcdserverpb.HashKVRequest;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.MaintenanceGrpc;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.PutResponse;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.StatusRequest;
import io.quorate.server.proto.etcdserverpb.StatusResponse;
import io.quorate.server.proto.mvccpb.KeyValue;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionTimeoutException;

/** Members that are processes of their own, as {@code quorate server} starts them, on free ports of the loopback. */
public final class ProcessCluster implements AutoCloseable {

    /** A member's name and ports, and its process and connection while it runs. */
    public static final class Member {
        private final String name;
        private final int clientPort;
        private final int peerPort;
        private final boolean joins;
        private final ManagedChannel channel;

        /** Started and ended by one thread at a time, and looked at by others. */
        private volatile Optional<QuorateProcess> process = Optional.empty();

        private Member(String name, int clientPort, int peerPort, boolean joins) {
            this.name = name;
            this.joins = joins;
            this.clientPort = clientPort;
            this.peerPort = peerPort;
            this.channel = NettyChannelBuilder.forAddress("127.0.0.1", clientPort)
                    .usePlaintext()
                    .maxInboundMessageSize(Integer.MAX_VALUE)
                    .build();
        }

        public String name() {
            return name;
        }

        public int clientPort() {
            return clientPort;
        }

        public int peerPort() {
            return peerPort;
        }

        public boolean isRunning() {
            return process.isPresent();
        }

        /** Calls that give up soon, so that a dead member is noticed. */
        KVGrpc.KVBlockingStub kv() {
            return KVGrpc.newBlockingStub(channel).withDeadlineAfter(2, TimeUnit.SECONDS);
        }

        /** Changes of members, which may have to wait for their turn. */
        ClusterGrpc.ClusterBlockingStub cluster() {
            return ClusterGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
        }

        StatusResponse status() {
            return MaintenanceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(2, TimeUnit.SECONDS)
                    .status(StatusRequest.getDefaultInstance());
        }

        /** A hash over all keys with their history, up to a revision. */
        int hashKv(long revision) {
            return MaintenanceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .hashKV(HashKVRequest.newBuilder().setRevision(revision).build())
                    .getHash();
        }

        public void put(String key, String value) {
            kv().put(PutRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8(key))
                    .setValue(ByteString.copyFromUtf8(value))
                    .build());
        }

        void putAsync(String key, String value, StreamObserver<PutResponse> answer) {
            KVGrpc.newStub(channel)
                    .put(
                            PutRequest.newBuilder()
                                    .setKey(ByteString.copyFromUtf8(key))
                                    .setValue(ByteString.copyFromUtf8(value))
                                    .build(),
                            answer);
        }

        /** Every key with its value, read so that all acknowledged writes are seen. */
        Map<String, String> contents() {
            ByteString zero = ByteString.copyFrom(new byte[1]);
            return kv()
                    .withDeadlineAfter(30, TimeUnit.SECONDS)
                    .range(RangeRequest.newBuilder()
                            .setKey(zero)
                            .setRangeEnd(zero)
                            .build())
                    .getKvsList()
                    .stream()
                    .collect(Collectors.toMap(
                            kv -> kv.getKey().toStringUtf8(),
                            (KeyValue kv) -> kv.getValue().toStringUtf8()));
        }

        /** A channel that had failed tries again at once, instead of after gRPC's back-off. */
        void reconnect() {
            channel.resetConnectBackoff();
        }
    }

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path folder;
    private final List<String> extraFlags;
    private final Map<String, Member> members = new ConcurrentSkipListMap<>();

    /** Founders keep the flags that they have, whoever comes and goes. */
    private final String founders;

    private boolean withoutUmask;

    /** Reserves ports; starts nothing. */
    public ProcessCluster(Path folder, int size, String... extraFlags) throws IOException {
        this.folder = folder;
        this.extraFlags = List.of(extraFlags);
        List<Integer> ports = FreePorts.find(2 * size);
        for (int i = 0; i < size; i++) {
            String name = "m" + (i + 1);
            members.put(name, new Member(name, ports.get(2 * i), ports.get(2 * i + 1), false));
        }
        founders = initialCluster();
    }

    /** Has members started as {@link QuorateProcess#startWithoutUmask} does, from now on. */
    ProcessCluster withoutUmask() {
        withoutUmask = true;
        return this;
    }

    /** One member more, which joins the others when it is started; nothing is said to them. */
    public Member add(String name) throws IOException {
        List<Integer> ports = FreePorts.find(2);
        Member member = new Member(name, ports.get(0), ports.get(1), true);
        members.put(name, member);
        return member;
    }

    /** Where a member is reached by its peers. */
    public static String peerUrl(Member member) {
        return url(member.peerPort);
    }

    /** Waits until the process of a member ends by itself, and counts that one no more. */
    public int awaitLeft(Member member) {
        int exitCode = member.process.orElseThrow().awaitExit();
        member.process = Optional.empty();
        members.remove(member.name);
        member.channel.shutdownNow();
        return exitCode;
    }

    /** Whether the process of a member that was started has ended. */
    public boolean hasEnded(Member member) {
        return member.process.filter(process -> !process.isAlive()).isPresent();
    }

    /** Counts a member no more; its process is killed if there is one. */
    public void forget(Member member) {
        if (member.isRunning()) {
            kill(member);
        }
        members.remove(member.name);
        member.channel.shutdownNow();
    }

    public List<Member> members() {
        return List.copyOf(members.values());
    }

    List<Member> running() {
        return members.values().stream().filter(Member::isRunning).toList();
    }

    /** Of the process that runs as a member now. */
    public long pid(Member member) {
        return member.process.orElseThrow().pid();
    }

    public Path dataFolder(Member member) {
        return folder.resolve(member.name + ".data");
    }

    Path output(Member member) {
        return folder.resolve(member.name + ".log");
    }

    public void startAll() throws IOException {
        for (Member member : members.values()) {
            start(member);
        }
    }

    private String initialCluster() {
        return members.values().stream()
                .map(m -> m.name + "=" + url(m.peerPort))
                .collect(Collectors.joining(","));
    }

    public void start(Member member) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "server",
                "--name",
                member.name,
                "--data-dir",
                dataFolder(member).toString(),
                "--listen-client-urls",
                url(member.clientPort),
                "--advertise-client-urls",
                url(member.clientPort),
                "--listen-peer-urls",
                url(member.peerPort),
                "--initial-advertise-peer-urls",
                url(member.peerPort),
                "--initial-cluster",
                member.joins ? initialCluster() : founders));
        if (member.joins) {
            arguments.addAll(List.of("--initial-cluster-state", "existing"));
        }
        arguments.addAll(extraFlags);
        member.process = Optional.of(
                withoutUmask
                        ? QuorateProcess.startWithoutUmask(output(member), arguments)
                        : QuorateProcess.start(output(member), arguments));
    }

    private static String url(int port) {
        return "http://127.0.0.1:" + port;
    }

    /** {@code kill -9}: no warning, no shutdown hook. */
    public void kill(Member member) {
        member.process.orElseThrow().kill();
        member.process = Optional.empty();
    }

    /** The member that the others call their leader, if they agree on one that runs. */
    public Optional<Member> leader() {
        for (Member member : running()) {
            try {
                StatusResponse status = member.status();
                if (status.getLeader() != 0
                        && status.getLeader() == status.getHeader().getMemberId()) {
                    return Optional.of(member);
                }
            } catch (StatusRuntimeException e) {
                member.reconnect();
            }
        }
        return Optional.empty();
    }

    /** Waits until one of the members that run leads the others. */
    public Member awaitLeader() {
        try {
            return await("a leader")
                    .atMost(PATIENCE)
                    .until(this::leader, Optional::isPresent)
                    .orElseThrow();
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("no leader; the members printed:\n" + outputs(), e);
        }
    }

    /** Waits until the member serves clients and knows a leader. */
    public void awaitServing(Member member) {
        await("that " + member.name + " serves").atMost(PATIENCE).until(() -> isServing(member));
    }

    private static boolean isServing(Member member) {
        try {
            return member.status().getLeader() != 0;
        } catch (StatusRuntimeException e) {
            member.reconnect();
            return false;
        }
    }

    /** What the members have printed, for a failed test. */
    public String outputs() {
        StringBuilder all = new StringBuilder();
        for (Member member : members.values()) {
            try {
                all.append("== ")
                        .append(member.name)
                        .append('\n')
                        .append(Files.readString(output(member), StandardCharsets.UTF_8));
            } catch (IOException e) {
                all.append("no output: ").append(e).append('\n');
            }
        }
        return all.toString();
    }

    @Override
    public void close() {
        for (Member member : members.values()) {
            member.channel.shutdownNow();
            if (member.isRunning()) {
                kill(member);
            }
        }
    }
}
