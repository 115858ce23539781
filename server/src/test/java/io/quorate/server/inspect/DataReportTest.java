package io.quorate.server.inspect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorate.core.quorum.MemberId;
import io.quorate.engine.NodeOptions;
import io.quorate.engine.RaftNode;
import io.quorate.engine.StateMachine;
import io.quorate.engine.inspect.Finding;
import io.quorate.engine.local.LocalCluster;
import io.quorate.engine.log.LogInspection;
import io.quorate.kv.Bytes;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.Put;
import io.quorate.kv.Range;
import io.quorate.kv.Result;
import io.quorate.kv.RocksMemory;
import io.quorate.kv.ScrubReport;
import io.quorate.server.NewEpoch;
import io.quorate.server.Tampering;
import io.quorate.server.inspect.DataReport.Line;
import io.quorate.server.inspect.DataReport.Member;
import io.quorate.server.recover.Recovery;
import io.quorate.server.recover.RecoveryReport;
import io.quorate.server.store.KvStateMachine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real members' data, damaged in all kinds of ways: what is wrong is said, and nothing is written. */
@Timeout(120)
class DataReportTest {

    private static final int WRITES = 60;
    private static final int LATE_WRITES = 4;
    private static final int SNAPSHOT_ENTRIES = 20;
    private static final int KEPT_ENTRIES = 30;

    private static final String NO_WAY_BACK =
            "what it holds at .* -> nothing here leads to another one: start the member while another one leads, and"
                    + " run 'quorate verify scrub', .*, and nothing is lost; without other members .* is lost, unless a"
                    + " backup has it";

    private static final ScrubReport RIGHT = new ScrubReport(1, List.of(), List.of(), List.of());
    private static final ScrubReport WRONG = new ScrubReport(1, List.of(3), List.of(), List.of());
    private static final ScrubReport INCOMPARABLE =
            new ScrubReport(1, List.of(), List.of(), List.of("It has no digest."));

    @TempDir
    private static Path made = Path.of("");

    @TempDir
    private Path folder = Path.of("");

    /** Three members that have the same, and one of them a little less. */
    @BeforeAll
    static void makeData() throws Exception {
        try (LocalCluster<Result> cluster = cluster(3, made)) {
            write(cluster.awaitLeader(), 0, WRITES);
            RaftNode<Result> leader = cluster.awaitLeader();
            MemberId behind = Stream.of(1, 2, 3)
                    .map(MemberId::new)
                    .filter(id -> cluster.node(id) != leader)
                    .findFirst()
                    .orElseThrow();
            // Each has compacted its log by then, whichever leads.
            await().until(() -> Stream.of(1, 2, 3)
                    .allMatch(id ->
                            cluster.node(new MemberId(id)).status().snapshot().index() > 0));
            cluster.stop(behind);
            write(leader, WRITES, LATE_WRITES);
        }
    }

    private static LocalCluster<Result> cluster(int members, Path where) throws IOException {
        return new LocalCluster<>(
                members,
                where,
                DataReportTest::machine,
                options -> options.with(new NodeOptions.Storage(
                        SNAPSHOT_ENTRIES, 512L << 20, KEPT_ENTRIES, 1 << 16, 1 << 20, 1 << 15)));
    }

