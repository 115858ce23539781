package io.quorate.cli;

import io.grpc.Channel;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.quorate.server.MemberServer;
import io.quorate.server.ServerConfig;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A cluster of one member in this JVM, and the commands as they are typed to talk to it. */
final class OneMember implements AutoCloseable {

    private final MemberServer member;
    private final ManagedChannel channel;

    private OneMember(MemberServer member) {
        this.member = member;
        this.channel = Grpc.newChannelBuilder(endpointOf(member), InsecureChannelCredentials.create())
                .build();
    }

    /** Configures one on free ports. */
    static ServerConfig config(Path dir) throws IOException {
        List<Integer> ports = FreePorts.find(2);
        return DevCluster.of(1, ports.subList(0, 1), ports.subList(1, 2), dir, false)
                .configs()
                .getFirst();
    }

    /** Starts it, with what its data directory holds, and waits until it serves. */
    static OneMember start(ServerConfig config) throws IOException {
        MemberServer member = MemberServer.start(config);
        member.ready().join();
        return new OneMember(member);
    }

    private static String endpointOf(MemberServer member) {
        return "127.0.0.1:" + member.clientAddresses().getFirst().getPort();
    }

    String endpoint() {
        return endpointOf(member);
    }

    Channel channel() {
        return channel;
    }

    CommandRun run(String... command) {
        return runAt(endpoint(), command);
    }

    /** Runs a command that is to talk to these. */
    static CommandRun runAt(String endpoints, String... command) {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.add("--endpoints=" + endpoints);
        return CommandRun.of(arguments.toArray(String[]::new));
    }

    @Override
    public void close() {
        channel.shutdownNow();
        member.close();
    }
}
