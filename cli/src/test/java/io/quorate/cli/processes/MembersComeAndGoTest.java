package io.quorate.cli.processes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.StatusRuntimeException;
import io.quorate.cli.processes.ProcessCluster.Member;
import io.quorate.server.proto.etcdserverpb.MemberAddRequest;
import io.quorate.server.proto.etcdserverpb.MemberListRequest;
import io.quorate.server.proto.etcdserverpb.MemberPromoteRequest;
import io.quorate.server.proto.etcdserverpb.MemberRemoveRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes are added to a cluster and removed from it while clients write. */
@Timeout(300)
class MembersComeAndGoTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private Path folder;

    @Test
    void everyMemberIsReplacedWhileClientsWriteAndNoAcknowledgedWriteIsLost() throws Exception {
        try (ProcessCluster cluster = new ProcessCluster(folder, 3)) {
            cluster.startAll();
            cluster.members().forEach(cluster::awaitServing);
            Load load = new Load(cluster);
            try (load) {
                List<Member> originals = cluster.members();
                for (Member original : originals) {
                    int before = load.count();
                    await().atMost(PATIENCE).until(() -> load.count() > before + Load.WRITERS);
                    join(cluster, "in-place-of-" + original.name());
                    remove(cluster, original);
                }
            }
            assertThat(cluster.members())
                    .hasSize(3)
                    .allMatch(member -> member.name().startsWith("in-place-of-"));
            for (Member member : cluster.members()) {
                cluster.awaitServing(member);
                assertThat(member.contents())
                        .as("what %s holds", member.name())
                        .containsAllEntriesOf(load.acknowledged());
            }
        }
    }

    /** First as a learner, then as a voter. */
    private static void join(ProcessCluster cluster, String name) throws Exception {
        Member newcomer = cluster.add(name);
        String url = ProcessCluster.peerUrl(newcomer);
        // An attempt whose outcome is not known may have succeeded.
        await("that " + name + " is added")
                .atMost(PATIENCE)
                .until(() -> isThere(cluster, member -> member.getPeerURLsList().contains(url))
                        || succeeds(() -> cluster.awaitLeader()
                                .cluster()
                                .memberAdd(MemberAddRequest.newBuilder()
                                        .addPeerURLs(url)
                                        .setIsLearner(true)
                                        .build())));
        cluster.start(newcomer);
        await("that " + name + " has started").atMost(PATIENCE).until(() -> succeeds(newcomer::status));
        long id = newcomer.status().getHeader().getMemberId();
        await("that " + name + " is promoted")
                .atMost(PATIENCE)
                .until(() -> isThere(cluster, member -> member.getID() == id && !member.getIsLearner())
                        || succeeds(() -> cluster.awaitLeader()
                                .cluster()
                                .memberPromote(MemberPromoteRequest.newBuilder()
                                        .setID(id)
                                        .build())));
        cluster.awaitServing(newcomer);
    }

    private static void remove(ProcessCluster cluster, Member member) {
        long id = member.status().getHeader().getMemberId();
        await("that " + member.name() + " is removed")
                .atMost(PATIENCE)
                .until(() -> (isThere(cluster, others -> others.getID() != id)
                                && !isThere(cluster, itself -> itself.getID() == id))
                        || succeeds(() -> cluster.awaitLeader()
                                .cluster()
                                .memberRemove(MemberRemoveRequest.newBuilder()
                                        .setID(id)
                                        .build())));
        assertThat(cluster.awaitLeft(member)).as(cluster.outputs()).isZero();
    }

    /** Whether the cluster has such a member, as far as it tells. */
    private static boolean isThere(
            ProcessCluster cluster, Predicate<io.quorate.server.proto.etcdserverpb.Member> wanted) {
        try {
            return cluster
                    .awaitLeader()
                    .cluster()
                    .memberList(
                            MemberListRequest.newBuilder().setLinearizable(true).build())
                    .getMembersList()
                    .stream()
                    .anyMatch(wanted);
        } catch (StatusRuntimeException e) {
            return false;
        }
    }

    private static boolean succeeds(Runnable call) {
        try {
            call.run();
            return true;
        } catch (StatusRuntimeException e) {
            return false;
        }
    }
}
