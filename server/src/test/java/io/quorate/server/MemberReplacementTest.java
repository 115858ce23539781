package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.server.proto.etcdserverpb.Member;
import io.quorate.server.proto.etcdserverpb.MemberAddRequest;
import io.quorate.server.proto.etcdserverpb.MemberListRequest;
import io.quorate.server.proto.etcdserverpb.MemberPromoteRequest;
import io.quorate.server.proto.etcdserverpb.MemberRemoveRequest;
import io.quorate.server.store.ScratchFolder;
import io.quorate.testing.FreePorts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A member that has lost its data comes back as a new one. */
@Timeout(120)
class MemberReplacementTest {

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

    /** Three members that serve clients where they say so; those of these names are witnesses. */
    private void start(String... witnesses) throws IOException {
        List<Integer> ports = FreePorts.find(3);
        List<ServerConfig> configs = TestCluster.configs(3, folder).stream()
                .map(config -> ServerConfigs.withWitnesses(config, witnesses))
                .toList();
        started = Optional.of(TestCluster.start(configs.stream()
                .map(config ->
                        ServerConfigs.withClientUrl(config, TestCluster.loopback(ports.get(configs.indexOf(config)))))
                .toList()));
        cluster().leader();
    }

    private EtcdClient client(int member) {
        return new EtcdClient(cluster().channel(member));
    }

    private List<Member> members() {
        return client(cluster().leader())
                .cluster()
                .memberList(MemberListRequest.newBuilder().setLinearizable(true).build())
                .getMembersList();
    }

    private Member memberAt(ServerConfig config) {
        String url = config.initialAdvertisePeerUrls().getFirst().toString();
        return members().stream()
                .filter(member -> member.getPeerURLsList().contains(url))
                .findFirst()
                .orElseThrow();
    }

    /** Stops a follower and takes its data away. */
    private int wipe() throws IOException {
        int wiped = cluster().follower();
        cluster().stop(wiped);
        ScratchFolder.delete(cluster().config(wiped).dataDir());
        return wiped;
    }

    @Test
    void itIsRemovedAndComesBackAsALearnerWithTheData() throws Exception {
        start();
        client(0).put("k", "1");
        int wiped = wipe();
        ServerConfig config = cluster().config(wiped);
        long before = memberAt(config).getID();
        // Started by mistake, it leaves something behind that is nobody's data.
        MemberServer mistaken = cluster().start(wiped);
        TestCluster.await(() -> mistaken.stopped().isDone(), "it is refused");
        cluster().stop(wiped);

        ServerConfig joining = MemberReplacement.prepare(config);

        Member added = memberAt(config);
        assertThat(added.getID()).isNotEqualTo(before);
        assertThat(added.getIsLearner()).isTrue();
        assertThat(members()).hasSize(3).noneMatch(member -> member.getID() == before);
        cluster().configure(wiped, joining);
        MemberServer back = cluster().start(wiped);
        assertThat(back.memberId()).isEqualTo(added.getID());
        var read = EtcdClient.rangeOf("k").setSerializable(true).build();
        TestCluster.await(() -> client(wiped).kv().range(read).getCount() == 1, "the learner has the data");
        cluster().awaitReady();

        var unused = client(cluster().leader())
                .cluster()
                .memberPromote(
                        MemberPromoteRequest.newBuilder().setID(added.getID()).build());
        TestCluster.await(() -> !memberAt(config).getIsLearner(), "it votes");
        cluster().stop(wiped);
        cluster().configure(wiped, ServerConfigs.withState(config, ServerConfig.InitialClusterState.EXISTING));
        cluster().start(wiped);
        cluster().awaitReady();
        assertThat(client(wiped).value("k")).isEqualTo("1");
    }

