package io.quorate.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.quorate.encryption.KeyFile;
import io.quorate.encryption.MasterKeys;
import io.quorate.encryption.MissingKeyException;
import io.quorate.encryption.WrongKeyException;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.server.bolt.RandomOutput;
import io.quorate.server.inspect.DataReport;
import io.quorate.server.inspect.InspectedMember;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.recover.Recovery;
import io.quorate.server.snapshot.SealedOutput;
import io.quorate.server.store.ScratchFolder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member that seals its log: what lies on its disk, with which keys it starts, and how it comes to others. */
class SealedMemberTest {

    private static final ByteString KEY = ByteString.copyFromUtf8("a-key");
    private static final ByteString VALUE = ByteString.copyFromUtf8("nobody-else-may-read-this");

    @TempDir
    private Path folder;

    private Path ring;

    @BeforeEach
    void makeRing() throws IOException {
        ring = folder.resolve("ring");
        KeyFile.addNew(ring, Optional.of("spring"));
    }

    private Path dataDir() {
        return folder.resolve("m0");
    }

    private TestCluster start(AtRest atRest) throws IOException {
        return TestCluster.start(TestCluster.configs(1, folder).stream()
                .map(config -> config.withAtRest(atRest))
                .toList());
    }

    private static KVGrpc.KVBlockingStub kv(TestCluster cluster) {
        return KVGrpc.newBlockingStub(cluster.channel(0));
    }