    private static StateMachine<Result> machine(Path state) {
        try {
            // A server keeps its state in its data directory, beside the log.
            return KvStateMachine.open(
                    state.resolveSibling("raft").resolve("state"), RocksMemory.standard(), Runnable::run);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void write(RaftNode<Result> node, int first, int count) {
        for (int i = first; i < first + count; i++) {
            put(node, "key" + i % 7, "value" + i + "-".repeat(500));
        }
    }

    private static void put(RaftNode<Result> node, String key, String value) {
        node.propose(ByteBuffer.wrap(CommandCodec.encode(Put.of(Bytes.utf8(key), Bytes.utf8(value)))))
                .join();
    }

    private static DataReport report(Map<String, Path> directories) throws IOException {
        return DataReport.of(new TreeMap<>(directories), Optional.empty());
    }

    /** The three, in folders of the test's own that may be damaged. */
    private SortedMap<String, Path> copies() throws IOException {
        SortedMap<String, Path> copies = new TreeMap<>();
        for (String id : List.of("1", "2", "3")) {
            copy(made.resolve(id).resolve("raft"), folder.resolve(id));
            copies.put("member-" + id, folder.resolve(id));
        }
        return copies;
    }

    private static void copy(Path from, Path to) throws IOException {
        for (Path file : files(from)) {
            Path target = to.resolve(from.relativize(file).toString());
            if (Files.isDirectory(file)) {
                Files.createDirectories(target);
            } else {
                Files.copy(file, target);
            }
        }
    }

    private static List<Path> files(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.sorted().toList();
        }
    }

    /** All files below, with their bytes and the time of their last change. */
    private static Map<String, String> fingerprint(Path root) throws IOException {
        Map<String, String> fingerprint = new TreeMap<>();
        for (Path file : files(root)) {
            String content = Files.isDirectory(file) ? "" : String.valueOf(Arrays.hashCode(Files.readAllBytes(file)));
            fingerprint.put(root.relativize(file).toString(), Files.getLastModifiedTime(file) + " " + content);
        }
        return fingerprint;
    }

    private static String damages(DataReport report) {
        return Stream.concat(
                        report.members().stream()
                                .flatMap(member -> member.findings().stream()
                                        .filter(Line::damage)
                                        .map(line -> member.name() + ": " + line.file() + ": " + line.what() + " -> "
                                                + line.remedy())),
                        report.comparison().stream()
                                .filter(Line::damage)
                                .map(line -> "side by side: " + line.what() + " -> " + line.remedy()))
                .collect(Collectors.joining("\n"));
    }

    private static String notes(DataReport report) {
        return report.comparison().stream()
                .filter(line -> !line.damage())
                .map(Line::what)
                .collect(Collectors.joining("\n"));
    }

    private static Path find(Path member, String pattern) throws IOException {
        return files(member).stream()
                .filter(file -> member.relativize(file).toString().matches(pattern))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no file " + pattern + " in " + member));
    }

    private static void flip(Path file, int offset) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[offset < 0 ? bytes.length / 2 : offset] ^= 4;
        Files.write(file, bytes);
    }

    @Test
    void whatIsGoodIsFoundGoodAndNothingIsWritten() throws IOException {
        SortedMap<String, Path> members = copies();
        Map<String, String> before = fingerprint(folder);

        DataReport report = report(members);

        assertThat(damages(report)).isEmpty();
        assertThat(report.isGood()).isTrue();
        assertThat(fingerprint(folder)).isEqualTo(before);
        for (Member member : report.members()) {
            assertThat(member.clusterId()).isEqualTo("10ca1");
            assertThat(member.store().orElseThrow().revision()).isGreaterThan(WRITES / 2);
            assertThat(member.snapshots()).isNotEmpty();
        }
        assertThat(notes(report))
                .contains("the logs of member-1 and member-2 agree up to entry", "the logs of member-2 and member-3")
                .containsAnyOf("the states at entry", "their histories up to revision");
    }

