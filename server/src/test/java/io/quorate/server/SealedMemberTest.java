package io.quorate.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.quorate.encryption.KeyFile;
import io.quorate.encryption.MissingKeyException;
import io.quorate.encryption.WrongKeyException;
import io.quorate.server.inspect.DataReport;
import io.quorate.server.inspect.InspectedMember;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        AtRest command = new AtRest(Optional.empty(), Optional.of("cat '" + ring + "'"));
        try (TestCluster cluster = start(command)) {
            kv(cluster).put(PutRequest.newBuilder().setKey(KEY).setValue(VALUE).build());
            cluster.stop(0);
        }
        assertThat(log()).doesNotContain(VALUE.toStringUtf8());
    }
}