    /** Everything that is on the member's disk, by its path. */
    private Map<String, String> files() throws IOException {
        Map<String, String> content = new TreeMap<>();
        try (Stream<Path> files = Files.walk(dataDir())) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                content.put(dataDir().relativize(file).toString(), Files.readString(file, ISO_8859_1));
            }
        }
        return content;
    }

    private String log() throws IOException {
        StringBuilder log = new StringBuilder();
        files().forEach((name, content) -> log.append(name.startsWith("log") ? content : ""));
        return log.toString();
    }

    @Test
    void itsLogCannotBeReadAndIsReadByTheMemberAgain() throws Exception {
        try (TestCluster cluster = start(AtRest.ofFile(ring))) {
            kv(cluster).put(PutRequest.newBuilder().setKey(KEY).setValue(VALUE).build());
            cluster.stop(0);
            assertThat(log()).doesNotContain(VALUE.toStringUtf8()).contains("spring");
            cluster.start(0);
            cluster.awaitReady();
            assertThat(kv(cluster)
                            .range(RangeRequest.newBuilder().setKey(KEY).build())
                            .getKvs(0)
                            .getValue())
                    .isEqualTo(VALUE);
        }
    }

    @Test
    void aMissingOrWrongKeyIsRefusedAndNoByteIsChanged() throws Exception {
        try (TestCluster cluster = start(AtRest.ofFile(ring))) {
            kv(cluster).put(PutRequest.newBuilder().setKey(KEY).setValue(VALUE).build());
            cluster.stop(0);
            Map<String, String> before = files();
            ServerConfig config = cluster.config(0);

            assertThatThrownBy(() -> MemberServer.start(config.withAtRest(AtRest.PLAIN)))
                    .isInstanceOf(MissingKeyException.class)
                    .hasMessageContaining("sealed with the master key spring, and no keys were given");
            Path other = folder.resolve("other");
            KeyFile.addNew(other, Optional.of("summer"));
            assertThatThrownBy(() -> MemberServer.start(config.withAtRest(AtRest.ofFile(other))))
                    .isInstanceOf(MissingKeyException.class)
                    .hasMessageContaining("spring");
            Path wrong = folder.resolve("wrong");
            KeyFile.addNew(wrong, Optional.of("spring"));
            assertThatThrownBy(() -> MemberServer.start(config.withAtRest(AtRest.ofFile(wrong))))
                    .isInstanceOf(WrongKeyException.class)
                    .hasMessageContaining("spring")
                    .hasMessageContaining(wrong.toString());
            assertThatThrownBy(() -> MemberServer.start(config.withAtRest(AtRest.ofFile(folder.resolve("none")))))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("there is no key ring");
            assertThat(files()).isEqualTo(before);

            cluster.start(0);
            cluster.awaitReady();
        }
    }

    /** Also where no log tells: what is left of a directory may be a state alone. */
    @Test
    void aKeyThatDoesNotOpenTheStoreIsRefusedBeforeAnythingIsWritten() throws Exception {
        try (TestCluster cluster = start(AtRest.ofFile(ring))) {
            kv(cluster).put(PutRequest.newBuilder().setKey(KEY).setValue(VALUE).build());
            cluster.stop(0);
            for (String lost : List.of("log", "identity", "beginning", "storage-ids", "lock")) {
                if (Files.exists(dataDir().resolve(lost))) {
                    ScratchFolder.delete(dataDir().resolve(lost));
                }
            }
            Map<String, String> before = files();
            Path other = folder.resolve("other");
            KeyFile.addNew(other, Optional.of("summer"));
            for (AtRest refused : List.of(AtRest.PLAIN, AtRest.ofFile(other))) {
                assertThatThrownBy(() -> MemberServer.start(cluster.config(0).withAtRest(refused)))
                        .isInstanceOf(MissingKeyException.class)
                        .hasMessageContaining("state/kv in " + dataDir())
                        .hasMessageContaining("spring");
            }
            assertThat(files()).isEqualTo(before);
        }
    }

    @Test
    void afterARestartWithAnotherKeyTheOldOneIsNotNeededAnyMore() throws Exception {
        try (TestCluster cluster = start(AtRest.ofFile(ring))) {
            kv(cluster).put(PutRequest.newBuilder().setKey(KEY).setValue(VALUE).build());
            cluster.stop(0);
            KeyFile.addNew(ring, Optional.of("summer"));
            cluster.start(0);
            cluster.awaitReady();
            assertThat(log()).contains("summer").doesNotContain("spring").doesNotContain(VALUE.toStringUtf8());
            cluster.stop(0);

            Files.writeString(ring, Files.readString(ring).lines().findFirst().orElseThrow());
            cluster.start(0);
            cluster.awaitReady();
            assertThat(kv(cluster)
                            .range(RangeRequest.newBuilder().setKey(KEY).build())
                            .getCount())
                    .isEqualTo(1);
        }
    }

    @Test
    void whoeverLooksFromOutsideNeedsTheKeysToo() throws Exception {
        try (TestCluster cluster = start(AtRest.ofFile(ring))) {
            kv(cluster).put(PutRequest.newBuilder().setKey(KEY).setValue(VALUE).build());
            cluster.stop(0);
        }
        TreeMap<String, Path> directories = new TreeMap<>(Map.of("m0", dataDir()));
        DataReport good = DataReport.of(directories, Optional.of(KeyFile.read(ring)));
        assertThat(good.isGood()).as("%s", good).isTrue();

        assertThat(DataReport.of(directories, Optional.empty()).isGood()).isFalse();
        try (InspectedMember member = InspectedMember.of("m0", dataDir())) {
            assertThat(member.refusal())
                    .hasValueSatisfying(why -> assertThat(why)
                            .startsWith("it was not looked at. The log segment")
                            .contains("the master key spring"));
            assertThat(member.findings()).isEmpty();
        }
    }

    @Test
    void aCommandMayPrintTheRing() throws Exception {
        Path runs = folder.resolve("runs");
        AtRest command = new AtRest(Optional.empty(), Optional.of("echo once >> '" + runs + "'; cat '" + ring + "'"));
        try (TestCluster cluster = start(command)) {
            kv(cluster).put(PutRequest.newBuilder().setKey(KEY).setValue(VALUE).build());
            assertThat(Files.readAllLines(runs)).as("asked once for a start").hasSize(1);
            cluster.stop(0);
            cluster.start(0);
            cluster.awaitReady();
            assertThat(Files.readAllLines(runs)).hasSize(2);
            cluster.stop(0);
        }
        assertThat(log()).doesNotContain(VALUE.toStringUtf8());
    }

    /** What is left of a sealed cluster goes on with its keys, sealed, and not without. */
    @Test
    void theNextEpochOfASealedClusterIsSealed() throws Exception {
        try (TestCluster cluster = TestCluster.start(3, folder, config -> config.withAtRest(AtRest.ofFile(ring)))) {
            kv(cluster).put(PutRequest.newBuilder().setKey(KEY).setValue(VALUE).build());
        }
        TreeMap<String, Path> survivor = new TreeMap<>(Map.of("m0", dataDir()));
        assertThatThrownBy(() -> Recovery.of(survivor, false, Optional.empty()).close())
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("the master key spring");
        Optional<MasterKeys> keys = Optional.of(KeyFile.read(ring));
        Path target = folder.resolve("next");
        try (Recovery recovery = Recovery.of(survivor, false, keys)) {
            var made = NewEpoch.make(recovery, target, true, "a test", ByteProgress.NONE);
            assertThat(made.epoch()).isEqualTo(1);
        }
        DataReport report = DataReport.of(new TreeMap<>(Map.of("next", target)), keys);
        assertThat(report.isGood()).as("%s", report).isTrue();
        assertThat(DataReport.of(new TreeMap<>(Map.of("next", target)), Optional.empty())
                        .isGood())
                .isFalse();
        try (Stream<Path> files = Files.walk(target)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file, ISO_8859_1)).as("%s", file).doesNotContain(VALUE.toStringUtf8());
            }
        }
    }

    @Test
    void aSealedBackupIsRehearsedWithItsKeysAndLeavesNothing() throws Exception {
        Path backup = folder.resolve("backup.db");
        Path scratch = folder.resolve("scratch");
        Optional<MasterKeys> keys = Optional.of(KeyFile.read(ring));
        try (TestCluster cluster = start(AtRest.ofFile(ring))) {
            kv(cluster).put(PutRequest.newBuilder().setKey(KEY).setValue(VALUE).build());
            Path plain = TakenFile.of(new EtcdClient(cluster.channel(0)), folder.resolve("plain.db"));
            try (SealedOutput out = SealedOutput.to(
                    RandomOutput.of(FileChannel.open(backup, StandardOpenOption.CREATE, StandardOpenOption.WRITE)),
                    keys.orElseThrow())) {
                out.write(ByteBuffer.wrap(Files.readAllBytes(plain)), 0);
                out.finish();
            }
        }
        assertThat(Files.readString(backup, ISO_8859_1)).doesNotContain(VALUE.toStringUtf8());
        assertThat(RestoreRehearsal.run(backup, scratch, -1, keys, ByteProgress.NONE)
                        .keys())
                .isEqualTo(1);
        assertThat(scratch).doesNotExist();
        assertThatThrownBy(() -> RestoreRehearsal.run(backup, scratch, -1, ByteProgress.NONE))
                .isInstanceOf(MissingKeyException.class)
                .hasMessageContaining("spring");
        assertThat(scratch).doesNotExist();
    }
}
