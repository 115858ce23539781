package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.quorate.engine.disk.FileDisk;
import io.quorate.engine.transport.StorageIds;
import io.quorate.server.proto.etcdserverpb.MemberAddRequest;
import io.quorate.server.store.ScratchFolder;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Corner case 8: a disk that was wiped under the same member id must not vote; founding goes on as before. */
@Timeout(120)
class WipedDiskTest {

    @TempDir
    private Path folder;

    private Optional<TestCluster> started = Optional.empty();

    @AfterEach
    void stop() {
        started.ifPresent(TestCluster::close);
    }

    private TestCluster cluster() {
        return started.orElseThrow();
    }

    private void start(int members) throws IOException {
        started = Optional.of(TestCluster.start(members, folder));
        cluster().leader();
    }

    private EtcdClient client(int member) {
        return new EtcdClient(cluster().channel(member));
    }

    private static void wipe(ServerConfig config) throws IOException {
        ScratchFolder.delete(config.dataDir());
    }

    private static Throwable causeOfEnd(MemberServer member) {
        Throwable failure = catchThrowable(
                () -> member.stopped().orTimeout(30, TimeUnit.SECONDS).join());
        assertThat(failure).isNotNull();
        return Objects.requireNonNull(failure.getCause());
    }

    /** Starts a member again, which is to be refused. */
    private void assertRefused(int wiped, long id) throws IOException {
        MemberServer again = cluster().start(wiped);
        assertThat(again.memberId()).isEqualTo(id);
        assertThat(causeOfEnd(again))
                .hasMessageContaining("Member m" + wiped + " cannot go on and has stopped: member "
                        + Long.toHexString(id) + " has lost its data: member ")
                .hasMessageContaining(
                        "remove it from the cluster and add it anew, or start it once with --replace-member");
        assertThat(again.ready()).isCompletedExceptionally();
        cluster().stop(wiped);
        assertThat(StorageIds.isUnused(new FileDisk(cluster().config(wiped).dataDir())))
                .as("it never took part")
                .isTrue();
    }

    @Test
    void aWipedMemberIsRefusedUnderItsOldIdAndTheOthersGoOn() throws Exception {
        start(3);
        int wiped = cluster().follower();
        long id = cluster().member(wiped).memberId();
        client(wiped).put("k", "1");
        cluster().stop(wiped);
        long term = cluster().member(cluster().leader()).node().status().term();
        wipe(cluster().config(wiped));

        assertRefused(wiped, id);
        // With what that has left in its directory, too.
        assertRefused(wiped, id);

        MemberServer leader = cluster().member(cluster().leader());
        assertThat(leader.node().status().term()).isEqualTo(term);
        client(cluster().leader()).put("k", "2");
    }

    /** One of two that are left is enough to know it. What it lacks is not made good by a vote of the one that forgot. */
    @Test
    void aWipedFounderNoticesItWithOnlyOneOtherThere() throws Exception {
        start(3);
        client(0).put("k", "1");
        long id = cluster().member(2).memberId();
        cluster().stop(2);
        cluster().stop(1);
        wipe(cluster().config(2));

        assertRefused(2, id);

        cluster().start(1);
        cluster().awaitReady();
        assertThat(client(1).value("k")).isEqualTo("1");
    }

    /** The founder knows of nobody that it could ask, and would found its cluster anew, alone: the one that joined tells it. */
    @Test
    void aWipedLoneFounderIsToldByTheOneThatJoinedAndThatByTheFounder() throws Exception {
        start(1);
        int port = FreePorts.find(1).getFirst();
        var unused = client(0)
                .cluster()
                .memberAdd(MemberAddRequest.newBuilder()
                        .addPeerURLs("http://127.0.0.1:" + port)
                        .build());
        int joined = cluster().add(cluster().joining("m1", port, folder));
        cluster().start(joined);
        cluster().awaitReady();
        cluster().stop(0);
        Path kept = folder.resolve("kept");
        Files.move(cluster().config(0).dataDir(), kept);

        assertThat(causeOfEnd(cluster().start(0))).hasMessageContaining("has lost its data");

        cluster().stop(0);
        cluster().stop(joined);
        wipe(cluster().config(0));
        wipe(cluster().config(joined));
        Files.move(kept, cluster().config(0).dataDir());
        cluster().start(0);
        assertThatThrownBy(() -> cluster().start(joined))
                .isInstanceOf(LostDataException.class)
                .hasMessageContaining("has lost its data");
        assertThat(cluster().config(joined).dataDir().resolve("identity")).doesNotExist();
    }

    /** Two of three are enough; the third one comes when it likes, and asks both. */
    @Test
    void aClusterIsFoundedAtLeisure() throws Exception {
        // A port for clients that the system chooses could be the one for peers of a member that has yet to come.
        List<Integer> clientPorts = FreePorts.find(3);
        List<ServerConfig> founders = TestCluster.configs(3, folder);
        List<ServerConfig> configs = founders.stream()
                .map(config -> ServerConfigs.withClientUrl(
                        config, TestCluster.loopback(clientPorts.get(founders.indexOf(config)))))
                .toList();
        started = Optional.of(TestCluster.start(List.of()));
        configs.forEach(cluster()::add);
        MemberServer first = cluster().start(0);
        assertThat(StorageIds.isUnused(new FileDisk(configs.getFirst().dataDir())))
                .isTrue();
        assertThat(first.ready()).isNotDone();

        cluster().start(1);
        cluster().awaitReady();
        client(0).put("k", "1");
        cluster().stop(1);
        cluster().start(2);
        cluster().start(1);
        cluster().awaitReady();
        assertThat(client(2).value("k")).isEqualTo("1");
        assertThat(client(2).put("k", "2").getHeader().getRevision()).isEqualTo(3);
        cluster().stop(0);
        cluster().leader();
        client(2).put("k", "3");
    }

    /** An earlier release has left no word of storages. */
    @Test
    void membersOfAnEarlierReleaseComeBackAndKnowEachOtherAgainFromThenOn() throws Exception {
        start(3);
        client(0).put("k", "1");
        for (int member = 0; member < 3; member++) {
            cluster().stop(member);
            Files.delete(cluster().config(member).dataDir().resolve("storage-ids"));
        }
        for (int member = 0; member < 2; member++) {
            cluster().start(member);
        }
        cluster().awaitReady();
        assertThat(client(0).value("k")).isEqualTo("1");
        // It was never connected with the others since; but it was a member before.
        Path kept = folder.resolve("kept");
        Files.move(cluster().config(2).dataDir(), kept);
        long id = InitialMembership.of(cluster().config(2)).self().value();
        assertRefused(2, id);

        wipe(cluster().config(2));
        Files.move(kept, cluster().config(2).dataDir());
        cluster().start(2);
        cluster().awaitReady();
        assertThat(client(2).value("k")).isEqualTo("1");
    }
}
