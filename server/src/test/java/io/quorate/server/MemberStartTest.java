package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.server.ServerConfig.InitialClusterState;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a member refuses to start with, and what it survives. */
class MemberStartTest {

    @TempDir
    private Path folder;

    private ServerConfig lone() throws IOException {
        return TestCluster.configs(1, folder).getFirst();
    }

    private static void runOnce(ServerConfig config) throws IOException {
        try (MemberServer member = MemberServer.start(config)) {
            member.ready().orTimeout(30, TimeUnit.SECONDS).join();
        }
    }

    @Test
    void aClientPortInUseIsOneSentenceAndThePeerPortIsFreeAgain() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            ServerConfig config = lone();
            ServerConfig blocked =
                    ServerConfigs.withListenClientUrl(config, TestCluster.loopback(taken.getLocalPort()));
            assertThatThrownBy(() -> MemberServer.start(blocked))
                    .isInstanceOf(IOException.class)
                    .hasMessage("Cannot listen on http://127.0.0.1:" + taken.getLocalPort()
                            + ": another process uses that port; stop it or choose another port.");
            runOnce(config);
        }
    }

    @Test
    void aPeerPortInUseIsOneSentence() throws Exception {
        ServerConfig config = lone();
        int port = config.listenPeerUrls().getFirst().getPort();
        try (ServerSocket taken = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() -> MemberServer.start(config))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining(Integer.toString(taken.getLocalPort()))
                    .hasMessageContaining("in use");
        }
        runOnce(config);
    }

    @Test
    void theDataDirectoryOfAnotherMemberIsRefusedAndStaysAsItIs() throws Exception {
        List<ServerConfig> configs = TestCluster.configs(3, folder);
        try (MemberServer first = MemberServer.start(configs.getFirst())) {
            assertThat(first.ready()).isNotDone();
        }
        List<Path> before = files(configs.getFirst().dataDir());
        ServerConfig second =
                ServerConfigs.withDataDir(configs.get(1), configs.getFirst().dataDir());

        assertThatThrownBy(() -> MemberServer.start(second))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("belongs to member "
                        + InitialMembership.of(configs.getFirst()).self())
                .hasMessageContaining(
                        "not to member " + InitialMembership.of(second).self());
        assertThat(files(configs.getFirst().dataDir())).isEqualTo(before);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.sorted().toList();
        }
    }

    @Test
    void theDataDirectoryOfAnotherClusterIsRefused() throws Exception {
        ServerConfig config = lone();
        runOnce(config);
        assertThatThrownBy(() -> MemberServer.start(ServerConfigs.withToken(config, "another-cluster")))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("of cluster "
                        + Long.toHexString(InitialMembership.of(config).clusterId()));
    }

    @Test
    void aDataDirectoryIsNotOpenedTwice() throws Exception {
        ServerConfig config = lone();
        try (MemberServer member = MemberServer.start(config)) {
            member.ready().orTimeout(30, TimeUnit.SECONDS).join();
            assertThatThrownBy(() -> MemberServer.start(config))
                    .isInstanceOf(DataDirectoryException.class)
                    .hasMessageContaining("is in use by another member");
            assertThat(member.stopped()).isNotDone();
        }
    }

    @Test
    void whoeverHasDataIsWhoTheySayAndJoinsNobody() throws Exception {
        ServerConfig config = lone();
        ServerConfig joining = ServerConfigs.withState(config, InitialClusterState.EXISTING);
        assertThatThrownBy(() -> MemberServer.start(joining))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("--initial-cluster names nobody but " + config.name());
        runOnce(config);
        runOnce(joining);
    }

    /** The cluster's members may be others by now, and this one may be reached elsewhere. */
    @Test
    void withTheStateExistingOnlyTheNameHasToBeThatOfTheData() throws Exception {
        ServerConfig config = lone();
        runOnce(config);
        ServerConfig joining = ServerConfigs.withToken(
                ServerConfigs.withState(config, InitialClusterState.EXISTING), "another-cluster");

        runOnce(joining);

        List<ServerConfig> others = TestCluster.configs(3, folder);
        ServerConfig another = ServerConfigs.withState(
                ServerConfigs.withDataDir(others.get(1), config.dataDir()), InitialClusterState.EXISTING);
        assertThatThrownBy(() -> MemberServer.start(another))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("belongs to member ")
                .hasMessageContaining("(" + config.name() + ")")
                .hasMessageContaining("or with an empty one; or, if it is this member's");
    }

    @Test
    void aDamagedBeginningIsNotTakenForAnother() throws Exception {
        ServerConfig config = lone();
        runOnce(config);
        Path beginning = config.dataDir().resolve("beginning");
        byte[] bytes = Files.readAllBytes(beginning);
        bytes[bytes.length - 1] ^= 1;
        Files.write(beginning, bytes);

        assertThatThrownBy(() -> MemberServer.start(config))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("The file beginning of data directory")
                .hasMessageContaining("is damaged");
    }

    /** As a release left it that wrote none. */
    @Test
    void dataWithoutABeginningAreThoseOfTheFoundersThatAreConfigured() throws Exception {
        ServerConfig config = lone();
        runOnce(config);
        Files.delete(config.dataDir().resolve("beginning"));

        runOnce(config);
    }

    @Test
    void anEphemeralMemberServesAndLeavesNothingBehind() throws Exception {
        ServerConfig config = ServerConfigs.ephemeral(lone());
        runOnce(config);
        assertThat(config.dataDir()).doesNotExist();
    }

    @Test
    void garbageOnThePortsHarmsNobody() throws Exception {
        try (TestCluster cluster = TestCluster.start(1, folder)) {
            int clientPort = cluster.member(0).clientAddresses().getFirst().getPort();
            int peerPort = cluster.config(0).listenPeerUrls().getFirst().getPort();
            byte[] garbage = new byte[100_000];
            new java.util.Random(7).nextBytes(garbage);
            for (int port : List.of(clientPort, peerPort)) {
                for (int size : List.of(1, 100, garbage.length)) {
                    sendUntilClosed(port, garbage, size);
                }
            }
            KVGrpc.KVBlockingStub kv =
                    KVGrpc.newBlockingStub(cluster.channel(0)).withDeadlineAfter(30, TimeUnit.SECONDS);
            var put = kv.put(PutRequest.newBuilder()
                    .setKey(ByteString.copyFromUtf8("k"))
                    .setValue(ByteString.copyFromUtf8("v"))
                    .build());
            assertThat(put.getHeader().getRevision()).isEqualTo(2);
            assertThat(kv.range(RangeRequest.newBuilder()
                                    .setKey(ByteString.copyFromUtf8("k"))
                                    .build())
                            .getCount())
                    .isEqualTo(1);
        }
    }

    private static void sendUntilClosed(int port, byte[] garbage, int size) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            OutputStream out = socket.getOutputStream();
            out.write(garbage, 0, size);
            socket.shutdownOutput();
            socket.getInputStream().readAllBytes();
        } catch (IOException reset) {
            // To cut the connection off is as good an answer as to close it.
            assertThat(reset).isInstanceOf(java.net.SocketException.class);
        }
    }
}
