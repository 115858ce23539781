package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.server.ServerConfig;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DevCommandTest {

    @TempDir
    Path dir = Path.of("");

    @Test
    void theUsualPortsAreThoseOfEtcdsOwnLocalCluster() {
        DevCluster cluster = DevCluster.of(5, List.of(), List.of(), dir, false);

        assertThat(cluster.clientPorts()).containsExactly(2379, 22379, 32379, 42379, 52379);
        assertThat(cluster.peerPorts()).containsExactly(2380, 22380, 32380, 42380, 52380);
    }

    @Test
    void everyMemberKnowsAllMembersAndHasADirectoryOfItsOwn() {
        List<ServerConfig> configs =
                DevCluster.of(3, List.of(), List.of(), dir, false).configs();

        assertThat(configs).extracting(ServerConfig::name).containsExactly("node1", "node2", "node3");
        assertThat(configs).extracting(ServerConfig::dataDir).doesNotHaveDuplicates();
        assertThat(configs)
                .extracting(ServerConfig::initialCluster)
                .containsOnly(configs.getFirst().initialCluster());
    }

    @Test
    void theTableOfMembersIsFollowedByTheReadyLine() throws IOException {
        List<Integer> ports = FreePorts.find(6);
        List<Integer> clients = ports.subList(0, 3);
        List<Integer> peers = ports.subList(3, 6);
        FakeMembers members = FakeMembers.thatStopAtOnce();

        CommandRun run = dev(members, clients, peers);

        assertThat(run.err()).isEmpty();
        assertThat(run.exitCode()).isEqualTo(ExitCode.OK);
        List<String> lines = run.out().lines().toList();
        assertThat(lines).hasSize(5);
        assertThat(lines.getFirst().split(" +")).containsExactly("MEMBER", "ID", "CLIENTS", "PEERS", "DATA");
        for (int i = 0; i < 3; i++) {
            assertThat(lines.get(i + 1).split(" +"))
                    .containsExactly(
                            "node" + (i + 1),
                            "a" + i,
                            "http://127.0.0.1:" + clients.get(i),
                            "http://127.0.0.1:" + peers.get(i),
                            dir.resolve("data/node" + (i + 1)).toString());
        }
        assertThat(lines.getLast())
                .isEqualTo("ready: http://127.0.0.1:" + clients.get(0) + ",http://127.0.0.1:" + clients.get(1)
                        + ",http://127.0.0.1:" + clients.get(2));
        assertThat(members.allClosed()).isTrue();
    }

    @Test
    void aSecureClusterSpeaksTlsAloneAndSaysHowToConnect() throws IOException {
        List<Integer> ports = FreePorts.find(6);
        FakeMembers members = FakeMembers.thatStopAtOnce();

        CommandRun run = dev(members, ports.subList(0, 3), ports.subList(3, 6), "--secure");

        assertThat(run.err()).isEmpty();
        Path certs = dir.resolve("data/certs");
        assertThat(run.out().lines().toList().getLast())
                .startsWith("connect with: ETCDCTL_API=3 etcdctl --endpoints=https://127.0.0.1:" + ports.getFirst())
                .endsWith(" --cacert=" + certs.resolve("ca.crt") + " --cert=" + certs.resolve("root.crt") + " --key="
                        + certs.resolve("root.key") + " endpoint health");
        assertThat(members.configs()).hasSize(3).allSatisfy(config -> {
            config.requireSecured();
            assertThat(config.security().commonNameIsUser()).isTrue();
            assertThat(certs.resolve(config.name() + ".crt")).exists();
        });
        String said = CommandRun.of(
                        "certs", "inspect", certs.resolve("node2.crt").toString())
                .out();
        assertThat(said).contains("quorate:member/");

        CommandRun plain = dev(FakeMembers.thatStopAtOnce(), ports.subList(0, 3), ports.subList(3, 6));
        assertThat(plain.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(plain.err()).contains("holds a cluster that speaks TLS; start it with --secure");
    }

    @Test
    void anEphemeralClusterWritesNothing() throws IOException {
        List<Integer> ports = FreePorts.find(2);
        FakeMembers members = FakeMembers.thatStopAtOnce();

        CommandRun run = dev(members, ports.subList(0, 1), ports.subList(1, 2), "--ephemeral");

        assertThat(run.out()).contains("(in memory)");
        assertThat(members.configs()).allMatch(ServerConfig::ephemeral);
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void theSameClusterStartsAgainAtOtherClientPorts() throws IOException {
        List<Integer> ports = FreePorts.find(9);

        assertThat(dev(FakeMembers.thatStopAtOnce(), ports.subList(0, 3), ports.subList(3, 6))
                        .exitCode())
                .isZero();
        assertThat(dev(FakeMembers.thatStopAtOnce(), ports.subList(6, 9), ports.subList(3, 6))
                        .err())
                .isEmpty();
    }

    @Test
    void aDataDirectoryOfAnotherNumberOfMembersIsRefused() throws IOException {
        List<Integer> ports = FreePorts.find(6);
        dev(FakeMembers.thatStopAtOnce(), ports.subList(0, 3), ports.subList(3, 6));
        FakeMembers members = FakeMembers.thatStopAtOnce();

        CommandRun run = dev(members, ports.subList(0, 1), ports.subList(3, 4));

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err())
                .contains("holds a cluster of 3, not of 1; start it with --nodes 3")
                .hasLineCount(1);
        assertThat(members.configs()).isEmpty();
    }

    @Test
    void aDataDirectoryOfOtherPeerPortsIsRefused() throws IOException {
        List<Integer> ports = FreePorts.find(3);
        dev(FakeMembers.thatStopAtOnce(), ports.subList(0, 1), ports.subList(1, 2));

        CommandRun run = dev(FakeMembers.thatStopAtOnce(), ports.subList(0, 1), ports.subList(2, 3));

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err())
                .contains("start it with --peer-ports " + ports.get(1))
                .hasLineCount(1);
    }

    @Test
    void aDirectoryThatHoldsSomethingElseIsRefusedAndLeftAlone() throws IOException {
        List<Integer> ports = FreePorts.find(2);
        Files.createDirectories(dir.resolve("data"));
        Files.writeString(dir.resolve("data/thesis.tex"), "years of work");

        CommandRun run = dev(FakeMembers.thatStopAtOnce(), ports.subList(0, 1), ports.subList(1, 2));

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err())
                .contains("holds files that are not from 'quorate dev'")
                .hasLineCount(1);
        assertThat(dir.resolve("data")).isDirectoryContaining("glob:**/thesis.tex");
    }

    @Test
    void aPortInUseIsNamedWithTheFlagThatChangesItAndNothingIsStarted() throws IOException {
        List<Integer> ports = FreePorts.find(1);
        FakeMembers members = FakeMembers.thatStopAtOnce();
        try (ServerSocket taken = FreePorts.listen()) {
            CommandRun run = dev(members, List.of(ports.getFirst()), List.of(taken.getLocalPort()));

            assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
            assertThat(run.err())
                    .contains("port " + taken.getLocalPort() + " is in use")
                    .contains("--peer-ports")
                    .hasLineCount(1);
            assertThat(members.configs()).isEmpty();
            assertThat(dir).isEmptyDirectory();
        }
    }

    @Test
    void whenOneMemberFailsToStartTheOthersAreStopped() throws IOException {
        List<Integer> ports = FreePorts.find(6);
        FakeMembers members = FakeMembers.thatStopAtOnce();
        MemberFactory failing = config -> {
            if (config.name().equals("node3")) {
                throw new IOException("the log is damaged");
            }
            return members.start(config);
        };

        CommandRun run = dev(failing, ports.subList(0, 3), ports.subList(3, 6));

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.err())
                .contains("cannot start member node3: the log is damaged")
                .hasLineCount(1);
        assertThat(members.configs()).hasSize(2);
        assertThat(members.allClosed()).isTrue();
    }

    @Test
    void whenAMemberNeverGetsReadyThereIsNoReadyLine() throws IOException {
        List<Integer> ports = FreePorts.find(2);
        FakeMembers members = FakeMembers.thatFailToGetReady(new IOException("no quorum"));

        CommandRun run = dev(members, ports.subList(0, 1), ports.subList(1, 2));

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("member node1 failed to start: no quorum");
        assertThat(members.allClosed()).isTrue();
    }

    /** The first one leads, and cannot know that those have diverged whom it waits for. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void whenAMembersLogDivergedAllEndWithItsReason() throws IOException {
        List<Integer> ports = FreePorts.find(6);
        FakeMembers members =
                FakeMembers.thatNeverGetReady().withSilenced("node3", new IOException("its log is another one"));

        CommandRun run = dev(members, ports.subList(0, 3), ports.subList(3, 6));

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("member node3 failed to start: its log is another one");
        assertThat(members.allClosed()).isTrue();
    }

    /** They served until then; nobody could bring one of them back by itself. */
    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void whenALogDivergesOnceAllAreReadyAllEndWithItsReasonToo() throws IOException {
        List<Integer> ports = FreePorts.find(6);
        FakeMembers members =
                FakeMembers.thatStayReady().withSilenced("node3", new IOException("its log is another one"));

        CommandRun run = dev(members, ports.subList(0, 3), ports.subList(3, 6));

        assertThat(run.exitCode()).isEqualTo(ExitCode.FAILED);
        assertThat(run.out()).contains("ready: ");
        assertThat(run.err()).contains("a member stopped: its log is another one");
        assertThat(members.allClosed()).isTrue();
    }

    static Stream<Arguments> badInput() {
        return Stream.of(
                Arguments.of("--nodes is 2; use 1, 3 or 5", List.of("--nodes=2")),
                Arguments.of("Invalid value for option '--nodes'", List.of("--nodes=many")),
                Arguments.of("--client-ports has 1 port for 3 members", List.of("--client-ports=7001")),
                Arguments.of("--peer-ports has 2 ports for 1 member;", List.of("--nodes=1", "--peer-ports=7001,7002")),
                Arguments.of("--client-ports has 0; a port is", List.of("--nodes=1", "--client-ports=0")),
                Arguments.of("--client-ports has 65536; a port is", List.of("--nodes=1", "--client-ports=65536")),
                Arguments.of("Invalid value for option '--client-ports'", List.of("--client-ports=a,b,c")),
                Arguments.of(
                        "port 7001 is asked for twice",
                        List.of("--nodes=1", "--client-ports=7001", "--peer-ports=7001")),
                Arguments.of("--log-level is \"loud\"", List.of("--log-level=loud")),
                Arguments.of("unknown option --node (did you mean --nodes?)", List.of("--node=3")));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("badInput")
    void badInputIsRefusedWithOneSentence(String sentence, List<String> arguments) {
        List<String> all = new ArrayList<>(List.of("dev", "--data-dir=" + dir.resolve("data")));
        all.addAll(arguments);

        CommandRun run = CommandRun.of(all.toArray(String[]::new));

        assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).startsWith("quorate dev: ").contains(sentence);
        assertThat(dir).isEmptyDirectory();
    }

    private CommandRun dev(MemberFactory members, List<Integer> clients, List<Integer> peers, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "dev",
                "--nodes=" + clients.size(),
                "--data-dir=" + dir.resolve("data"),
                "--client-ports=" + join(clients),
                "--peer-ports=" + join(peers)));
        arguments.addAll(List.of(more));
        return CommandRun.of(members, Map.of(), "", arguments.toArray(String[]::new));
    }

    private static String join(List<Integer> ports) {
        return String.join(",", ports.stream().map(String::valueOf).toList());
    }
}
