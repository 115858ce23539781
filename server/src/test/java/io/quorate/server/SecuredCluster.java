package io.quorate.server;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.quorate.engine.tls.Admittance;
import io.quorate.engine.tls.TlsFiles;
import io.quorate.engine.tls.TlsParty;
import io.quorate.engine.tls.TlsSettings;
import io.quorate.testing.TestAuthority;
import io.quorate.testing.TestAuthority.Issued;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Members in this JVM that speak TLS alone, to clients and among themselves, each with files of its own. For one thread. */
final class SecuredCluster implements AutoCloseable {

    private final Path folder;
    private final TestAuthority authority;
    private final TestCluster members;
    private final int count;
    private final List<ManagedChannel> channels = new ArrayList<>();

    private SecuredCluster(Path folder, TestAuthority authority, TestCluster members, int count) {
        this.folder = folder;
        this.authority = authority;
        this.members = members;
        this.count = count;
    }

    /** Starts members whose clients need a certificate, and waits until they serve. */
    static SecuredCluster start(int count, Path folder) throws IOException {
        TestAuthority authority = TestAuthority.named("CA");
        writeTrust(folder, authority);
        for (int i = 0; i < count; i++) {
            issueOf(authority, i).writeTo(folder, "m" + i);
        }
        TestCluster members = TestCluster.start(
                count,
                folder.resolve("data"),
                config -> ServerConfigs.secured(config, security(folder, config.name())));
        return new SecuredCluster(folder, authority, members, count);
    }

    private static Security security(Path folder, String member) {
        TlsSettings clients =
                TlsSettings.mutual("the client port", files(folder, member)).withHttp();
        return Security.ofPeers(TlsSettings.mutual("the peer port", files(folder, member)))
                .withClients(clients)
                .withUsersByCertificate()
                .withMaxConnectionAge(Duration.ofSeconds(1));
    }

    private static TlsFiles files(Path folder, String name) {
        return TlsFiles.of(folder.resolve(name + ".crt"), folder.resolve(name + ".key"), folder.resolve("ca.crt"));
    }

    private static Issued issueOf(TestAuthority authority, int member) {
        return authority.issue("member" + member, "127.0.0.1");
    }

    private static void writeTrust(Path folder, TestAuthority... authorities) throws IOException {
        StringBuilder pem = new StringBuilder();
        for (TestAuthority each : authorities) {
            pem.append(each.pem());
        }
        Files.writeString(folder.resolve("ca.crt"), pem);
    }

    TestAuthority authority() {
        return authority;
    }

    TestCluster members() {
        return members;
    }

    int count() {
        return count;
    }

    /** From now on these CAs are trusted by all members. */
    void trust(TestAuthority... authorities) throws IOException {
        writeTrust(folder, authorities);
        lookTwice();
    }

    /** From now on all members show certificates of another CA. */
    void renew(TestAuthority by) {
        for (int i = 0; i < count; i++) {
            issueOf(by, i).writeTo(folder, "m" + i);
        }
        lookTwice();
    }

    /** What the members do by themselves every two seconds. */
    private void lookTwice() {
        for (int i = 0; i < count; i++) {
            members.member(i).security().look();
            members.member(i).security().look();
        }
    }

    /** What a client connects with. */
    TlsParty client(Issued issued) throws IOException {
        String name = "client-" + issued.certificate().getSerialNumber();
        issued.writeTo(folder, name);
        return TlsParty.open(TlsSettings.mutual("a client", files(folder, name))
                .withAdmittance(Admittance.OF_ANYBODY)
                .withHttp());
    }

    /** A new connection to a member, closed with the cluster. */
    ManagedChannel channel(int member, TlsParty client) {
        int port = members.member(member).clientAddresses().getFirst().getPort();
        ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                .sslContext(client.client())
                .build();
        channels.add(channel);
        return channel;
    }

    @Override
    public void close() {
        channels.forEach(ManagedChannel::shutdownNow);
        members.close();
    }
}
