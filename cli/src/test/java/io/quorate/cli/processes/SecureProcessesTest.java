package io.quorate.cli.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorate.cli.CommandRun;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Members as processes that speak TLS alone, started and changed by the commands that docs/security.md shows. */
@Timeout(300)
class SecureProcessesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** How a member is named, and where it listens. */
    private record Place(String name, String clientUrl, String peerUrl) {
        String founder() {
            return name + "=" + peerUrl;
        }
    }

    @TempDir
    private Path folder;

    private final List<QuorateProcess> processes = new ArrayList<>();
    private List<Place> places = List.of();

    @BeforeEach
    void findPorts() throws IOException {
        List<Integer> ports = FreePorts.find(10);
        places = IntStream.range(0, 5)
                .mapToObj(i -> new Place(
                        "m" + (i + 1),
                        "https://127.0.0.1:" + ports.get(2 * i),
                        "https://127.0.0.1:" + ports.get(2 * i + 1)))
                .toList();
    }

    @AfterEach
    void stop() {
        processes.forEach(QuorateProcess::close);
    }

    private static String cluster(List<Place> members) {
        return members.stream().map(Place::founder).collect(Collectors.joining(","));
    }

    private QuorateProcess start(Place place, String cluster, List<String> flags) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "server",
                "--name=" + place.name,
                "--data-dir=" + folder.resolve(place.name + ".data"),
                "--listen-client-urls=" + place.clientUrl,
                "--listen-peer-urls=" + place.peerUrl,
                "--initial-cluster=" + cluster));
        arguments.addAll(flags);
        QuorateProcess process = QuorateProcess.start(folder.resolve(place.name + ".log"), arguments);
        processes.add(process);
        return process;
    }

    private String file(String name) {
        return folder.resolve("certs").resolve(name).toString();
    }

    private List<String> certificates(Place place) {
        String certificate = file(place.name + ".crt");
        String key = file(place.name + ".key");
        String authorities = file("ca.crt");
        return List.of(
                "--cert-file=" + certificate,
                "--key-file=" + key,
                "--trusted-ca-file=" + authorities,
                "--client-cert-auth",
                "--peer-cert-file=" + certificate,
                "--peer-key-file=" + key,
                "--peer-trusted-ca-file=" + authorities);
    }

    private static CommandRun run(List<String> options, Place at, String... command) {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.add("--endpoints=" + at.clientUrl);
        arguments.addAll(options);
        return CommandRun.of(arguments.toArray(String[]::new));
    }

    private static String done(CommandRun run) {
        assertThat(run.exitCode()).as(run.err() + run.out()).isZero();
        return run.out();
    }

    private CommandRun certs(String... command) {
        List<String> arguments = new ArrayList<>(List.of("certs"));
        arguments.addAll(List.of(command));
        arguments.add("--dir=" + folder.resolve("certs"));
        return CommandRun.of(arguments.toArray(String[]::new));
    }

    private List<String> root() {
        return List.of("--cacert=" + file("ca.crt"), "--cert=" + file("root.crt"), "--key=" + file("root.key"));
    }

    private void awaitServing(List<String> options, Place at) {
        await("that " + at.name + " serves")
                .atMost(PATIENCE)
                .until(() -> run(options, at, "get", "a").exitCode() == 0);
    }

    @Test
    void membersThatMakeTheirOwnCertificatesAreACluster() throws Exception {
        List<Place> founders = places.subList(0, 3);
        for (Place place : founders) {
            start(place, cluster(founders), List.of("--auto-tls", "--peer-auto-tls"));
        }
        List<String> careless = List.of("--insecure-skip-tls-verify");
        founders.forEach(place -> awaitServing(careless, place));
        done(run(careless, places.get(0), "put", "fruit", "apple"));
        assertThat(done(run(careless, places.get(1), "get", "fruit"))).contains("apple");

        assertThat(run(List.of(), places.get(2), "get", "fruit").err()).contains("which is not trusted here");
        Place plain = new Place("plain", places.get(2).clientUrl.replace("https:", "http:"), "");
        assertThat(run(List.of(), plain, "get", "fruit", "--timeout=1s").exitCode())
                .isNotZero();
    }

    @Test
    void aMemberIsAddedAndAnotherReplacedOverTls() throws Exception {
        List<Place> founders = places.subList(0, 3);
        done(certs("init"));
        done(certs("member", "--initial-cluster=" + cluster(places)));
        done(certs("client", "root"));
        for (Place place : founders) {
            start(place, cluster(founders), certificates(place));
        }
        founders.forEach(place -> awaitServing(root(), place));
        done(run(root(), places.get(0), "put", "fruit", "apple"));

        Place added = places.get(3);
        bring(added, cluster(places.subList(0, 4)), "members", "add", added.name, "--peer-urls=" + added.peerUrl);
        Place replacing = places.get(4);
        bring(
                replacing,
                cluster(places),
                "members",
                "replace",
                "m3",
                "--by=" + replacing.name,
                "--peer-urls=" + replacing.peerUrl);
        assertThat(done(run(root(), added, "members", "list")))
                .contains("m1", "m2", "m4", "m5")
                .doesNotContain("m3");
        assertThat(done(run(root(), replacing, "get", "fruit"))).contains("apple");
    }

    /** Lets a command wait for the member that it brings, and starts that one once the others know of it. */
    private void bring(Place newcomer, String cluster, String... command) throws Exception {
        CompletableFuture<CommandRun> bringing =
                CompletableFuture.supplyAsync(() -> run(root(), places.get(0), command));
        await("that " + newcomer.name + " is a member")
                .atMost(PATIENCE)
                .until(() -> bringing.isDone()
                        || run(root(), places.get(0), "members", "list").out().contains(newcomer.peerUrl));
        List<String> flags = new ArrayList<>(certificates(newcomer));
        flags.add("--initial-cluster-state=existing");
        start(newcomer, cluster, flags);
        done(bringing.get());
        awaitServing(root(), newcomer);
    }
}
