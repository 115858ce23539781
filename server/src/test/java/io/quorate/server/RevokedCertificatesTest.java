package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.quorate.engine.tls.Admittance;
import io.quorate.engine.tls.RefusalReason;
import io.quorate.engine.tls.TlsFiles;
import io.quorate.engine.tls.TlsParty;
import io.quorate.engine.tls.TlsRefusals;
import io.quorate.engine.tls.TlsSettings;
import io.quorate.server.certs.CertificateFolder;
import io.quorate.server.certs.CertificateRequest;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who is revoked by the small CA is refused by running members once they have looked twice, and the others go on. */
class RevokedCertificatesTest {

    private static final Duration DAY = Duration.ofDays(1);
    private static final int MEMBERS = 3;

    private final List<ManagedChannel> channels = new ArrayList<>();
    private final CertificateFolder folder;
    private final Path data;
    private TestCluster cluster;

    RevokedCertificatesTest(@TempDir Path path) throws IOException {
        folder = new CertificateFolder(path.resolve("certs"), InstantSource.system());
        data = path.resolve("data");
        folder.init("CA", DAY);
        for (int i = 0; i < MEMBERS; i++) {
            folder.issue("m" + i, CertificateRequest.ofMember("m" + i, List.of("127.0.0.1"), List.of(), DAY));
        }
        cluster = TestCluster.start(MEMBERS, data, config -> ServerConfigs.secured(config, security(config.name())));
    }

    @BeforeEach
    void issue() throws IOException {
        for (String user : List.of("ann", "bob")) {
            folder.issue(user, CertificateRequest.ofClient(user, DAY));
        }
    }

    @AfterEach
    void stop() {
        channels.forEach(ManagedChannel::shutdownNow);
        cluster.close();
    }

    private TlsFiles files(String name) {
        return TlsFiles.of(folder.certificate(name), folder.key(name), folder.authorities());
    }

    private Security security(String name) {
        TlsFiles files = files(name).withRevocations(folder.revocations());
        return Security.ofPeers(TlsSettings.mutual("the peer port", files))
                .withClients(TlsSettings.mutual("the client port", files).withHttp())
                .withMaxConnectionAge(Duration.ofSeconds(1));
    }

    /** On a new connection, of somebody who does not know what is revoked. */
    private EtcdClient client(String user, int member) throws IOException {
        TlsParty party = TlsParty.open(TlsSettings.mutual("a client", files(user))
                .withAdmittance(Admittance.OF_ANYBODY)
                .dialingAlone()
                .withHttp());
        ManagedChannel channel = NettyChannelBuilder.forAddress(
                        "127.0.0.1",
                        cluster.member(member).clientAddresses().getFirst().getPort())
                .sslContext(party.client())
                .build();
        channels.add(channel);
        return new EtcdClient(channel);
    }

    /** What members do by themselves every two seconds. */
    private void lookTwice() {
        for (int i = 0; i < MEMBERS; i++) {
            cluster.member(i).security().look();
            cluster.member(i).security().look();
        }
    }

    private static boolean hasRevoked(TlsRefusals refusals, String name) {
        return refusals.latest().stream()
                .anyMatch(refusal -> refusal.reason() == RefusalReason.REVOKED
                        && refusal.sentence().contains(name));
    }

    @Test
    void aClientThatIsRevokedIsRefusedAndTheOthersAreNot() throws IOException {
        client("ann", 0).put("a", "1");
        EtcdClient bob = client("bob", 0);
        folder.revoking().revoke("ann");
        lookTwice();
        for (int i = 0; i < MEMBERS; i++) {
            EtcdClient refused = client("ann", i);
            assertThatThrownBy(() -> refused.put("a", "2"))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
            int member = i;
            TestCluster.await(
                    () -> hasRevoked(cluster.member(member).security().refusedClients(), "ann"),
                    "member " + i + " says why");
            assertThat(client("bob", i).value("a")).isEqualTo("1");
        }
        bob.put("a", "3");
        folder.issue("ann", CertificateRequest.ofClient("ann", DAY));
        assertThat(client("ann", 1).value("a")).as("with a new certificate").isEqualTo("3");
    }

    @Test
    void aMemberThatIsRevokedIsRefusedByTheOthersWhichGoOn() throws IOException {
        int lost = cluster.follower();
        folder.revoking().revoke("m" + lost);
        lookTwice();
        for (int i = 0; i < MEMBERS; i++) {
            int member = i;
            if (i != lost) {
                // Connections are made anew each second.
                TestCluster.await(
                        () -> hasRevoked(cluster.member(member).security().refusedPeers(), "m" + lost),
                        "member " + i + " refuses it");
                client("bob", i).put("key" + i, "1");
            }
        }
        assertThat(cluster.member(lost).security().status())
                .as("it does not use a list by which it is revoked itself")
                .anySatisfy(
                        status -> assertThat(status.refusedFiles().orElse("")).contains("revoked"));
    }
}
