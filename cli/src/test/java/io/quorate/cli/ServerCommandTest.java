package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.engine.tls.Admittance;
import io.quorate.engine.tls.CipherSuites;
import io.quorate.engine.tls.TlsFiles;
import io.quorate.engine.tls.TlsSettings;
import io.quorate.engine.tls.TlsVersion;
import io.quorate.server.Security;
import io.quorate.server.ServerConfig;
import io.quorate.server.ServerConfig.InitialClusterState;
import io.quorate.server.ServerConfig.InitialMember;
import io.quorate.server.ServerConfig.Limits;
import io.quorate.server.ServerConfig.Sending;
import io.quorate.server.ServerConfig.Snapshots;
import io.quorate.server.ServerConfig.Timing;
import io.quorate.server.Upkeep;
import io.quorate.server.Upkeep.OnDivergence;
import io.quorate.server.Upkeep.OnGreyFailure;
import io.quorate.server.WatchOptions;
import io.quorate.server.auth.AuthOptions;
import io.quorate.server.auth.TokenOptions;
import io.quorate.server.autopilot.AutopilotPolicy;
import io.quorate.server.store.AutoCompaction;
import io.quorate.server.wire.ConnectionLimits;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ServerCommandTest {

    @TempDir
    Path dir = Path.of("");

    private String clientUrl = "";
    private String peerUrl = "";

    @BeforeEach
    void findPorts() throws IOException {
        List<Integer> ports = FreePorts.find(2);
        clientUrl = "http://127.0.0.1:" + ports.get(0);
        peerUrl = "http://127.0.0.1:" + ports.get(1);
    }

    @Test
    void theDefaultsAreThoseOfEtcd() {
        ServerConfig config = ServerSettings.of(Map.of(), Map.of()).toConfig();

        assertThat(config)
                .isEqualTo(new ServerConfig(
                        "default",
                        Path.of("default.quorate"),
                        List.of(URI.create("http://localhost:2379")),
                        List.of(URI.create("http://localhost:2379")),
                        List.of(URI.create("http://localhost:2380")),
                        List.of(URI.create("http://localhost:2380")),
                        List.of(new InitialMember("default", URI.create("http://localhost:2380"))),
                        InitialClusterState.NEW,
                        "etcd-cluster",
                        new Timing(Duration.ofMillis(100), Duration.ofSeconds(1), true),
                        new Snapshots(100_000, 5_000),
                        new Limits(0, 1_572_864, 128),
                        new WatchOptions(Duration.ofMinutes(10), 100_000),
                        Duration.ofSeconds(10),
                        new Upkeep(Duration.ofHours(24), 8 << 20, OnDivergence.REPAIR),
                        new AuthOptions(new TokenOptions.Simple(Duration.ofMinutes(5)), 10),
                        "",
                        AutopilotPolicy.OFF,
                        false));
    }

    @Test
    void everyFlagReachesTheMember() throws IOException {
        ServerConfig config = started(
                Map.of(),
                "--name=n1",
                "--data-dir=" + dir,
                "--listen-client-urls=" + clientUrl,
                "--advertise-client-urls=http://a.example:1",
                "--listen-peer-urls=" + peerUrl,
                "--initial-advertise-peer-urls=http://a.example:2",
                "--initial-cluster=n1=http://a.example:2,n2=b.example:3",
                "--initial-cluster-state=existing",
                "--initial-cluster-token=tok",
                "--heartbeat-interval=10",
                "--election-timeout",
                "50",
                "--snapshot-count=7",
                "--snapshot-catchup-entries=11",
                "--quota-backend-bytes",
                "-1",
                "--max-request-bytes=9",
                "--max-txn-ops=3",
                "--auto-compaction-mode=revision",
                "--auto-compaction-retention=5000",
                "--experimental-watch-progress-notify-interval=2s",
                "--max-watches-per-connection=17",
                "--max-watches=19",
                "--max-leases=5",
                "--max-connections=21",
                "--max-connections-per-address=13",
                "--max-concurrent-streams=34",
                "--max-connection-idle=7m",
                "--grpc-keepalive-min-time=2s",
                "--grpc-keepalive-interval=3m",
                "--grpc-keepalive-timeout=4s",
                "--verify-interval=250ms",
                "--on-divergence=stop",
                "--on-grey-failure=stay",
                "--scrub-interval=90m",
                "--scrub-rate=4096",
                "--auth-token=jwt,sign-method=RS256,pub-key=k.pub,priv-key=k.key,ttl=1m",
                "--auth-token-ttl=9",
                "--bcrypt-cost=12",
                "--limit-logins=false",
                "--zone=z1",
                "--autopilot-policy=" + Files.writeString(dir.resolve("policy.yaml"), "promote-learners-after: 30s\n"),
                "--max-batch-bytes=65536",
                "--max-inflight-messages=8",
                "--auto-tune",
                "--log-level=error");

        assertThat(config)
                .isEqualTo(new ServerConfig(
                        "n1",
                        dir,
                        List.of(URI.create(clientUrl)),
                        List.of(URI.create("http://a.example:1")),
                        List.of(URI.create(peerUrl)),
                        List.of(URI.create("http://a.example:2")),
                        List.of(
                                new InitialMember("n1", URI.create("http://a.example:2")),
                                new InitialMember("n2", URI.create("http://b.example:3"))),
                        InitialClusterState.EXISTING,
                        "tok",
                        new Timing(Duration.ofMillis(10), Duration.ofMillis(50), false),
                        new Snapshots(7, 11),
                        new Limits(
                                -1,
                                9,
                                3,
                                5,
                                new ConnectionLimits(
                                        21,
                                        13,
                                        34,
                                        Duration.ofMinutes(7),
                                        new ConnectionLimits.KeepAlive(
                                                Duration.ofSeconds(2), Duration.ofMinutes(3), Duration.ofSeconds(4)))),
                        new WatchOptions(Duration.ofSeconds(2), 17, 19),
                        Duration.ofMillis(250),
                        new Upkeep(Duration.ofMinutes(90), 4096, OnDivergence.STOP, new AutoCompaction.Revisions(5000))
                                .with(OnGreyFailure.STAY),
                        new AuthOptions(
                                new TokenOptions.Jwt(
                                        TokenOptions.Algorithm.RS256,
                                        Optional.of(Path.of("k.pub")),
                                        Optional.of(Path.of("k.key")),
                                        Duration.ofMinutes(1)),
                                12,
                                false),
                        "z1",
                        new AutopilotPolicy(Optional.of(Duration.ofSeconds(30)), Optional.empty(), List.of(), false),
                        new Sending(65_536, 8, true),
                        Security.NONE,
                        false));
    }

    @Test
    void everyFlagOfItsSecurityReachesTheMember() {
        String client = clientUrl.replace("http:", "https:");
        String peer = peerUrl.replace("http:", "https:");
        ServerConfig config = started(
                Map.of(),
                "--listen-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--cert-file=c.crt",
                "--key-file=c.key",
                "--trusted-ca-file=ca.crt",
                "--client-cert-auth",
                "--client-crl-file=c.crl",
                "--peer-cert-file=p.crt",
                "--peer-key-file=p.key",
                "--peer-trusted-ca-file=pca.crt",
                "--peer-client-cert-auth",
                "--peer-crl-file=p.crl",
                "--peer-cert-allowed-cn=a,b",
                "--peer-cert-allowed-hostname=h",
                "--cipher-suites=TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                "--tls-min-version=TLS1.2",
                "--tls-max-connection-age=1h",
                "--allow-insecure");

        CipherSuites suites = new CipherSuites(List.of("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"));
        TlsFiles ofClients = TlsFiles.of(Path.of("c.crt"), Path.of("c.key"), Path.of("ca.crt"))
                .withRevocations(Path.of("c.crl"));
        TlsFiles ofPeers = TlsFiles.of(Path.of("p.crt"), Path.of("p.key"), Path.of("pca.crt"))
                .withRevocations(Path.of("p.crl"));
        assertThat(config.security())
                .isEqualTo(new Security(
                        Optional.of(TlsSettings.mutual("the client port", ofClients)
                                .withMinVersion(TlsVersion.TLS_1_2)
                                .withSuites(suites)
                                .withHttp()),
                        Optional.of(TlsSettings.mutual("the peer port", ofPeers)
                                .withAdmittance(new Admittance(true, Set.of("a", "b"), Set.of("h")))
                                .withMinVersion(TlsVersion.TLS_1_2)
                                .withSuites(suites)),
                        true,
                        Duration.ofHours(1),
                        true));
    }

    @Test
    void aMemberMakesItsOwnCertificatesIfItIsToldSo() {
        ServerConfig config = started(
                Map.of(),
                "--data-dir=" + dir.resolve("data"),
                "--listen-client-urls=" + clientUrl.replace("http:", "https:"),
                "--auto-tls",
                "--listen-peer-urls=" + peerUrl.replace("http:", "https:"),
                "--peer-auto-tls");

        TlsFiles files = config.security().clients().orElseThrow().files();
        assertThat(files.certificate().orElseThrow()).exists().hasParent(dir.resolve("data.auto-tls"));
        assertThat(config.security().peers().orElseThrow().verifiesServers()).isFalse();
    }

    @Test
    void aWitnessIsStartedWithASwitchAndItsClusterIsFoundedWithTheNamesOfAll() throws IOException {
        String cluster = "--initial-cluster=a=http://localhost:2380,b=http://b:2380,c=http://c:2380";
        ServerConfig founder = started(Map.of(), cluster, "--initial-witnesses=c", "--name=a");
        assertThat(founder.isWitness()).isFalse();
        assertThat(founder.initialCluster()).extracting(InitialMember::witness).containsExactly(false, false, true);

        Path file = Files.writeString(dir.resolve("witness.yaml"), "witness: true\n");
        for (String flag : List.of("--witness", "--config-file=" + file)) {
            ServerConfig joining = started(Map.of(), cluster, "--initial-cluster-state=existing", flag, "--name=a");
            assertThat(joining.isWitness()).isTrue();
        }
    }

    @Test
    void theCommandLineWinsOverTheEnvironmentAndThatOverTheFile() throws IOException {
        Path file = dir.resolve("quorate.yaml");
        Files.writeString(
                file,
                "name: from-file\nmax-txn-ops: 1\nsnapshot-count: 1\nelection-timeout: 700\nlisten-client-urls:\n  - "
                        + clientUrl + "\nlisten-peer-urls: " + peerUrl + "\n");

        ServerConfig config = started(
                Map.of("QUORATE_MAX_TXN_OPS", "2", "QUORATE_SNAPSHOT_COUNT", "2", "QUORATE_ELECTION_TIMEOUT", ""),
                "--config-file=" + file,
                "--snapshot-count=3");

        assertThat(config.name()).isEqualTo("from-file");
        assertThat(config.dataDir()).isEqualTo(Path.of("from-file.quorate"));
        assertThat(config.limits().maxTxnOps()).isEqualTo(2);
        assertThat(config.snapshots().count()).isEqualTo(3);
        // An empty variable counts as not set.
        assertThat(config.electionTimeout()).isEqualTo(Duration.ofMillis(700));
        assertThat(config.listenClientUrls()).containsExactly(URI.create(clientUrl));
    }

    @Test
    void aFlagIsKnownByTheNameThatItHadBefore() throws IOException {
        Path file = Files.writeString(dir.resolve("old.yaml"), "experimental-snapshot-catchup-entries: 3\n");
        String[] own = urls();
        Map<String, String> environment = Map.of("QUORATE_EXPERIMENTAL_SNAPSHOT_CATCHUP_ENTRIES", "2");
        assertThat(List.of(
                        started(Map.of(), own[0], own[1], "--experimental-snapshot-catchup-entries=1"),
                        started(environment, own),
                        started(Map.of(), own[0], own[1], "--config-file=" + file)))
                .extracting(config -> config.snapshots().catchUpEntries())
                .containsExactly(1L, 2L, 3L);
    }

    @Test
    void timesHaveAUnitUnlessTheyAreZero() throws IOException {
        Map<String, Duration> times = Map.of(
                "0", Duration.ZERO,
                "250ms", Duration.ofMillis(250),
                "7s", Duration.ofSeconds(7),
                "5m", Duration.ofMinutes(5),
                "24h", Duration.ofDays(1));
        times.forEach((text, time) -> assertThat(
                        started(Map.of("QUORATE_VERIFY_INTERVAL", text), urls()).verifyInterval())
                .isEqualTo(time));
        Path file = Files.writeString(dir.resolve("never.yaml"), "verify-interval: 0\n");
        String[] arguments = Stream.concat(Stream.of("--config-file=" + file), Stream.of(urls()))
                .toArray(String[]::new);
        assertThat(started(Map.of(), arguments).verifyInterval()).isEqualTo(Duration.ZERO);
    }

    @Test
    void theConfigurationFileMayBeNamedInTheEnvironment() throws IOException {
        Path file = Files.writeString(dir.resolve("c.yaml"), "name: elsewhere\n");

        assertThat(started(Map.of("QUORATE_CONFIG_FILE", file.toString()), urls())
                        .name())
                .isEqualTo("elsewhere");
    }

    @Test
    void bareUrlsAndASlashAtTheEndMeanTheSameAddress() {
        ServerConfig config = started(
                Map.of(),
                "--listen-client-urls=" + clientUrl.substring("http://".length()),
                "--listen-peer-urls=" + peerUrl + "/");

        assertThat(config.listenClientUrls()).containsExactly(URI.create(clientUrl));
        assertThat(config.initialAdvertisePeerUrls()).containsExactly(URI.create(peerUrl));
    }

    static Stream<Arguments> badInput() {
        return Stream.of(
                bad("unknown option --nam (did you mean --name?)", "--nam=x"),
                bad("unexpected argument \"extra\"", "extra"),
                bad("--name \"a b\" is not a member's name", "--name=a b"),
                bad("--name \"\" is not a member's name", "--name="),
                bad("--data-dir is empty; name a directory", "--data-dir="),
                bad("--zone \"a b\" is not a zone's name; use one word", "--zone=a b"),
                bad("--listen-client-urls has \"http://x\", which is not a URL", "--listen-client-urls=http://x"),
                bad("--listen-client-urls has \"\", which is not a URL", "--listen-client-urls="),
                bad("--listen-client-urls has \"ftp://x:1\"", "--listen-client-urls=ftp://x:1"),
                bad("with more than a host and a port", "--listen-client-urls=http://x:1/path"),
                bad("--listen-client-urls has \"http://x:99999\"", "--listen-client-urls=http://x:99999"),
                bad("names http://x:1 twice", "--listen-client-urls=http://x:1,x:1"),
                bad("asks for TLS with https://x:1", "--listen-client-urls=https://x:1"),
                bad("asks for TLS with https://localhost:1", "--listen-peer-urls=https://localhost:1"),
                bad("--key-file is not; a certificate and its key go together", "--cert-file=a.crt"),
                bad("--peer-key-file is given, and --peer-cert-file is not", "--peer-key-file=a.key"),
                bad("name it with --peer-trusted-ca-file", "--peer-cert-file=a.crt", "--peer-key-file=a.key"),
                bad("--trusted-ca-file is given, and the client port speaks plain text", "--trusted-ca-file=ca.crt"),
                bad("--client-cert-auth is given, and no CA to judge", "--client-cert-auth"),
                bad("which is plain text; use https:// there", "--cert-file=a.crt", "--key-file=a.key"),
                bad(
                        "--peer-cert-allowed-cn is given, and members are not known by certificates",
                        "--peer-cert-allowed-cn=a"),
                bad(
                        "--peer-cert-allowed-hostname is given, and members are not known by certificates",
                        "--peer-cert-allowed-hostname=a",
                        "--peer-auto-tls"),
                bad("--cipher-suites is given, and no port speaks TLS", "--cipher-suites=TLS_AES_128_GCM_SHA256"),
                bad("--tls-min-version is given, and no port speaks TLS", "--tls-min-version=TLS1.2"),
                bad(
                        "--peer-cert-allowed-cn is \",\", which names nothing",
                        "--peer-cert-allowed-cn=,",
                        "--peer-cert-file=a.crt",
                        "--peer-key-file=a.key",
                        "--peer-trusted-ca-file=ca.crt"),
                bad(
                        "--cipher-suites is \"\", which names nothing",
                        "--cipher-suites=",
                        "--cert-file=a.crt",
                        "--key-file=a.key"),
                bad(
                        "--tls-min-version is \"TLS1.1\"; use 'TLS1.3' or 'TLS1.2'",
                        "--tls-min-version=TLS1.1",
                        "--cert-file=a.crt",
                        "--key-file=a.key"),
                bad(
                        "--cipher-suites: the cipher suite \"TLS_RSA_WITH_AES_128_CBC_SHA\" is unknown or too weak",
                        "--cipher-suites=TLS_RSA_WITH_AES_128_CBC_SHA",
                        "--cert-file=a.crt",
                        "--key-file=a.key"),
                bad(
                        "--peer-auto-tls lets anybody take part",
                        "--peer-auto-tls",
                        "--listen-peer-urls=https://192.0.2.1:1"),
                bad("--tls-max-connection-age is less than a second", "--tls-max-connection-age=10ms"),
                bad(
                        "which others than this machine can reach, in plain text",
                        "--listen-client-urls=http://192.0.2.1:1"),
                bad(
                        "--listen-peer-urls has http://192.0.2.1:1, which others than this machine can reach",
                        "--listen-peer-urls=http://192.0.2.1:1"),
                bad("--advertise-client-urls is needed since", "--listen-client-urls=0.0.0.0:1"),
                bad("--initial-advertise-peer-urls is needed since", "--listen-peer-urls=http://[::]:1"),
                bad("which is not of the form name=url", "--initial-cluster=http://x:1"),
                bad("--name n9 is not among the members", "--name=n9", "--initial-cluster=n1=http://localhost:2380"),
                bad("make them equal", "--initial-cluster=default=http://localhost:1"),
                bad("names http://x:1 twice", "--initial-cluster=a=http://x:1,b=http://x:1"),
                bad("--initial-cluster-state is \"old\"; use 'new' or 'existing'", "--initial-cluster-state=old"),
                bad("--initial-cluster-token is empty", "--initial-cluster-token="),
                bad("--witness is \"maybe\"; use 'true' or 'false'", "--witness=maybe"),
                bad("--witness is given and --initial-witnesses is not", "--witness"),
                bad("--initial-witnesses names \"c\", which is not among", "--initial-witnesses=c"),
                bad("names this member, default, and it is not started with --witness", "--initial-witnesses=default"),
                bad("are witnesses, which hold no data", "--initial-witnesses=default", "--witness"),
                bad(
                        "does not name it",
                        "--initial-cluster=default=localhost:2380,b=x:1",
                        "--initial-witnesses=b",
                        "--witness"),
                bad("less than 5 times --heartbeat-interval (300 ms)", "--heartbeat-interval=300"),
                bad("at most 50000 ms are allowed", "--election-timeout=50001"),
                bad("--heartbeat-interval is 0; it must be at least 1", "--heartbeat-interval=0"),
                bad("--heartbeat-interval has \"100ms\", which is not a whole number", "--heartbeat-interval=100ms"),
                bad("--snapshot-count is 0", "--snapshot-count=0"),
                bad("--snapshot-catchup-entries is -1; give a number above 0", "--snapshot-catchup-entries=-1"),
                bad(
                        "--experimental-snapshot-catchup-entries is -2; give a number above 0",
                        "--experimental-snapshot-catchup-entries=-2"),
                bad("--max-request-bytes is 4294967296; at most", "--max-request-bytes=4294967296"),
                bad("--max-connections is 0; it must be at least 1", "--max-connections=0"),
                bad("--max-leases is 0; it must be at least 1", "--max-leases=0"),
                bad("--max-watches is 0; it must be at least 1", "--max-watches=0"),
                bad("--grpc-keepalive-timeout is less than a millisecond", "--grpc-keepalive-timeout=0"),
                bad("--max-txn-ops is -1", "--max-txn-ops=-1"),
                bad("--verify-interval has \"10\", which is not a time; give", "--verify-interval=10"),
                bad("--verify-interval has \"-1s\", which is not a time; give", "--verify-interval=-1s"),
                bad("--verify-interval has \"99999999999s\"", "--verify-interval=99999999999s"),
                bad("--on-grey-failure is \"no\"; use 'give-way' or 'stay'", "--on-grey-failure=no"),
                bad("--on-divergence is \"ask\"; use 'repair' or 'stop'", "--on-divergence=ask"),
                bad("--scrub-rate is 0 bytes per second; give at least 1", "--scrub-rate=0"),
                bad("--log-level is \"loud\"; use one of", "--log-level=loud"),
                bad("--config-file", "--config-file=does-not-exist.yaml"),
                bad("should be specified only once", "--name=a", "--name=b"),
                bad("Missing required parameter for option '--name'", "--name"));
    }

    private static Arguments bad(String sentence, String... arguments) {
        return Arguments.of(sentence, List.of(arguments));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("badInput")
    void badInputIsRefusedWithOneSentenceAndNothingIsStarted(String sentence, List<String> arguments) {
        FakeMembers members = FakeMembers.thatStopAtOnce();
        List<String> all = new ArrayList<>(List.of("server"));
        all.addAll(arguments);

        CommandRun run = CommandRun.of(members, Map.of(), "", all.toArray(String[]::new));

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).startsWith("quorate server: ").contains(sentence).hasLineCount(1);
        assertThat(run.out()).isEmpty();
        assertThat(members.configs()).isEmpty();
    }

    static Stream<Arguments> badFiles() {
        return Stream.of(
                Arguments.of("nmae: x", "has the unknown key \"nmae\" (did you mean name?)"),
                Arguments.of("- a\n- b", "is not a YAML mapping"),
                Arguments.of("name: [", "is not valid YAML"),
                Arguments.of("name: a\nname: b", "is not valid YAML"),
                Arguments.of(
                        "snapshot-catchup-entries: 1\nexperimental-snapshot-catchup-entries: 2",
                        "has both \"snapshot-catchup-entries\" and \"experimental-snapshot-catchup-entries\", which are two"
                                + " names of one setting; remove one of them"),
                Arguments.of(
                        "experimental-snapshot-catchup-entries: -1", "\"experimental-snapshot-catchup-entries\" in "),
                Arguments.of("snapshot-count: -1", "\"snapshot-count\" in "),
                Arguments.of("name:", "has no text or number for the key \"name\""),
                Arguments.of("name: true", "has no text or number for the key \"name\""),
                Arguments.of("name: {a: b}", "has no text or number for the key \"name\""),
                Arguments.of("max-txn-ops: many", "\"max-txn-ops\" in "),
                Arguments.of("verify-interval: often", "\"verify-interval\" in "));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("badFiles")
    void aBadConfigurationFileIsRefusedWithOneSentenceThatNamesIt(String text, String sentence) throws IOException {
        Path file = Files.writeString(dir.resolve("bad.yaml"), text);

        CommandRun run = CommandRun.of("server", "--config-file=" + file);

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains(sentence).contains("bad.yaml").hasLineCount(1);
    }

    @Test
    void aBadValueInTheEnvironmentIsBlamedOnItsVariable() {
        CommandRun run = CommandRun.of(FakeMembers.thatStopAtOnce(), Map.of("QUORATE_MAX_TXN_OPS", "x"), "", "server");

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("QUORATE_MAX_TXN_OPS has \"x\"").hasLineCount(1);
    }

    @Test
    void aPortInUseIsNamedWithTheFlagThatChangesIt() throws IOException {
        try (ServerSocket taken = FreePorts.listen()) {
            CommandRun run =
                    CommandRun.of("server", "--listen-client-urls=127.0.0.1:" + taken.getLocalPort(), urls()[1]);

            assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(run.err())
                    .contains("port " + taken.getLocalPort())
                    .contains("in use")
                    .contains("--listen-client-urls")
                    .hasLineCount(1);
        }
    }

    @Test
    void aMemberThatStopsByItselfEndsTheProcessWithItsReason() {
        FakeMembers members = FakeMembers.thatStopWith(new IOException("the disk failed to sync the log"));

        CommandRun run = CommandRun.of(members, Map.of(), "", prepend("server", urls()));

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).contains("the disk failed to sync the log").hasLineCount(1);
        assertThat(members.allClosed()).isTrue();
    }

    /** Given by itself: the settings of a file or the environment would replace the member at each start. */
    @Test
    void aMemberThatHasNobodyToAskIsNotReplaced() {
        FakeMembers members = FakeMembers.thatStopAtOnce();
        String[] arguments = Stream.concat(
                        Stream.of("--replace-member", "--data-dir=" + dir.resolve("none")), Stream.of(urls()))
                .toArray(String[]::new);

        CommandRun run =
                CommandRun.of(members, Map.of("QUORATE_REPLACE_MEMBER", "false"), "", prepend("server", arguments));

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err())
                .contains("cannot replace member default: --initial-cluster names nobody but default")
                .hasLineCount(1);
        assertThat(members.configs()).isEmpty();
        assertThat(dir.resolve("none")).doesNotExist();
        assertThat(started(Map.of("QUORATE_REPLACE_MEMBER", "true"), urls()).name())
                .isEqualTo("default");
    }

    @Test
    void aMemberThatCannotStartEndsTheProcessWithItsReason() {
        MemberFactory failing = config -> {
            throw new IOException("the data directory belongs to another cluster");
        };

        CommandRun run = CommandRun.of(failing, Map.of(), "", prepend("server", urls()));

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err()).contains("cannot start member default: the data directory belongs to another cluster");
    }

    private ServerConfig started(Map<String, String> environment, String... arguments) {
        FakeMembers members = FakeMembers.thatStopAtOnce();
        CommandRun run = CommandRun.of(members, environment, "", prepend("server", arguments));
        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(members.allClosed()).isTrue();
        return members.configs().getFirst();
    }

    private String[] urls() {
        return new String[] {"--listen-client-urls=" + clientUrl, "--listen-peer-urls=" + peerUrl};
    }

    private static String[] prepend(String first, String... rest) {
        return Stream.concat(Stream.of(first), Stream.of(rest)).toArray(String[]::new);
    }
}