    @Test
    void aDirectoryThatMayOnlyBeReadIsReadAsWell() throws IOException {
        SortedMap<String, Path> members = copies();
        for (Path file : files(folder)) {
            Files.setPosixFilePermissions(
                    file, PosixFilePermissions.fromString(Files.isDirectory(file) ? "r-xr-xr-x" : "r--r--r--"));
        }
        try {
            assertThat(damages(report(members))).isEmpty();
        } finally {
            for (Path file : files(folder)) {
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "identity, 20, identity",
        "snapshots/snapshot-.*/manifest, 30, snapshots/snapshot-",
        "snapshots/snapshot-.*/.*\\.sst, -1, snapshots/snapshot-",
        "state/kv/.*\\.sst, 10, state/kv",
        "state/kv/MANIFEST-.*, 10, state/kv",
    })
    void aFlippedBitIsFoundWhereItIs(String pattern, int offset, String place) throws IOException {
        SortedMap<String, Path> members = copies();
        flip(find(folder.resolve("2"), pattern), offset);
        Map<String, String> before = fingerprint(folder);

        DataReport report = report(members);

        assertThat(report.isGood()).isFalse();
        assertThat(damages(report)).startsWith("member-2: " + place);
        assertThat(damages(report).lines()).allMatch(line -> line.startsWith("member-2: "));
        assertThat(fingerprint(folder)).isEqualTo(before);
    }

    @Test
    void aValueThatWasChangedUnderARightChecksumIsFoundInOneDirectoryAlone() throws IOException {
        copies();
        Path member = folder.resolve("2");
        Tampering.changeValue(member, "key2", "WRONG");
        Map<String, String> before = fingerprint(folder);

        DataReport report = report(Map.of("member-2", member));

        assertThat(report.isGood()).isFalse();
        assertThat(damages(report))
                .matches("member-2: state/kv: what it holds at log index \\d+ is not what was written there, though"
                        + " every checksum is right \\(buckets \\[\\d+\\]\\) -> stop the member and move state/kv"
                        + " away: the next start makes the store again from snapshots/snapshot-\\S+ and the log,"
                        + " and nothing is lost");
        assertThat(fingerprint(folder)).isEqualTo(before);
    }

    @Test
    void amongThreeTheOthersAgreeOnWhatTheValueWas() throws IOException {
        SortedMap<String, Path> members = copies();
        Tampering.changeValue(folder.resolve("2"), "key2", "WRONG");

        DataReport report = report(members);

        assertThat(damages(report))
                .startsWith("member-2: state/kv: what it holds at log index ")
                .containsPattern("side by side: the histories of the stores up to revision \\d+ differ: ")
                .contains("member-1, member-3 agree and are a majority of the directories at hand: move the data of"
                        + " member-2 away");
        assertThat(damages(report).lines()).noneMatch(line -> line.matches("member-[13]: .*"));
    }

    /** Member 1, whose log has lost its beginning. */
    private Path memberWithASnapshotOfAChangedState() throws Exception {
        return memberWithASnapshotOfAChangedState(1, WRITES);
    }

    /**
     * Member 1, whose state was changed, and then a snapshot taken of it: its checksums are those of what it was taken of.
     *
     * @param writes how many follow on the change; a few do not make it compact its log
     */
    private Path memberWithASnapshotOfAChangedState(int members, int writes) throws Exception {
        Path member = folder.resolve("1").resolve("raft");
        try (LocalCluster<Result> cluster = cluster(members, folder)) {
            write(cluster.awaitLeader(), 0, 3);
            firstWithAll(cluster);
        }
        Tampering.changeValue(member, "key1", "WRONG");
        try (LocalCluster<Result> cluster = cluster(members, folder)) {
            for (int i = 0; i < writes; i++) {
                put(cluster.awaitLeader(), "filler", "x".repeat(500));
            }
            RaftNode<Result> node = firstWithAll(cluster);
            await().until(() ->
                    writes < SNAPSHOT_ENTRIES || node.status().snapshot().index() > 0);
            node.takeSnapshot().join();
        }
        return member;
    }

    /** Member 1, once it has applied what the leader has. */
    private static RaftNode<Result> firstWithAll(LocalCluster<Result> cluster) throws Exception {
        RaftNode<Result> node = cluster.node(new MemberId(1));
        long written = cluster.awaitLeader().status().appliedIndex();
        await().until(() -> node.status().appliedIndex() >= written);
        return node;
    }

    @Test
    void aSnapshotOfAChangedStateIsFoundAndNotNamedAsAWayBack() throws Exception {
        DataReport report = report(Map.of("m", memberWithASnapshotOfAChangedState()));

        assertThat(damages(report).lines())
                .hasSizeGreaterThan(1)
                .allMatch(line -> line.matches("m: (state/kv|snapshots/snapshot-\\S+): " + NO_WAY_BACK))
                .anyMatch(line -> line.startsWith("m: state/kv: "))
                .anyMatch(line -> line.startsWith("m: snapshots/"));
    }

    /** All that it has leads to a state that is wrong; a recovery would find that out only after it has copied everything. */
    @Test
    void aRecoveryDoesNotGoOnFromASnapshotOfAChangedState() throws Exception {
        SortedMap<String, Path> survivor = new TreeMap<>(Map.of("m", memberWithASnapshotOfAChangedState()));
        try (Recovery recovery = Recovery.of(survivor, false, Optional.empty())) {
            assertThat(recovery.plan()).isEmpty();
            assertThat(recovery.report().survivors().getFirst().unfit())
                    .contains("no snapshot that holds what was written leads to the entries of its log, and its store"
                            + " holds something else");
        }
    }

    /** Nothing that is wrong is needed. */
    @Test
    void aRecoveryGoesOnFromALogThatIsThereFromItsBeginningThoughStateAndSnapshotAreWrong() throws Exception {
        SortedMap<String, Path> survivor = new TreeMap<>(Map.of("m", memberWithASnapshotOfAChangedState(3, 1)));
        Path target = folder.resolve("new");
        try (Recovery recovery = Recovery.of(survivor, false, Optional.empty())) {
            RecoveryReport.Member found = recovery.report().survivors().getFirst();
            assertThat(found.unfit()).isEmpty();
            assertThat(found.snapshot()).isEmpty();
            assertThat(found.applied()).isEmpty();

            NewEpoch.make(recovery, target, false, "a test", (done, total) -> {});
        }

        try (InspectedMember made = InspectedMember.of("new", target)) {
            assertThat(made.findings()).noneMatch(Finding::isDamage);
            assertThat(value(made, "key1")).isEqualTo(Bytes.utf8("value1" + "-".repeat(500)));
        }
    }

    @Test
    void aStoreThatCannotBeComparedIsNotNamedAsAWayBackEither() throws Exception {
        Path member = memberWithASnapshotOfAChangedState();
        Tampering.loseDigest(member);

        DataReport report = report(Map.of("m", member));

        assertThat(damages(report).lines())
                .isNotEmpty()
                .allMatch(line -> line.matches("m: snapshots/snapshot-\\S+: " + NO_WAY_BACK));
        assertThat(report.members().getFirst().findings())
                .anyMatch(line -> line.file().equals("state/kv")
                        && line.what().endsWith("could not be compared: The store has lost its digest."));
    }

    /** Where it stays, a start takes it as it is, and nothing ever tells that it is wrong. */
    @Test
    void aStoreThatCannotBeComparedIsMovedAwayWithTheWrongSnapshotBesideIt() throws Exception {
        try (LocalCluster<Result> cluster = cluster(1, folder)) {
            write(cluster.awaitLeader(), 0, 3);
        }
        try (InspectedMember member =
                InspectedMember.of("m", folder.resolve("1").resolve("raft"))) {
            WrittenContent written = new WrittenContent(member.content());
            written.addSnapshot("snapshot-0", 1, WRONG);
            written.setStore(Optional.of(INCOMPARABLE));
            assertThat(written.findings())
                    .filteredOn(Finding::isDamage)
                    .singleElement()
                    .satisfies(finding -> {
                        assertThat(finding.file()).isEqualTo("snapshot-0");
                        assertThat(finding.remedy())
                                .startsWith(
                                        "stop the member and move state/kv and snapshot-0 away: the next start makes"
                                                + " the store again from the log, which is there from its beginning");
                    });
        }
    }

    /** It may hold anything, and so a snapshot that holds what was written is gone on from in its place. */
    @Test
    void aRecoveryDoesNotNeedAStoreThatCannotBeComparedWhereASnapshotLeadsOn() throws Exception {
        copies();
        Path survivor = folder.resolve("2");
        Tampering.changeValue(survivor, "key2", "WRONG");
        Tampering.loseDigest(survivor);
        Path target = folder.resolve("new");
        try (Recovery recovery = Recovery.of(new TreeMap<>(Map.of("m", survivor)), false, Optional.empty())) {
            RecoveryReport found = recovery.report();
            assertThat(found.survivors().getFirst().applied()).isEmpty();
            assertThat(found.outlook().orElseThrow().doubts()).isEmpty();

            NewEpoch.make(recovery, target, false, "a test", (done, total) -> {});
        }

        try (InspectedMember made = InspectedMember.of("new", target)) {
            assertThat(value(made, "key2")).isEqualTo(Bytes.utf8("value58" + "-".repeat(500)));
        }
    }

    /** A release that kept no digest has left nothing else: it is no reason to give up everything. */
    @Test
    void aStoreThatCannotBeComparedIsADoubtWhereNothingElseLeadsOn() throws Exception {
        Path member = memberWithASnapshotOfAChangedState();
        Tampering.loseDigest(member);

        try (Recovery recovery = Recovery.of(new TreeMap<>(Map.of("m", member)), false, Optional.empty())) {
            RecoveryReport found = recovery.report();
            assertThat(found.survivors().getFirst().unfit()).isEmpty();
            assertThat(found.survivors().getFirst().applied()).isPresent();
            assertThat(found.outlook().orElseThrow().doubts())
                    .singleElement()
                    .asString()
                    .endsWith(": whether state/kv holds what was written could not be compared, and there is nothing"
                            + " else of it to go on from");
        }
    }

    private static Bytes value(InspectedMember member, String key) {
        Result read = member.store().orElseThrow().range(Range.of(Bytes.utf8(key)));
        return ((Result.RangeResult) read).kvs().getFirst().value();
    }

    /** What is to be done with a wrong store beside the snapshots that are given, the oldest first. */
    private static String remedyOfWrongStore(InspectedMember member, ScrubReport... snapshots) {
        LogInspection.Content log = member.content().orElseThrow();
        WrittenContent written = new WrittenContent(member.content());
        for (int i = 0; i < snapshots.length; i++) {
            written.addSnapshot("snapshot-" + i, log.base().index() + i, snapshots[i]);
        }
        written.setStore(Optional.of(new ScrubReport(log.last().index(), List.of(3), List.of(), List.of())));
        return written.findings().getLast().remedy();
    }

    @Test
    void theWayBackToAWrongStoreIsTheNewestSnapshotThatIsNotWrong() throws IOException {
        copies();
        try (InspectedMember member = InspectedMember.of("m", folder.resolve("2"))) {
            assertThat(remedyOfWrongStore(member, RIGHT, RIGHT, WRONG))
                    .startsWith("stop the member and move state/kv and snapshot-2 away: the next start makes the store"
                            + " again from snapshot-1 and the log");
        }
    }

    /** A start would take no other one, and it is not known to be wrong. */
    @Test
    void aSnapshotThatCannotBeComparedIsNeitherMovedAwayNorPassedOver() throws IOException {
        copies();
        try (InspectedMember member = InspectedMember.of("m", folder.resolve("2"))) {
            assertThat(remedyOfWrongStore(member, RIGHT, INCOMPARABLE))
                    .startsWith("nothing here leads to another one: ");
        }
    }

    @Test
    void aLogThatIsThereFromItsBeginningNeedsNoSnapshot() throws Exception {
        try (LocalCluster<Result> cluster = cluster(1, folder)) {
            write(cluster.awaitLeader(), 0, 3);
        }
        try (InspectedMember member =
                InspectedMember.of("m", folder.resolve("1").resolve("raft"))) {
            assertThat(remedyOfWrongStore(member, WRONG, INCOMPARABLE))
                    .startsWith("stop the member and move state/kv and snapshot-0 away: the next start makes the store"
                            + " again from the log, which is there from its beginning");
        }
    }

    /**
     * What is found where a log of eight entries got the snapshot of another one, which parted from it.
     *
     * @param runs how many entries the other one has got behind the first four, in how many runs: each begins with one of its own
     */
    private DataReport reportWithForeignSnapshot(int... runs) throws Exception {
        Path own = folder.resolve("own");
        Path other = folder.resolve("other");
        try (LocalCluster<Result> cluster = cluster(1, own)) {
            write(cluster.awaitLeader(), 0, 3);
        }
        copy(own, other);
        try (LocalCluster<Result> cluster = cluster(1, own)) {
            write(cluster.awaitLeader(), 3, 3);
        }
        for (int writes : runs) {
            try (LocalCluster<Result> cluster = cluster(1, other)) {
                RaftNode<Result> leader = cluster.awaitLeader();
                write(leader, 10, writes);
                leader.takeSnapshot().join();
            }
        }
        copy(other.resolve("1/raft/snapshots"), own.resolve("1/raft/snapshots"));
        return report(Map.of("own", own.resolve("1").resolve("raft")));
    }

    @Test
    void aSnapshotOfALogWithOtherContentContradictsTheLog() throws Exception {
        assertThat(damages(reportWithForeignSnapshot(3)))
                .matches("own: snapshots/snapshot-\\S+: it stands at entry (\\d+/8), and the log up to there has"
                        + " another hash -> one of them is not this member's: remove the member .*, which loses"
                        + " nothing that a majority of the others has.*");
    }

    @Test
    void aSnapshotAtAnotherEntryThanTheLogHasThereContradictsIt() throws Exception {
        assertThat(damages(reportWithForeignSnapshot(1, 1)))
                .containsPattern("own: snapshots/snapshot-\\S+: it stands at entry 3/8, and the log has 2/8 there ->"
                        + " one of them is not this member's: remove the member .*, which loses nothing"
                        + " that a majority of the others has");
    }

    @Test
    void aSnapshotBehindTheEndOfTheLogHadArrivedAndIsNoDamage() throws Exception {
        DataReport report = reportWithForeignSnapshot(5);
        assertThat(damages(report)).isEmpty();
        assertThat(report.members().getFirst().findings())
                .extracting(Line::what)
                .anyMatch(what ->
                        what.matches("it stands at entry 2/10, behind the log's end at 2/8: it had arrived and was"
                                + " not yet installed, .*"));
    }

    /** The one that was stopped early may have taken a snapshot of all that it has. */
    @Test
    void aDamagedLogIsFoundWithWhatIsLostAndWhoHasIt() throws IOException {
        SortedMap<String, Path> members = copies();
        String loser = report(members).members().stream()
                .max(Comparator.comparingLong(
                        member -> member.store().orElseThrow().appliedIndex()))
                .orElseThrow()
                .name();
        List<Path> segments = files(folder.resolve(loser.replace("member-", "")).resolve("log")).stream()
                .filter(file -> file.getFileName().toString().startsWith("segment-"))
                .toList();
        flip(segments.getLast(), 2 * 4096 + 300);

        DataReport report = report(members);

        assertThat(damages(report)).contains(loser + ": log/segment-", "the next start keeps the log up to");
        assertThat(notes(report))
                .containsPattern("what " + loser + " has lost \\(entr.*\\) is whole in the log of member-");
    }

    @ParameterizedTest
    @ValueSource(strings = {"snapshots/snapshot-.*/.*\\.sst", "state/kv/.*\\.sst", "identity"})
    void aTruncatedFileIsFound(String pattern) throws IOException {
        SortedMap<String, Path> members = copies();
        Path file = find(folder.resolve("3"), pattern);
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));

