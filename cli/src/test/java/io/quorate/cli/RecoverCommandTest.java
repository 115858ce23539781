package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.quorate.server.MemberServer;
import io.quorate.server.ServerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code quorate recover} as it is typed, and a cluster that goes on after it. */
@Timeout(120)
class RecoverCommandTest {

    @TempDir
    private static Path made = Path.of("");

    private static WreckedCluster wreck;

    @TempDir
    private Path folder = Path.of("");

    @BeforeAll
    static void wreck() throws Exception {
        wreck = WreckedCluster.in(made);
        assertThat(wreck.acknowledged()).hasSizeGreaterThan(30);
    }

    private static Path data(int member) {
        return wreck.members().get(member).dataDir();
    }

    /** A directory of the test's own with what a member has left. */
    private Path copyOf(int member) throws IOException {
        Path copy = folder.resolve(wreck.members().get(member).name());
        try (Stream<Path> files = Files.walk(data(member))) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(data(member).relativize(file).toString()));
            }
        }
        return copy;
    }

    /** All files below, with their bytes and the time of their last change. */
    static Map<String, String> fingerprint(Path root) throws IOException {
        Map<String, String> fingerprint = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.toList()) {
                String content = Files.isDirectory(file) ? "" : "" + Arrays.hashCode(Files.readAllBytes(file));
                fingerprint.put(root.relativize(file).toString(), Files.getLastModifiedTime(file) + " " + content);
            }
        }
        return fingerprint;
    }

    private static void assertRefused(CommandRun run, int exitCode, String... words) {
        assertThat(run.err()).contains(words).hasLineCount(1);
        assertThat(run.exitCode()).isEqualTo(exitCode);
    }

    @Test
    void recoveryFromTheLossOfTwoOfThree() throws Exception {
        Path survivor = copyOf(0);
        Path zombie = copyOf(1);
        Map<String, String> before = fingerprint(survivor);

        CommandRun look = CommandRun.of("recover", "--data-dir", survivor.toString());

        assertThat(look.err()).isEmpty();
        assertThat(look.out())
                .containsPattern("missing: node2, voter [0-9a-f]+, at " + peerUrl(1))
                .contains("missing: node3, voter ", "of 3 voters 1 would vote; 2 make a quorum")
                .containsPattern("the best survivor is node1, whose log ends at \\d+/\\d+:")
                .containsPattern("kept   entries 1 to \\d+: they are known to be committed")
                .containsPattern("LOST   writes that were acknowledged after entry \\d+ and are in none of these logs")
                .contains("Nothing was changed. Is there really nothing left of the missing members");
        assertThat(look.exitCode()).isZero();
        assertThat(fingerprint(folder.resolve("node1"))).isEqualTo(before);

        CommandRun done = CommandRun.of("recover", "--data-dir", survivor.toString(), "--confirm");

        assertThat(done.err()).isEmpty();
        assertThat(done.exitCode()).isZero();
        assertThat(fingerprint(survivor)).isEqualTo(before);
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(survivor, zombie, folder.resolve("node1.epoch-1"));
        }
        Path next = folder.resolve("node1.epoch-1");
        assertThat(CommandRun.of("verify", "data", next.toString()).out()).contains("(epoch 1)", "all is good");
        try (NextEpoch epoch = NextEpoch.start(wreck, done.out(), folder)) {
            assertRefused(
                    CommandRun.of("recover", "--data-dir", next.toString()),
                    ExitCode.FAILED,
                    "in use by a running member",
                    "stop all members");
            epoch.hasAllThatWasAcknowledged();
            epoch.tellsThatItWasRecovered(survivor);
            epoch.keepsOut(zombie);
            epoch.takesInNewMembers();
            epoch.isHealthy();
        }
        CommandRun verified = CommandRun.of(
                "verify",
                "data",
                next.toString(),
                folder.resolve("new-node2").toString(),
                folder.resolve("new-node3").toString());
        assertThat(verified.out()).contains("agree up to entry", "all is good");
        assertRefused(
                CommandRun.of("recover", "--data-dir", survivor.toString(), "--data-dir", next.toString()),
                ExitCode.FAILED,
                " is of cluster ",
                "name the directories of one cluster");
        assertRefused(
                CommandRun.of("recover", "--data-dir", survivor.toString(), "--data-dir", data(0).toString()),
                ExitCode.FAILED,
                "are both of member");
        assertRefused(
                CommandRun.of("recover", "--data-dir", survivor.toString(), "--confirm"),
                ExitCode.FAILED,
                "node1.epoch-1 is there already");
        assertThat(CommandRun.of("recover", "--data-dir", next.toString(), "--confirm")
                        .out())
                .contains("(epoch 1)", "made: epoch 2, ", "node1.epoch-2");
    }

    private static String peerUrl(int member) {
        return wreck.members().get(member).initialAdvertisePeerUrls().getFirst().toString();
    }

    @Test
    void whereAQuorumIsLeftNothingIsDone() throws IOException {
        String[] two = {"recover", "--data-dir", data(0).toString(), "--data-dir", data(2).toString()};
        CommandRun look = CommandRun.of(two);
        assertThat(look.out()).contains("nothing has to be recovered: those at hand are a quorum");
        assertThat(look.exitCode()).isEqualTo(ExitCode.FAILED);

        String[] confirmed = Arrays.copyOf(two, two.length + 2);
        confirmed[two.length] = "--confirm";
        confirmed[two.length + 1] = "--force";
        assertRefused(CommandRun.of(confirmed), ExitCode.FAILED, "Those at hand are a quorum", "start them instead");
        try (Stream<Path> files = Files.list(made)) {
            assertThat(files).containsExactlyInAnyOrder(data(0), data(1), data(2));
        }
    }

    @Test
    void whatIsFoundIsPrintedAsJsonToo() {
        CommandRun run = CommandRun.of("recover", "--json", "--data-dir", data(1).toString());

        JsonObject report = JsonParser.parseString(run.out()).getAsJsonObject();
        assertThat(report.getAsJsonArray("survivors")).hasSize(1);
        JsonObject outlook = report.getAsJsonObject("outlook");
        assertThat(outlook.get("best").getAsString()).isEqualTo("node2");
        assertThat(outlook.get("needed").getAsBoolean()).isTrue();
        assertThat(outlook.get("unseen_loss_possible").getAsBoolean()).isTrue();
        assertThat(outlook.getAsJsonArray("entries")
                        .get(0)
                        .getAsJsonObject()
                        .get("fate")
                        .getAsString())
                .isEqualTo("committed");
        assertThat(run.exitCode()).isZero();
    }

    @Test
    void whatDoesNotGoTogetherIsRefused() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("again"), data(0));
        assertRefused(
                CommandRun.of("recover", "--data-dir", data(0).toString(), "--data-dir", link.toString()),
                ExitCode.USAGE,
                "are the same directory");
        assertRefused(
                CommandRun.of("recover", "--data-dir", folder.resolve("nowhere").toString()),
                ExitCode.USAGE,
                "is no member's data directory");
        assertRefused(CommandRun.of("recover"), ExitCode.USAGE, "--data-dir");
        assertRefused(
                CommandRun.of("recover", "--data-dir", data(0).toString(), "--force"),
                ExitCode.USAGE,
                "need --confirm");
    }

    @Test
    void whatADamagedLogHadIsLostOnlyByForce() throws IOException {
        Path damaged = copyOf(2);
        try (Stream<Path> segments = Files.list(damaged.resolve("log"))) {
            Path segment = segments.filter(file -> file.getFileName().toString().startsWith("segment-"))
                    .findFirst()
                    .orElseThrow();
            byte[] bytes = Files.readAllBytes(segment);
            bytes[2 * 4096 + 300] ^= 1;
            Files.write(segment, bytes);
        }
        CommandRun run = CommandRun.of("recover", "--data-dir", damaged.toString(), "--confirm");
        assertThat(run.out()).contains("node3 cannot be gone on from: its log is damaged: ");
        assertRefused(run, ExitCode.FAILED, "impossible to go on from the log of any of these", "--state-only");
    }

    /** As after a power failure where the disks had said that something was durable which was not, and a start since. */
    @Test
    void aStateIsGoneOnFromWhereTheLogHasLostItsEnd() throws Exception {
        Path survivor = copyOf(0);
        loseEnd(survivor.resolve("log"));
        startOnce(survivor);
        String[] look = {"recover", "--data-dir", survivor.toString()};
        CommandRun byLog = CommandRun.of(look);
        assertThat(byLog.out())
                .containsPattern(
                        "node1: --state-only goes on from its state, at entry \\d+, and gives up what its log had")
                .contains("go on from a state alone with --state-only");
        assertRefused(
                CommandRun.of(look[0], look[1], look[2], "--confirm"),
                ExitCode.FAILED,
                "--state-only goes on from a state");

        CommandRun made = CommandRun.of(look[0], look[1], look[2], "--state-only", "--confirm");

        assertThat(made.out())
                .containsPattern(
                        "the best survivor is node1, whose state is that of entry \\d+, and whose log is given up:")
                .containsPattern("kept   entries 1 to \\d+: its store has applied them")
                .contains("made: epoch 1, ");
        assertThat(made.exitCode()).isZero();
        try (NextEpoch epoch = NextEpoch.start(wreck, made.out(), folder)) {
            epoch.hasAllThatWasAcknowledged();
            epoch.takesInNewMembers();
            epoch.isHealthy();
        }
    }

    private static void loseEnd(Path log) throws IOException {
        try (Stream<Path> segments = Files.list(log)) {
            Path segment = segments.filter(file -> file.getFileName().toString().startsWith("segment-"))
                    .findFirst()
                    .orElseThrow();
            byte[] bytes = Files.readAllBytes(segment);
            Arrays.fill(bytes, 2 * 4096 + 3000, bytes.length, (byte) 0);
            Files.write(segment, bytes);
        }
    }

    /** It finds what it has lost, and nobody to get it from. */
    private static void startOnce(Path survivor) throws IOException {
        ServerConfig before = wreck.members().getFirst();
        Map<ServerFlag, String> flags = new EnumMap<>(ServerFlag.class);
        flags.put(ServerFlag.NAME, before.name());
        flags.put(ServerFlag.DATA_DIR, survivor.toString());
        flags.put(
                ServerFlag.LISTEN_PEER_URLS, before.listenPeerUrls().getFirst().toString());
        flags.put(
                ServerFlag.LISTEN_CLIENT_URLS,
                before.listenClientUrls().getFirst().toString());
        flags.put(ServerFlag.INITIAL_CLUSTER_STATE, "existing");
        try (MemberServer member =
                MemberServer.start(ServerSettings.of(flags, Map.of()).toConfig())) {
            await().until(() -> Files.isDirectory(survivor.resolve("state/ahead-of-log")));
            assertThat(member.ready()).isNotDone();
        }
    }

    @Test
    void anUnfinishedRecoveryIsInNobodysWay() throws IOException {
        Path unfinished = Files.createDirectory(folder.resolve("elsewhere.unfinished"));
        String[] arguments = {
            "recover",
            "--data-dir",
            data(0).toString(),
            "--confirm",
            "--new-data-dir",
            folder.resolve("elsewhere").toString()
        };
        assertRefused(CommandRun.of(arguments), ExitCode.FAILED, "left of a recovery that was broken off");
        assertThat(folder.resolve("elsewhere")).doesNotExist();

        Files.delete(unfinished);
        CommandRun done = CommandRun.of(arguments);
        assertThat(done.out()).contains("made: epoch 1, ", "in " + folder.resolve("elsewhere"));
        assertThat(unfinished).doesNotExist();
    }

    @Test
    void theHelpSaysWhatItDoesWithAnExample() {
        assertThat(CommandRun.of("recover", "--help").out())
                .startsWith("Usage: quorate recover")
                .contains("--data-dir", "--confirm", "--force", "--new-data-dir", "--json", "Examples:");
        assertThat(CommandRun.of("help").out()).contains("$ quorate recover --data-dir a.data --data-dir b.data");
    }
}
