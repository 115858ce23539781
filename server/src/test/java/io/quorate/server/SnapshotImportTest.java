package io.quorate.server;

import static io.quorate.server.EtcdClient.bytes;
import static io.quorate.server.EtcdClient.op;
import static io.quorate.server.EtcdClient.prefixOf;
import static io.quorate.server.EtcdClient.putOf;
import static io.quorate.server.EtcdClient.rangeOf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.FileDisk;
import io.quorate.kv.ManagedOperation;
import io.quorate.server.RestoreRehearsal.Restored;
import io.quorate.server.SnapshotImport.Imported;
import io.quorate.server.bolt.BoltException;
import io.quorate.server.bolt.BoltWriter;
import io.quorate.server.inspect.DataReport;
import io.quorate.server.proto.etcdserverpb.HashKVRequest;
import io.quorate.server.proto.etcdserverpb.HashKVResponse;
import io.quorate.server.proto.etcdserverpb.LeaseGrantRequest;
import io.quorate.server.proto.etcdserverpb.LeaseTimeToLiveRequest;
import io.quorate.server.proto.etcdserverpb.LeaseTimeToLiveResponse;
import io.quorate.server.proto.etcdserverpb.SnapshotRequest;
import io.quorate.server.proto.etcdserverpb.TxnRequest;
import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.OperationReport;
import io.quorate.server.proto.mvccpb.KeyValue;
import io.quorate.server.report.MemberReport;
import io.quorate.server.report.ReportJson;
import io.quorate.server.snapshot.InvalidSnapshotException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A snapshot that a member streams makes new members that have the same; a file that is none makes nothing. */
@Timeout(120)
class SnapshotImportTest {

    private static final long LEASE = 0x1234;

    @TempDir
    private static Path made = Path.of("");

    @TempDir
    private Path folder = Path.of("");

    private static TestCluster cluster;
    private static EtcdClient client;
    private static Path snapshot = Path.of("");

