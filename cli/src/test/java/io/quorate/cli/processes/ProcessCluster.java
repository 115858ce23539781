package io.quorate.cli.processes;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.MaintenanceGrpc;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RangeResponse;
import io.quorate.server.proto.etcdserverpb.StatusRequest;
import io.quorate.server.proto.etcdserverpb.StatusResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** Members that are processes of their own, as {@code quorate server} starts them, on free ports of the loopback. */
final class ProcessCluster implements AutoCloseable {

    /** A member's name and ports, and its process and connection while it runs. */
    static final class Member {
        private final String name;
        private final int clientPort;
        private final int peerPort;
        private final ManagedChannel channel;
        private Optional<Process> process = Optional.empty();

        private Member(String name, int clientPort, int peerPort) {
            this.name = name;
            this.clientPort = clientPort;
            this.peerPort = peerPort;
            this.channel = NettyChannelBuilder.forAddress("127.0.0.1", clientPort)
                    .usePlaintext()
                    .maxInboundMessageSize(Integer.MAX_VALUE)
                    .build();
        }

        String name() {
            return name;
        }

        int clientPort() {
            return clientPort;
        }

        int peerPort() {
            return peerPort;
        }

        boolean isRunning() {
            return process.isPresent();
        }

        long pid() {
            return process.orElseThrow().pid();
        }

        /** Calls that give up soon, so that a dead member is noticed. */
        KVGrpc.KVBlockingStub kv() {
            return KVGrpc.newBlockingStub(channel).withDeadlineAfter(2, TimeUnit.SECONDS);
        }

        KVGrpc.KVStub kvAsync() {
            return KVGrpc.newStub(channel);
        }

        StatusResponse status() {
            return MaintenanceGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(2, TimeUnit.SECONDS)
                    .status(StatusRequest.getDefaultInstance());
        }

        void put(String key, String value) {
            kv().put(PutRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8(key))
                    .setValue(ByteString.copyFromUtf8(value))
                    .build());
        }

        RangeResponse all() {
            return kv().withDeadlineAfter(20, TimeUnit.SECONDS)
                    .range(RangeRequest.newBuilder()
                            .setKey(ByteString.copyFrom(new byte[1]))
                            .setRangeEnd(ByteString.copyFrom(new byte[1]))
                            .build());
        }

        /** A channel that had failed tries again at once, instead of after gRPC's back-off. */
        void reconnect() {
            channel.resetConnectBackoff();
        }
    }

    private final Path folder;
    private final List<String> extraFlags;
    private final Map<String, Member> members = new TreeMap<>();

    /** Reserves ports; starts nothing. */
    ProcessCluster(Path folder, int size, String... extraFlags) throws IOException {
        this.folder = folder;
        this.extraFlags = List.of(extraFlags);
        Set<Integer> ports = freePorts(2 * size);
        List<Integer> all = new ArrayList<>(ports);
        for (int i = 0; i < size; i++) {
            String name = "m" + (i + 1);
            members.put(name, new Member(name, all.get(2 * i), all.get(2 * i + 1)));
        }
    }

    private static Set<Integer> freePorts(int count) throws IOException {
        Set<Integer> ports = new HashSet<>();
        List<ServerSocket> held = new ArrayList<>();
        try {
            while (ports.size() < count) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                held.add(socket);
                ports.add(socket.getLocalPort());
            }
        } finally {
            for (ServerSocket socket : held) {
                socket.close();
            }
        }
        return ports;
    }

    List<Member> members() {
        return List.copyOf(members.values());
    }

    List<Member> running() {
        return members.values().stream().filter(Member::isRunning).toList();
    }

    Path dataFolder(Member member) {
        return folder.resolve(member.name + ".data");
    }

    Path output(Member member) {
        return folder.resolve(member.name + ".log");
    }

    void startAll() throws IOException {
        for (Member member : members.values()) {
            start(member);
        }
    }

    void start(Member member) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                "io.quorate.cli.Quorate",
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
                String.join(
                        ",",
                        members.values().stream()
                                .map(m -> m.name + "=" + url(m.peerPort))
                                .toList())));
        command.addAll(extraFlags);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output(member).toFile()))
                .start();
        member.process = Optional.of(process);
    }

    private static String url(int port) {
        return "http://127.0.0.1:" + port;
    }

    /** {@code kill -9}: no warning, no shutdown hook. */
    void kill(Member member) throws InterruptedException {
        Process process = member.process.orElseThrow();
        process.destroyForcibly();
        process.waitFor();
        member.process = Optional.empty();
    }

    /** The member that the others call their leader, if they agree on one that runs. */
    Optional<Member> leader() {
        for (Member member : running()) {
            try {
                StatusResponse status = member.status();
                if (status.getLeader() != 0
                        && status.getLeader() == status.getHeader().getMemberId()) {
                    return Optional.of(member);
                }
            } catch (io.grpc.StatusRuntimeException e) {
                member.reconnect();
            }
        }
        return Optional.empty();
    }

    /** What the members have printed, for a failed test. */
    String outputs() {
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
    public void close() throws InterruptedException {
        for (Member member : members.values()) {
            member.channel.shutdownNow();
            if (member.isRunning()) {
                kill(member);
            }
        }
    }
}
