package io.quorate.cli.snapshot;

import static io.quorate.cli.snapshot.EtcdProgram.etcdctl;
import static io.quorate.cli.snapshot.EtcdProgram.etcdutl;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.ByteString;
import io.grpc.StatusRuntimeException;
import io.quorate.cli.etcdctl.EtcdRelease;
import io.quorate.cli.processes.DevProcess;
import io.quorate.cli.processes.QuorateProcess;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.snapshot.SnapshotFile.Tally;
import io.quorate.server.snapshot.SnapshotStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Everything that is in a store goes from etcd 3.4 and 3.5 to Quorate, and from Quorate to them. */
@Tag("packages")
@Timeout(600)
class SnapshotExchangeTest {

    private static final int COMPARED_REVISIONS = 10;

    @TempDir
    private Path folder = Path.of("");

    @ParameterizedTest
    @EnumSource
    void etcdServesWhatAMemberHasStreamed(EtcdRelease release) throws Exception {
        Path snapshot = folder.resolve("quorate.db");
        try (DevProcess quorate = DevProcess.start(folder);
                Endpoint ours = new Endpoint(quorate.endpoints().get(1))) {
            long compacted = RandomContent.fill(ours, 1);
            etcdctl(
                    release,
                    folder,
                    "--endpoints=" + quorate.endpoints().get(1),
                    "snapshot",
                    "save",
                    snapshot.toString());
            assertThatEtcdReadsWhatWeRead(release, snapshot, ours.revision());
            assertThatEtcdReadsWhatWeHaveSaved(release, quorate.endpoints().get(1));
            Path restored = folder.resolve("restored");
            etcdutl(release, folder, "snapshot", "restore", snapshot.toString(), "--data-dir=" + restored);
            try (EtcdProgram etcd = EtcdProgram.start(release, restored);
                    Endpoint theirs = new Endpoint(etcd.endpoint())) {
                assertThatBothHoldTheSame(ours, theirs, compacted);
                assertThatTheNextWriteHasTheNextRevision(ours, theirs);
                assertThatUsersLogIn(theirs);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void threeMembersServeWhatEtcdHadSaved(EtcdRelease release) throws Exception {
        Path snapshot = folder.resolve("etcd.db");
        try (EtcdProgram etcd = EtcdProgram.start(release, folder.resolve("etcd"));
                Endpoint theirs = new Endpoint(etcd.endpoint())) {
            long compacted = RandomContent.fill(theirs, 2);
            etcdctl(release, folder, "--endpoints=" + etcd.endpoint(), "snapshot", "save", snapshot.toString());
            assertThatEtcdReadsWhatWeRead(release, snapshot, theirs.revision());
            try (ImportedCluster cluster = ImportedCluster.of(snapshot, folder)) {
                for (int member = 0; member < cluster.size(); member++) {
                    try (Endpoint ours = new Endpoint(cluster.endpoint(member))) {
                        assertThatBothHoldTheSame(theirs, ours, compacted);
                    }
                }
                try (Endpoint ours = new Endpoint(cluster.endpoint(0))) {
                    assertThatTheNextWriteHasTheNextRevision(theirs, ours);
                    assertThatUsersLogIn(ours);
                }
                cluster.stop();
                assertThatVerifyDataIsContent(cluster);
            }
        }
    }

    private static void assertThatBothHoldTheSame(Endpoint from, Endpoint to, long compacted)
            throws InterruptedException {
        long revision = from.revision();
        assertThat(to.revision()).isEqualTo(revision).isGreaterThan(compacted + COMPARED_REVISIONS);
        for (int i = 0; i <= COMPARED_REVISIONS; i++) {
            long at = compacted + (revision - compacted) * i / COMPARED_REVISIONS;
            assertThat(to.pairs(at))
                    .as("pairs at revision %d", at)
                    .isEqualTo(from.pairs(at))
                    .hasSizeGreaterThan(2000);
        }
        assertThatThrownBy(() -> to.pairs(compacted - 1))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("has been compacted");
        // What the compacted revision itself deleted, etcd may have forgotten.
        assertThat(to.events(compacted + 1, revision)).isEqualTo(from.events(compacted + 1, revision));
        assertThat(to.leasesWithKeys()).isEqualTo(from.leasesWithKeys()).hasSize(20);
        assertThat(to.leasesWithKeys().values()).anyMatch(keys -> keys.contains("/registry/"));
        assertThat(to.usersAndRoles()).isEqualTo(from.usersAndRoles()).hasSize(3);
    }

    private static void assertThatTheNextWriteHasTheNextRevision(Endpoint from, Endpoint to) {
        assertThat(to.put("/registry/next", "x")).isEqualTo(from.revision() + 1);
    }

    private static void assertThatUsersLogIn(Endpoint server) {
        server.enableAuth();
        RangeRequest read = RangeRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8("/registry/next"))
                .build();
        PutRequest write = PutRequest.newBuilder()
                .setKey(ByteString.copyFromUtf8("/registry/next"))
                .build();
        assertThatThrownBy(() -> server.kv().range(read)).hasMessageContaining("user name is empty");
        assertThatThrownBy(() -> server.kvOf("alice", "root's password")).hasMessageContaining("authentication failed");
        assertThat(server.kvOf("alice", "alice's password").range(read).getCount())
                .isEqualTo(1);
        assertThatThrownBy(() -> server.kvOf("alice", "alice's password").put(write))
                .hasMessageContaining("permission denied");
        assertThat(server.kvOf("root", "root's password").put(write).getHeader().getRevision())
                .isPositive();
    }

    private void assertThatVerifyDataIsContent(ImportedCluster cluster) throws IOException {
        List<String> arguments = new ArrayList<>(List.of("verify", "data"));
        for (int member = 0; member < cluster.size(); member++) {
            arguments.add(cluster.dataDir(member).toString());
        }
        try (QuorateProcess verify = QuorateProcess.start(folder.resolve("verify.log"), arguments)) {
            assertThat(verify.awaitExit()).as(verify.output()).isZero();
        }
    }

    private void assertThatEtcdReadsWhatWeHaveSaved(EtcdRelease release, String endpoint) throws Exception {
        Path saved = folder.resolve("saved.db");
        List<String> save = List.of("snapshot", "save", saved.toString(), "--endpoints", endpoint);
        try (QuorateProcess process = QuorateProcess.start(folder.resolve("save.log"), save)) {
            assertThat(process.awaitExit()).as(process.output()).isZero();
        }
        try (Endpoint ours = new Endpoint(endpoint)) {
            assertThatEtcdReadsWhatWeRead(release, saved, ours.revision());
        }
    }

    /** {@code snapshot status} checks every page, and hashes all keys and values in order. */
    private void assertThatEtcdReadsWhatWeRead(EtcdRelease release, Path snapshot, long revision) throws Exception {
        JsonObject status = JsonParser.parseString(
                        etcdutl(release, folder, "snapshot", "status", snapshot.toString(), "--write-out=json"))
                .getAsJsonObject();
        SnapshotStatus read = SnapshotStatus.read(snapshot);
        Tally tally = read.content().tally();
        assertThat(read.checksum().present()).isTrue();
        assertThat(status.get("hash").getAsLong()).isEqualTo(tally.hash());
        assertThat(status.get("totalKey").getAsLong())
                .isEqualTo(tally.records())
                .isGreaterThan(8000);
        assertThat(status.get("totalSize").getAsLong()).isEqualTo(read.databaseBytes());
        assertThat(status.get("revision").getAsLong())
                .isEqualTo(tally.lastRevision())
                .isEqualTo(revision);
    }
}