    @BeforeAll
    static void takeSnapshot() throws IOException {
        cluster = TestCluster.start(1, made);
        client = new EtcdClient(cluster.channel(0));
        client.leases()
                .leaseGrant(
                        LeaseGrantRequest.newBuilder().setID(LEASE).setTTL(5000).build());
        for (int txn = 0; txn < 100; txn++) {
            TxnRequest.Builder puts = TxnRequest.newBuilder();
            for (int i = 0; i < 100; i++) {
                puts.addSuccess(op(putOf("many/" + txn + "/" + i, "value " + i)));
            }
            client.kv().txn(puts.build());
        }
        client.kv()
                .put(putOf("large", "")
                        .setValue(ByteString.copyFrom(new byte[1_000_000]))
                        .build());
        client.kv().put(putOf("leased", "x").setLease(LEASE).build());
        client.put("many/1/1", "another value");
        client.compact(90);
        client.delete("many/2/2");
        client.put("many/2/2", "again");
        snapshot = TakenFile.of(client, made.resolve("snapshot.db"));
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    private static List<KeyValue> all(EtcdClient member, long revision) {
        return member.kv()
                .range(rangeOf("\0")
                        .setRangeEnd(bytes("\0"))
                        .setRevision(revision)
                        .build())
                .getKvsList();
    }

    @Test
    void threeMembersThatImportItServeTheSameAndGoOn() throws IOException {
        List<ServerConfig> configs = TestCluster.configs(3, folder);
        List<Imported> imported = new ArrayList<>();
        for (ServerConfig config : configs) {
            imported.add(SnapshotImport.run(snapshot, config, false));
        }
        assertThat(imported.stream().map(Imported::digest).distinct()).hasSize(1);
        assertThat(verify(configs).isGood()).isTrue();
        long revision = client.get("large").getHeader().getRevision();
        try (TestCluster copies = TestCluster.start(configs)) {
            for (int member = 0; member < 3; member++) {
                EtcdClient copy = new EtcdClient(copies.channel(member));
                assertThat(copy.get("large").getHeader().getRevision()).isEqualTo(revision);
                for (long at = 90; at <= revision; at++) {
                    assertThat(all(copy, at)).isEqualTo(all(client, at)).hasSizeGreaterThan(8000);
                }
                HashKVRequest hash =
                        HashKVRequest.newBuilder().setRevision(revision).build();
                assertThat(copy.maintenance().hashKV(hash).getHash())
                        .isEqualTo(client.maintenance().hashKV(hash).getHash());
                LeaseTimeToLiveResponse lease = copy.leases()
                        .leaseTimeToLive(LeaseTimeToLiveRequest.newBuilder()
                                .setID(LEASE)
                                .setKeys(true)
                                .build());
                assertThat(lease.getGrantedTTL()).isEqualTo(5000);
                assertThat(lease.getKeysList()).containsExactly(bytes("leased"));
            }
            EtcdClient copy = new EtcdClient(copies.channel(0));
            assertThat(copy.put("new", "x").getHeader().getRevision()).isEqualTo(revision + 1);
            copy.compact(revision + 1);
            assertThat(copy.kv().range(prefixOf("many/").build()).getCount()).isEqualTo(10_000);
            assertThatItIsOnRecordAsVerified(copies);
        }
        assertThat(verify(configs).isGood()).isTrue();
    }

    /** The leader's log begins with something else: nothing tells which is right, so it neither builds on its own nor drops it. */
    @Test
    void aMemberThatHasRestoredSomethingElseTakesNoPartAndTellsWhy() throws Exception {
        List<ServerConfig> configs = TestCluster.configs(3, folder);
        SnapshotImport.run(snapshot, configs.get(0), false);
        SnapshotImport.run(snapshot, configs.get(1), false);
        SnapshotImport.run(snapshot, configs.get(2), new SnapshotImport.Options(false, 1_000), "", ByteProgress.NONE);
        try (MemberServer one = MemberServer.start(configs.get(0));
                MemberServer other = MemberServer.start(configs.get(1))) {
            one.ready().join();
            other.ready().join();
            try (MemberServer third = MemberServer.start(configs.get(2))) {
                assertThat(third.silenced())
                        .failsWithin(Duration.ofSeconds(30))
                        .withThrowableOfType(ExecutionException.class)
                        .withMessageContaining("takes no part any more: the log differs in content from the leader's");
                MemberReport told = report(third);
                assertThat(told.serving()).isFalse();
                assertThat(told.stopped()).isPresent();
                assertThat(told.logDiverged().orElseThrow().ownHash())
                        .isNotEqualTo(told.logDiverged().orElseThrow().leadersHash());
                assertThat(ask(third, "/v3/kv/range", BodyPublishers.ofString("{\"key\":\"YQ==\"}")))
                        .contains("this member takes no part any more, ask another one");
                assertThat(ask(third, MemberServer.RESTART_PATH, BodyPublishers.noBody()))
                        .as("under another leader it could serve again, and nobody knows who is right")
                        .contains("takes no part any more, since its log diverged", "--replace-member");
                assertThat(third.ready()).isNotDone();
                assertThat(third.stopped()).isNotDone();
                assertThat(one.silenced()).isNotDone();
                assertThat(report(one).logDiverged()).isEmpty();
                assertThat(one.isHealthy()).isTrue();
                MemberReport leads = report(one).leads() ? report(one) : report(other);
                assertThat(leads.followers())
                        .as("what the founding's proof goes by: it has acknowledged nothing")
                        .filteredOn(follower -> follower.memberId().equals(told.memberId()))
                        .extracting(MemberReport.Follower::matchIndex)
                        .containsExactly(0L);
            }
        }
    }

    private static MemberReport report(MemberServer member) {
        return ReportJson.read(ask(member, MemberServer.REPORT_PATH));
    }

    private static String ask(MemberServer member, String path) {
        return send(HttpRequest.newBuilder(page(member, path)).build());
    }

    private static String ask(MemberServer member, String path, BodyPublisher body) {
        return send(HttpRequest.newBuilder(page(member, path)).POST(body).build());
    }

    private static URI page(MemberServer member, String path) {
        return URI.create(
                "http://127.0.0.1:" + member.clientAddresses().getFirst().getPort() + path);
    }

    private static String send(HttpRequest request) {
        try (HttpClient http = HttpClient.newHttpClient()) {
            return http.send(request, BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void howMuchOfTheFileWasTakenIsTold() throws IOException {
        List<Long> told = new ArrayList<>();
        List<Long> totals = new ArrayList<>();
        SnapshotImport.run(snapshot, config(), SnapshotImport.Options.USUAL, "", (done, total) -> {
            told.add(done);
            totals.add(total);
        });
        assertThat(told).hasSizeGreaterThan(10_000).isSorted();
        assertThat(totals.stream().distinct()).hasSize(1);
        assertThat(told.getLast()).isLessThanOrEqualTo(totals.getLast()).isGreaterThan(totals.getLast() * 9 / 10);
    }

    private static void assertThatItIsOnRecordAsVerified(TestCluster copies) throws IOException {
        TestCluster.await(() -> !copies.member(0).machine().store().operations().isEmpty(), "the restore is on record");
        ManagedOperation founding =
                copies.member(0).machine().store().operations().getFirst();
        assertThat(founding.state()).isEqualTo(ManagedOperation.State.DONE);
        OperationReport report = OperationReport.parseFrom(founding.report().toByteArray());
        assertThat(report.getVerifiedList())
                .extracting(Check::getName, Check::getVerdict)
                .containsExactly(
                        tuple("founders", Check.Verdict.FINE),
                        tuple("logs", Check.Verdict.FINE),
                        tuple("states", Check.Verdict.FINE),
                        tuple("tolerance", Check.Verdict.FINE));
        assertThat(report.getVerifiedList())
                .extracting(Check::getFinding)
                .anyMatch(finding -> finding.startsWith("3 of 3 members have the same log up to index "))
                .anyMatch(finding -> finding.startsWith("3 members have the same state at index "))
                .contains("the 3 voters tolerate 1 failure, as promised");
        assertThat(report.getOutcome()).endsWith(", which is verified");
    }

    /** Whoever compares a backup with the cluster may find that it has compacted further meanwhile, or not at all. */
    @Test
    void aRehearsalTellsWhatAMemberThatBeginsWithTheFileWould() throws IOException {
        Path scratch = folder.resolve("scratch");
        long revision = client.get("large").getHeader().getRevision();
        HashKVResponse told = client.maintenance()
                .hashKV(HashKVRequest.newBuilder().setRevision(revision).build());
        Restored restored = RestoreRehearsal.run(snapshot, scratch, told.getCompactRevision(), ByteProgress.NONE);
        assertThat(restored.revision()).isEqualTo(revision);
        assertThat(restored.keys()).isEqualTo(all(client, revision).size());
        assertThat(restored.hash()).isEqualTo(Integer.toUnsignedLong(told.getHash()));
        assertThat(restored.compactedRevision()).isEqualTo(90);
        assertThat(restored.digest())
                .isEqualTo(SnapshotImport.run(snapshot, config(), false).digest());
        assertThat(RestoreRehearsal.run(snapshot, scratch, revision, ByteProgress.NONE)
                        .hash())
                .isNotEqualTo(restored.hash());
        assertThat(scratch).doesNotExist();
    }

    @Test
    void aRehearsalOfADamagedFileLeavesNothing() throws IOException {
        byte[] bytes = Files.readAllBytes(snapshot);
        bytes[bytes.length / 2] ^= 1;
        Path damaged = Files.write(folder.resolve("damaged.db"), bytes);
        Path scratch = folder.resolve("scratch");
        assertThatThrownBy(() -> RestoreRehearsal.run(damaged, scratch, -1, ByteProgress.NONE))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessage("it is damaged: its checksum is of something else");
        assertThat(scratch).doesNotExist();
    }

    private static DataReport verify(List<ServerConfig> configs) throws IOException {
        TreeMap<String, Path> directories = new TreeMap<>();
        configs.forEach(config -> directories.put(config.name(), config.dataDir()));
        return DataReport.of(directories, Optional.empty());
    }

    private ServerConfig config() throws IOException {
        return TestCluster.configs(1, folder).getFirst();
    }

    private static List<String> contentOf(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.equals("lock"))
                    .toList();
        }
    }

    @Test
    void aFileWithAWrongOrMissingChecksumIsTakenOnlyIfThatIsAskedFor() throws IOException {
        byte[] bytes = Files.readAllBytes(snapshot);
        byte[] wrong = bytes.clone();
        wrong[bytes.length - 1] ^= 1;
        Path wrongFile = Files.write(folder.resolve("wrong.db"), wrong);
        ServerConfig config = config();
        assertThatThrownBy(() -> SnapshotImport.run(wrongFile, config, false))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessageContaining("checksum");
        Path without = Files.write(folder.resolve("without.db"), Arrays.copyOf(bytes, bytes.length - 32));
        assertThatThrownBy(() -> SnapshotImport.run(without, config, false))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessageContaining("--skip-hash-check");
        assertThat(config.dataDir()).doesNotExist();
        SnapshotImport.run(without, config, true);
        assertThat(contentOf(config.dataDir())).contains("identity");
    }

    @Test
    void whatCannotFitIsRefusedBeforeAnythingIsWritten() throws IOException {
        Path vast = folder.resolve("vast.db");
        try (RandomAccessFile file = new RandomAccessFile(vast.toFile(), "rw")) {
            // It takes up nothing, and says that it is as large as all that is free.
            file.setLength(Files.getFileStore(folder).getUsableSpace() / 4096 * 4096);
        }
        ServerConfig config = config();
        assertThatThrownBy(() -> SnapshotImport.run(vast, config, true))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageStartingWith("There is not enough room for data directory " + config.dataDir());
        assertThat(config.dataDir()).doesNotExist();
    }

    @Test
    void thatAChecksumWasNotAskedForIsNoted() throws IOException {
        OperationReport usual = noteOf(false);
        assertThat(usual.getForced()).isFalse();
        assertThat(usual.getPreflightList())
                .extracting(Check::getName, Check::getVerdict)
                .containsExactly(tuple("disk", Check.Verdict.FINE), tuple("checksum", Check.Verdict.FINE));
        OperationReport forced = noteOf(true);
        assertThat(forced.getForced()).isTrue();
        assertThat(forced.getPreflightList())
                .extracting(Check::getName, Check::getVerdict)
                .containsExactly(tuple("disk", Check.Verdict.FINE), tuple("checksum", Check.Verdict.WARNING));
    }

    private OperationReport noteOf(boolean skipHashCheck) throws IOException {
        ServerConfig config = ServerConfigs.withDataDir(config(), folder.resolve("skips-" + skipHashCheck));
        SnapshotImport.run(snapshot, config, skipHashCheck);
        return FoundingNote.read(new FileDisk(config.dataDir())).orElseThrow().getReport();
    }

    @Test
    void aDirectoryThatIsNotEmptyIsLeftAsItIs() throws IOException {
        ServerConfig config = config();
        Files.createDirectories(config.dataDir());
        Files.writeString(config.dataDir().resolve("something"), "x");
        assertThatThrownBy(() -> SnapshotImport.run(snapshot, config, false))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("is not empty");
        assertThat(contentOf(config.dataDir())).containsExactly("something");
    }

    @Test
    void noMemberStartsWithAnImportThatWasNotFinished() throws IOException {
        ServerConfig config = config();
        Files.createDirectories(config.dataDir().resolve("import-unfinished"));
        assertThatThrownBy(() -> MemberServer.start(config))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("was not finished");
        assertThatThrownBy(() -> SnapshotImport.run(snapshot, config, false))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("was not finished");
    }

    @Test
    void anotherDatabaseIsRefusedAndLeavesNothing() throws IOException {
        Path other = folder.resolve("other.db");
        try (BoltWriter writer = BoltWriter.create(other, 4096)) {
            writer.beginBucket("key".getBytes(StandardCharsets.UTF_8));
            writer.put(new byte[] {1, 2, 3}, new byte[0]);
            writer.finish();
        }
        ServerConfig config = config();
        assertThatThrownBy(() -> SnapshotImport.run(other, config, true))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessageContaining("no revision");
        assertThat(contentOf(config.dataDir())).isEmpty();
    }

    /** The first write after the import would wreck the cluster. */
    @Test
    void revisionsThatNoClusterEverReachesAreRefused() throws IOException {
        byte[] beyond =
                ByteBuffer.allocate(17).putLong((1L << 62) + 1).put((byte) '_').array();
        assertRefused(withNumber("auth", "authRevision", Arrays.copyOf(beyond, 8)), "its users and roles are at");
        assertRefused(withNumber("meta", "finishedCompactRev", beyond), "its history was compacted up to");
        beyond[0] = (byte) 0x80;
        assertRefused(withNumber("meta", "scheduledCompactRev", beyond), "its history was compacted up to");
    }

    private Path withNumber(String bucket, String key, byte[] value) throws IOException {
        Path file = folder.resolve(key + ".db");
        Files.deleteIfExists(file);
        try (BoltWriter writer = BoltWriter.create(file, 4096)) {
            writer.beginBucket(bucket.getBytes(StandardCharsets.UTF_8));
            writer.put(key.getBytes(StandardCharsets.UTF_8), value);
            writer.finish();
        }
        return file;
    }

    private void assertRefused(Path file, String why) throws IOException {
        ServerConfig config = config();
        assertThatThrownBy(() -> SnapshotImport.run(file, config, true))
                .isInstanceOf(InvalidSnapshotException.class)
                .hasMessageStartingWith(why)
                .hasMessageEndingWith(", and the greatest there can be is 2^62");
        assertThat(contentOf(config.dataDir())).isEmpty();
    }

    /** What a flipped bit does to a value, nobody can tell without the checksum; nothing else may come of it. */
    @Test
    void aDamagedFileIsRefusedAndLeavesNothingOrIsHarmless() throws IOException {
        byte[] intact = Files.readAllBytes(snapshot);
        SplittableRandom random = new SplittableRandom(11);
        int refused = 0;
        for (int run = 0; run < 12; run++) {
            byte[] bytes = intact.clone();
            for (int i = 0; i < 200; i++) {
                int page = random.nextInt(bytes.length / 4096);
                bytes[page * 4096 + random.nextInt(random.nextBoolean() ? 40 : 4096)] = (byte) random.nextInt();
            }
            Path damaged = Files.write(folder.resolve("damaged.db"), bytes);
            ServerConfig config = ServerConfigs.withDataDir(config(), folder.resolve("run-" + run));
            try {
                SnapshotImport.run(damaged, config, true);
            } catch (BoltException | InvalidSnapshotException e) {
                refused++;
                assertThat(e.getMessage()).doesNotContain("\n").doesNotEndWith(".");
                assertThat(!Files.exists(config.dataDir())
                                || contentOf(config.dataDir()).isEmpty())
                        .isTrue();
            }
        }
        assertThat(refused).isGreaterThan(6);
    }

    @Test
    void aClientThatGoesAwayLeavesNoFileAndMakesRoomForOthers() throws Exception {
        Path scratch = made.resolve("m0").resolve("state").resolve("scratch");
        for (int i = 0; i < 5; i++) {
            try (Context.CancellableContext call = Context.current().withCancellation()) {
                call.call(() -> client.maintenance()
                        .snapshot(SnapshotRequest.getDefaultInstance())
                        .next());
            }
            TestCluster.await(() -> isEmpty(scratch), "the files of the snapshot are gone");
        }
        assertThat(TakenFile.of(client, folder.resolve("afterwards.db"))).isNotEmptyFile();
    }

    private static boolean isEmpty(Path directory) {
        try {
            return contentOf(directory).isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