    @Test
    void aWitnessComesBackAsAWitnessAndAsNothingElse() throws Exception {
        start("m2");
        ServerConfig config = cluster().config(2);
        long before = memberAt(config).getID();
        cluster().stop(2);
        ScratchFolder.delete(config.dataDir());

        assertThatThrownBy(() -> MemberReplacement.prepare(ServerConfigs.withWitnesses(config)))
                .isInstanceOf(IOException.class)
                .hasMessage("member " + Long.toHexString(before)
                        + " is a witness, and so is who replaces it; add --witness");
        assertThat(memberAt(config).getID()).isEqualTo(before);
        ServerConfig joining = MemberReplacement.prepare(config);

        Member added = memberAt(config);
        assertThat(added.getID()).isNotEqualTo(before);
        assertThat(added.getIsLearner() && added.getIsWitness()).isTrue();
        assertThat(members()).hasSize(3).noneMatch(member -> member.getID() == before);
        assertThat(joining.isWitness()).isTrue();
        // Broken off before it was started, it is not added once more.
        assertThat(MemberReplacement.prepare(config)).isEqualTo(joining);
        cluster().configure(2, joining);
        assertThat(cluster().start(2).memberId()).isEqualTo(added.getID());
        cluster().awaitReady();
        client(0).put("k", "1");
        long last = cluster().member(cluster().leader()).node().status().last().index();
        TestCluster.await(() -> cluster().member(2).node().status().appliedIndex() >= last, "it has the names of all");
        assertThat(cluster().member(2).machine().store().appliedIndex()).isZero();

        var unused = client(cluster().leader())
                .cluster()
                .memberPromote(
                        MemberPromoteRequest.newBuilder().setID(added.getID()).build());
        TestCluster.await(() -> !memberAt(config).getIsLearner(), "it votes");
        assertThat(memberAt(config).getIsWitness()).isTrue();
        // With it, one of the two with data may be gone.
        cluster().stop(1);
        TestCluster.await(() -> cluster().leader() == 0, "the other one with data leads");
        client(0).put("k", "2");
        assertThatThrownBy(() -> MemberReplacement.prepare(ServerConfigs.withWitnesses(
                        ServerConfigs.withDataDir(cluster().config(1), folder.resolve("x")), "m1")))
                .hasMessageContaining("holds data, and so does who replaces it; leave --witness out");
    }

    @Test
    void whatWasBrokenOffIsFinishedAndNothingIsDoneTwice() throws Exception {
        start();
        int wiped = wipe();
        ServerConfig config = cluster().config(wiped);
        long before = memberAt(config).getID();

        // Broken off after the removal.
        var unused = client(cluster().leader())
                .cluster()
                .memberRemove(MemberRemoveRequest.newBuilder().setID(before).build());
        MemberReplacement.prepare(config);
        long added = memberAt(config).getID();
        assertThat(added).isNotEqualTo(before);

        // Broken off after the addition.
        ServerConfig joining = MemberReplacement.prepare(config);
        assertThat(memberAt(config).getID()).isEqualTo(added);
        cluster().configure(wiped, joining);
        assertThat(cluster().start(wiped).memberId()).isEqualTo(added);
        cluster().awaitReady();
        cluster().stop(wiped);

        // It has data from then on, and is not replaced by mistake.
        assertThatThrownBy(() -> MemberReplacement.prepare(config))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("holds the data of member " + Long.toHexString(added))
                .hasMessageContaining("--initial-cluster-state existing if it was replaced already");
        assertThat(memberAt(config).getID()).isEqualTo(added);
    }

    @Test
    void nobodyIsRemovedWhoIsNeededOrWhosePlaceAnotherLearnerTakes() throws Exception {
        start();
        int down = cluster().follower();
        cluster().stop(down);
        int needed = cluster().follower();
        ServerConfig config = ServerConfigs.withDataDir(cluster().config(needed), folder.resolve("another"));

        assertThatThrownBy(() -> MemberReplacement.prepare(config))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the cluster says \"etcdserver: unhealthy cluster\": too few of the others");
        assertThat(members()).hasSize(3).noneMatch(Member::getIsLearner);

        var unused = client(needed)
                .cluster()
                .memberAdd(MemberAddRequest.newBuilder()
                        .addPeerURLs("http://127.0.0.1:1")
                        .setIsLearner(true)
                        .build());
        List<Member> before = members();
        assertThatThrownBy(() -> MemberReplacement.prepare(config))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("the cluster has a learner already, member ");
        assertThat(members()).isEqualTo(before);
    }

    @Test
    void whatIsNoEmptyDirectoryIsLeftAsItIs() throws Exception {
        ServerConfig config = TestCluster.configs(3, folder).getFirst();
        Files.createDirectories(config.dataDir());
        Path file = Files.writeString(config.dataDir().resolve("letter"), "dear reader");

        assertThatThrownBy(() -> MemberReplacement.prepare(config))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("is not empty: --replace-member is for a member that has lost its data");
        assertThat(file).hasContent("dear reader");
    }

    @Test
    void whereNobodyAnswersNothingIsReplaced() throws Exception {
        assertThatThrownBy(() ->
                        MemberReplacement.prepare(TestCluster.configs(2, folder).getFirst()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no other member could be asked: nobody answers at http://127.0.0.1:");
        assertThatThrownBy(() ->
                        MemberReplacement.prepare(TestCluster.configs(1, folder).getFirst()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("--initial-cluster names nobody but m0, and --replace-member needs others");
    }
}
