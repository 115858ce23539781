package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.quorate.server.MemberServer;
import io.quorate.server.ServerConfig;
import io.quorate.testing.FreePorts;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What {@code quorate security status} tells of real members. */
class SecurityStatusCommandTest {

    @TempDir
    private Path folder;

    @Test
    void aMemberInPlainTextOfThisMachineAloneHasNoUsersAndIsNotReached() throws Exception {
        try (OneMember member = OneMember.start(OneMember.config(folder.resolve("data")))) {
            CommandRun run = member.run("security", "status");
            assertThat(run.err()).isEmpty();
            assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(run.out())
                    .startsWith("notice: the cluster has no users")
                    .containsPattern("http://127\\.0\\.0\\.1:\\d+ +clients +this machine +plain text +anybody")
                    .containsPattern("http://127\\.0\\.0\\.1:\\d+ +members +this machine +plain text +anybody")
                    .containsPattern("disabled +no +simple +no +0 +0")
                    .doesNotContain("CERTIFICATE AT", "critical", "serious");
        }
    }

    @Test
    void whatSomebodySendsToThePeerPortIsTold() throws Exception {
        ServerConfig config = OneMember.config(folder.resolve("data"));
        try (OneMember member = OneMember.start(config)) {
            int peerPort = config.listenPeerUrls().getFirst().getPort();
            try (Socket browser = new Socket(InetAddress.getLoopbackAddress(), peerPort)) {
                browser.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                assertThat(browser.getInputStream().read())
                        .as("it is disconnected")
                        .isEqualTo(-1);
            }
            String what = "was disconnected from the peer port: it sent bytes that are not of the peer protocol";
            CommandRun text = member.run("security", "status");
            assertThat(text.out())
                    .contains("notice: " + config.name() + " has detected that 127.0.0.1 " + what + " (garbage, once,")
                    .containsPattern("DETECTED LAST +KIND +TIMES +WHO +DID WHAT")
                    .containsPattern("garbage +1 +127\\.0\\.0\\.1 +was disconnected")
                    .doesNotContain("LOGIN FAILED LAST");

            JsonObject one = JsonParser.parseString(
                            member.run("security", "status", "--output=json").out())
                    .getAsJsonObject()
                    .getAsJsonArray("members")
                    .get(0)
                    .getAsJsonObject();
            JsonObject sign = one.getAsJsonArray("detections").get(0).getAsJsonObject();
            assertThat(sign.get("kind").getAsString()).isEqualTo("garbage");
            assertThat(sign.get("source").getAsString()).isEqualTo("127.0.0.1");
            assertThat(sign.get("count").getAsLong()).isEqualTo(1);
            assertThat(sign.get("what").getAsString()).isEqualTo(what);
            assertThat(one.get("wrong_passwords").getAsLong()).isZero();
            assertThat(one.getAsJsonArray("failed_logins")).isEmpty();
        }
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void aMemberThatSpeaksTlsTellsItsCertificatesWhomItRefusedAndWhichKeyIsOpen() throws Exception {
        Path certs = folder.resolve("certs");
        List<Integer> ports = FreePorts.find(2);
        ServerConfig config = new DevCertificates(certs)
                .secure(DevCluster.of(1, ports.subList(0, 1), ports.subList(1, 2), folder.resolve("data"), false)
                        .configs("https"))
                .getFirst();
        String[] endpoint = {"--endpoints=127.0.0.1:" + ports.getFirst(), "--cacert=" + certs.resolve("ca.crt")};
        String[] known = {"--cert=" + certs.resolve("root.crt"), "--key=" + certs.resolve("root.key")};
        Path open = certs.resolve(config.name() + ".key");
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rw-r--r--"));
        try (MemberServer member = MemberServer.start(config)) {
            member.ready().join();
            // Nobody without a certificate.
            assertThat(CommandRun.of("status", endpoint[0], endpoint[1], "--timeout=2s")
                            .exitCode())
                    .isNotEqualTo(ExitCode.OK);

            CommandRun text = CommandRun.of("security", "status", endpoint[0], endpoint[1], known[0], known[1]);
            assertThat(text.err()).isEmpty();
            assertThat(text.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(text.out())
                    .startsWith("serious: " + config.name() + " has files that others than their owner may read or"
                            + " change: " + open)
                    .containsPattern("clients +this machine +TLS1\\.3 or newer +whoever has a certificate")
                    .contains("the client port, of its CA", "REFUSED AT")
                    .contains("notice: the cluster has no users");

            CommandRun json =
                    CommandRun.of("security", "status", endpoint[0], endpoint[1], known[0], known[1], "--output=json");
            JsonObject told = JsonParser.parseString(json.out()).getAsJsonObject();
            assertThat(told.getAsJsonArray("problems")).isNotEmpty();
            JsonObject one = told.getAsJsonArray("members").get(0).getAsJsonObject();
            assertThat(one.getAsJsonArray("certificates")).hasSize(4);
            assertThat(one.get("refused_clients").getAsLong()).isPositive();
            assertThat(one.getAsJsonArray("refused")).isNotEmpty();
            assertThat(one.getAsJsonArray("listeners")
                            .get(0)
                            .getAsJsonObject()
                            .get("min_tls")
                            .getAsString())
                    .isEqualTo("TLS1.3");
        }
    }
}
