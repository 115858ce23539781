package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.server.MemberServer;
import io.quorate.server.ServerConfig;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** Our commands and etcdctl at a member that speaks TLS alone, with etcdctl's options. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SecureCommandsTest {

    private static final long PATIENCE_SECONDS = 60;

    private final Path certs;
    private final MemberServer member;
    private final String endpoint;

    SecureCommandsTest(@TempDir Path folder) throws IOException {
        certs = folder.resolve("certs");
        List<Integer> ports = FreePorts.find(2);
        ServerConfig config = new DevCertificates(certs)
                .secure(DevCluster.of(1, ports.subList(0, 1), ports.subList(1, 2), folder.resolve("data"), false)
                        .configs("https"))
                .getFirst();
        member = MemberServer.start(config);
        member.ready().join();
        endpoint = "127.0.0.1:" + ports.getFirst();
    }

    @AfterAll
    void stop() {
        member.close();
    }

    private String file(String name) {
        return certs.resolve(name).toString();
    }

    private List<String> options() {
        return List.of("--cacert=" + file("ca.crt"), "--cert=" + file("root.crt"), "--key=" + file("root.key"));
    }

    private CommandRun run(String... command) {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.add("--endpoints=" + endpoint);
        arguments.addAll(options());
        return CommandRun.of(arguments.toArray(String[]::new));
    }

    private static void assertDone(CommandRun run) {
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
    }

    @Test
    void everyKindOfCommandSpeaksTlsIfItIsToldWith() {
        assertDone(run("put", "greeting", "hello"));
        assertThat(run("get", "greeting").out()).contains("hello");
        assertThat(run("status").out()).contains("https://" + endpoint);
        // That one asks the pages of members.
        assertDone(run("why"));
        CommandRun bench = run("bench", "put", "--duration=300ms", "--warmup=0s", "--clients=2", "--repeat=1");
        assertThat(bench.err()).contains(", 0 failed");
        assertThat(bench.exitCode()).isEqualTo(ExitCode.OK);
    }

    @Test
    void theEnvironmentMaySayItAll() {
        Map<String, String> environment = Map.of(
                "QUORATE_ENDPOINTS", endpoint,
                "QUORATE_CACERT", file("ca.crt"),
                "QUORATE_CERT", file("root.crt"),
                "QUORATE_KEY", file("root.key"));
        assertDone(CommandRun.of(FakeMembers.thatStopAtOnce(), environment, "", "get", "nothing"));
    }

    @Test
    void whatIsWrongWithACertificateIsSaid() {
        CommandRun without = CommandRun.of("get", "a", "--endpoints=https://" + endpoint, "--cacert=" + file("ca.crt"));
        assertThat(without.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(without.err())
                .contains("it wants to be shown a certificate, and was shown none; see --cacert, --cert and --key");

        CommandRun untrusting = CommandRun.of("get", "a", "--endpoints=https://" + endpoint);
        assertThat(untrusting.err()).contains("comes from the CA \"CN=quorate dev\", which is not trusted here");

        CommandRun careless = CommandRun.of(
                "get",
                "a",
                "--endpoints=" + endpoint,
                "--insecure-skip-tls-verify",
                "--cert=" + file("root.crt"),
                "--key=" + file("root.key"));
        assertDone(careless);
    }

    @Test
    @Tag("packages")
    void etcdctlWorks() throws Exception {
        assertThat(etcdctl(options(), "put", "fruit", "apple")).isEqualTo("OK\n");
        assertThat(etcdctl(options(), "get", "fruit")).isEqualTo("fruit\napple\n");
        assertThat(etcdctl(List.of("--cacert=" + file("ca.crt"), "--command-timeout=1s"), "get", "fruit"))
                .contains("context deadline exceeded");
    }

    private String etcdctl(List<String> tls, String... command) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of("etcdctl", "--endpoints=https://" + endpoint));
        line.addAll(tls);
        line.addAll(List.of(command));
        ProcessBuilder builder = new ProcessBuilder(line).redirectErrorStream(true);
        builder.environment().put("ETCDCTL_API", "3");
        Process process = builder.start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        return printed;
    }
}
