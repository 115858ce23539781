package io.quorate.cli.readme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorate.cli.CommandRun;
import io.quorate.cli.processes.DevProcess;
import io.quorate.cli.readme.Document.Block;
import io.quorate.cli.readme.Shell.Run;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the README says to type is typed, and does what the README says. */
@Timeout(300)
class ReadmeTest {

    private static final String PROGRAM = "compiled by a test";
    private static final String WITH_CLUSTER = "run: with a dev cluster";
    private static final String WITH_ETCDCTL = "run: with a dev cluster and etcdctl";
    private static final String PROCESSES = "run: three processes";
    private static final String HISTORY = "run: a history";
    private static final String DATA = "run: the data of the three processes";

    @TempDir
    private static Path clusterFolder = Path.of("");

    private static DevProcess cluster;

    @TempDir
    private Path folder;

    private final Document readme;
    private final Shell shell;

    ReadmeTest(@TempDir Path shellFolder) throws IOException {
        readme = Document.read("README.md");
        shell = new Shell(shellFolder, cluster.clientPorts(), cluster.peerPorts());
    }

    @BeforeAll
    static void startCluster() throws IOException {
        cluster = DevProcess.start(clusterFolder);
    }

    @AfterAll
    static void stopCluster() {
        cluster.close();
    }

    @Test
    void theProgramThatEmbedsTheEngineIsAboutThirtyLinesAndDoesWhatItSays() throws Exception {
        String program = readme.block(PROGRAM).text();
        assertThat(program.lines().filter(line -> !line.startsWith("import") && !line.isBlank()))
                .hasSizeLessThanOrEqualTo(30);

        Path source = Files.writeString(folder.resolve("Counter.java"), program);
        JavaProgram.Run run = JavaProgram.compileAndRun(folder, source, "Counter");

        assertThat(run.output().lines())
                .containsExactly(Stream.iterate(1, i -> i + 1)
                        .limit(10)
                        .map(i -> "the counter is " + i)
                        .toArray(String[]::new));
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void theClientsCommandsWork() throws Exception {
        Run run = shell.run(readme.block(WITH_CLUSTER).text());

        assertThat(run.output())
                .contains("hello")
                .contains("greeting")
                .contains("node1", "node2", "node3")
                .contains("quorate ");
        assertThat(run.exitCode()).as(run.output()).isZero();
    }

    @Test
    @Tag("packages")
    void theCommandsOfEtcdctlWork() throws Exception {
        Run run = shell.run(readme.block(WITH_ETCDCTL).text());

        assertThat(run.output())
                .containsSubsequence("OK\n", "fruit/apple\nred\n", "fruit/apple\n", "1\nfruit/apple\nred\n")
                .contains("| 127.0.0.1:" + cluster.clientPorts().get(2) + " |")
                .contains("is healthy")
                .contains(", started, node3, ")
                .contains("compacted revision 2")
                .containsSubsequence("Authentication Enabled", "fruit/plum\nblue\n", "Authentication Disabled");
        assertThat(run.exitCode()).as(run.output()).isZero();
    }

    @Test
    void theProcessesOfTheReadmeFormACluster() throws Exception {
        List<Integer> ports = FreePorts.find(6);
        Shell own = new Shell(folder, ports.subList(0, 3), ports.subList(3, 6));
        Path output = folder.resolve("members.log");
        // The shell waits for its members, so that they are its children for as long as they run.
        Process bash = own.start(readme.block(PROCESSES).text() + "wait\n", output);
        try {
            await("that all members are ready")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> Files.readString(output)
                                    .lines()
                                    .filter(line -> line.contains("ready to serve client requests"))
                                    .count()
                            == 3);
            Run run = own.run("./quorate put a 1; ./quorate get a; ./quorate status");
            assertThat(run.exitCode()).as(run.output()).isZero();
            assertThat(run.output()).contains("leader", "follower");
        } finally {
            List<ProcessHandle> members = bash.descendants().toList();
            members.forEach(ProcessHandle::destroyForcibly);
            members.forEach(member -> member.onExit().join());
            bash.destroyForcibly();
        }
        Run checked = own.run(readme.block(DATA).text());
        assertThat(checked.output()).contains("a.data: member ", "agree up to entry", "all is good");
        assertThat(checked.exitCode()).as(checked.output()).isZero();
        assertThat(folder.resolve("report.json")).content().startsWith("{\"good\":true");
    }

    @Test
    void theSimulatorsHistoryIsLinearizable() throws Exception {
        Run run = shell.run(readme.block(HISTORY).text());

        assertThat(run.output()).contains("the clients' history is in history.jsonl", "linearizable: ");
        assertThat(run.exitCode()).as(run.output()).isZero();
    }

    @Test
    void theReadyLineIsTheOneThatIsPrinted() {
        assertThat(shell.withOwnPorts(readme.text())).contains("```\n" + cluster.readyLine() + "\n```");
    }

    @Test
    void everyOtherBlockOfCommandsIsUnderstood() throws Exception {
        List<Block> others = readme.blocks().stream()
                .filter(block -> block.language().equals("sh") && block.marker().isEmpty())
                .toList();
        assertThat(others).isNotEmpty();
        for (Block block : others) {
            for (String line : block.text().lines().toList()) {
                String command = line.replaceFirst("\\s+#.*", "");
                Path script = command.startsWith("./test") ? Document.REPOSITORY.resolve("test") : Path.of("./quorate");
                String asked = script
                        + command.substring(command.indexOf('/')
                                + script.getFileName().toString().length()
                                + 1);
                Run run = shell.run(asked + " --help");
                assertThat(run.exitCode()).as("%s: %s", line, run.output()).isZero();
            }
        }
    }

    @Test
    void everyCommandIsNamed() throws Exception {
        List<String> commands = shell.run("./quorate help")
                .output()
                .lines()
                .filter(line -> line.matches(" {2}[a-z].*"))
                .map(line -> line.strip().split(" ", 2)[0])
                .toList();

        assertThat(commands).contains("dev", "server", "put", "get", "del", "status");
        assertThat(commands).allSatisfy(command -> assertThat(readme.text()).contains("./quorate " + command));
    }

    @Test
    void everyFlagThatIsNamedExists() throws Exception {
        String help = Stream.of(
                                "dev",
                                "server",
                                "import",
                                "snapshot restore",
                                "backup",
                                "recover",
                                "put",
                                "sim",
                                "verify history",
                                "verify data",
                                "bench mixed")
                        .map(command ->
                                CommandRun.of((command + " --help").split(" ")).out())
                        .collect(Collectors.joining("\n"))
                + shell.run(Document.REPOSITORY.resolve("test") + " --help").output();

        assertThat(readme.flags()).contains("--data-dir").allSatisfy(flag -> {
            // Those of etcdctl are tried by the commands themselves.
            if (!readme.block(WITH_ETCDCTL).text().contains(flag)) {
                assertThat(help).containsPattern("(?<![\\w-])" + flag + "(?![\\w-])");
            }
        });
    }
}