        assertThat(damages(report(members)).lines()).isNotEmpty().allMatch(line -> line.startsWith("member-3: "));
    }

    @Test
    void missingSnapshotsAreMissedWhereTheLogBeginsBehindThem() throws IOException {
        SortedMap<String, Path> members = copies();
        List<Path> snapshots = files(folder.resolve("1").resolve("snapshots"));
        for (Path file : snapshots.reversed()) {
            Files.delete(file);
        }

        assertThat(damages(report(members)))
                .contains(
                        "member-1: snapshots: the log begins behind entry ",
                        "no intact snapshot holds what came before");
    }

    @Test
    void aMissingStoreAndAMissingLogAreMissed() throws IOException {
        SortedMap<String, Path> members = copies();
        for (Path file : files(folder.resolve("1").resolve("state")).reversed()) {
            Files.delete(file);
        }
        for (Path file : files(folder.resolve("2").resolve("log")).reversed()) {
            Files.delete(file);
        }

        assertThat(damages(report(members)))
                .contains("member-1: state/kv: there is no store", "member-2: log: there is no log");
    }

    @Test
    void logsOfOtherContentUnderTheSameNamesAreFoundAlthoughEveryChecksumIsRight() throws Exception {
        Path first = folder.resolve("first");
        try (LocalCluster<Result> cluster = cluster(1, first)) {
            write(cluster.awaitLeader(), 0, 3);
        }
        copy(first, folder.resolve("second"));
        for (String side : List.of("first", "second")) {
            try (LocalCluster<Result> cluster = cluster(1, folder.resolve(side))) {
                put(cluster.awaitLeader(), "which", side);
            }
        }

        DataReport report = report(Map.of(
                "a", first.resolve("1").resolve("raft"),
                "b", folder.resolve("second").resolve("1").resolve("raft")));

        assertThat(report.members())
                .allMatch(member -> member.findings().stream().noneMatch(Line::damage));
        assertThat(damages(report))
                .contains("a and b are both of member 1")
                .containsPattern("the logs of a and b first differ at entry \\d+: both call it \\d+/\\d+")
                .containsPattern("the states at entry \\d+ differ: a/state/kv; against b/state/kv")
                .contains("no majority of the directories at hand agrees");
    }

    @Test
    void aTruncatedLogIsFound() throws IOException {
        SortedMap<String, Path> members = copies();
        Path segment = find(folder.resolve("3"), "log/segment-.*");
        Files.write(segment, Arrays.copyOf(Files.readAllBytes(segment), 2 * 4096 + 700));

        assertThat(damages(report(members)).lines()).isNotEmpty().allMatch(line -> line.startsWith("member-3: "));
    }

    @Test
    void aMissingIdentityIsMissed() throws IOException {
        SortedMap<String, Path> members = copies();
        Files.delete(folder.resolve("1").resolve("identity"));

        assertThat(damages(report(members)))
                .containsPattern(
                        "member-1: identity: it is missing, .* -> remove the member from the cluster and add it anew"
                                + " with an empty directory, which loses nothing that a majority of the others has");
    }

    @Test
    void membersOfOtherClustersAreNotCompared() throws IOException {
        SortedMap<String, Path> members = copies();
        Path file = folder.resolve("1").resolve("identity");
        ByteBuffer identity = ByteBuffer.wrap(Files.readAllBytes(file));
        identity.putLong(12, 0xbadL);
        CRC32C checksum = new CRC32C();
        checksum.update(identity.slice(8, identity.capacity() - 8));
        identity.putInt(4, (int) checksum.getValue());
        Files.write(file, identity.array());

        assertThat(damages(report(members)))
                .contains("these are not of one cluster, and were not compared: 10ca1 in member-2, member-3; bad in"
                        + " member-1");
    }

    @Test
    void whereAMemberRunsNothingIsLookedAt() throws Exception {
        try (LocalCluster<Result> cluster = cluster(1, folder)) {
            put(cluster.awaitLeader(), "a", "b");
            DataReport report = report(Map.of("busy", folder.resolve("1").resolve("raft")));
            assertThat(report.isGood()).isFalse();
            assertThat(report.members().getFirst().refusal().orElseThrow()).contains("a running member uses it");
            assertThat(report.members().getFirst().findings()).isEmpty();
        }
    }
}
