package io.quorate.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.MemberId;
import io.quorate.engine.RaftNode;
import io.quorate.engine.local.LocalCluster;
import io.quorate.kv.Bytes;
import io.quorate.kv.Command;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.DigestReport;
import io.quorate.kv.DigestSum;
import io.quorate.kv.Divergence;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Put;
import io.quorate.kv.Result;
import io.quorate.kv.StateDigest;
import io.quorate.kv.Verify;
import io.quorate.server.TestCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member reports at each mark, and whoever wants to know is told when its own state differs. */
class StateVerificationTest {

    private static final List<Long> THREE = List.of(1L, 2L, 3L);
    private static final Duration NEVER = Duration.ZERO;
    private static final long PATIENCE_SECONDS = 30;

    @TempDir
    private Path folder;

    private final ExecutorService background = Executors.newSingleThreadExecutor();
    private final BlockingQueue<Object> told = new LinkedBlockingQueue<>();
    private final Map<String, KvStateMachine> machines = new HashMap<>();
    private final List<AutoCloseable> open = new ArrayList<>();

    private final DivergenceListener listener = new DivergenceListener() {
        @Override
        public void diverged(Divergence divergence) {
            told.add(divergence);
        }

        @Override
        public void equalAgain() {
            told.add("equal again");
        }

        @Override
        public void heldToDiffer() {
            told.add("held to differ");
        }
    };

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable part : open.reversed()) {
            part.close();
        }
        background.shutdownNow();
    }

    private LocalCluster<Result> cluster(int members) throws IOException {
        LocalCluster<Result> cluster = new LocalCluster<>(members, folder, this::machine, options -> options);
        open.add(cluster);
        return cluster;
    }

    private KvStateMachine machine(Path own) {
        try {
            KvStateMachine machine = KvStateMachine.inMemory(own, background);
            machines.put(own.toString(), machine);
            return machine;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private StateVerification verification(RaftNode<Result> node, KvStateMachine machine, Duration interval) {
        StateVerification verification =
                new StateVerification("test", node.self(), machine.store(), interval, listener);
        open.add(verification);
        machine.tell(verification);
        verification.begin(node);
        return verification;
    }

    private static Result propose(RaftNode<Result> node, Command command) throws Exception {
        return node.propose(ByteBuffer.wrap(CommandCodec.encode(command))).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    /** Marks a place, waits for the member's own report, and adds those of two others that have this state. */
    private static void verify(RaftNode<Result> node, MvccStore store, DigestSum othersTotal) throws Exception {
        verify(node, store, othersTotal, othersTotal);
    }

    private static void verify(RaftNode<Result> node, MvccStore store, DigestSum second, DigestSum third)
            throws Exception {
        Result.VerifyResult mark = (Result.VerifyResult) propose(node, new Verify(THREE, List.of()));
        StateDigest own = mark.digest();
        TestCluster.await(() -> store.verification().reports().containsKey(1L), "the member has reported");
        assertThat(store.verification().reports()).containsEntry(1L, DigestReport.of(1, own));
        propose(node, new DigestReport(2, own.appliedIndex(), second, List.of(1L)));
        propose(node, new DigestReport(3, own.appliedIndex(), third, List.of(1L)));
    }

    private Object nextTold() throws InterruptedException {
        Object next = told.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(next).as("what the listener was told").isNotNull();
        return next;
    }

    @Test
    void theListenerIsToldThatThisMemberDiffersAndThatItIsEqualAgain() throws Exception {
        LocalCluster<Result> cluster = cluster(1);
        RaftNode<Result> node = cluster.awaitLeader();
        KvStateMachine machine = machines.values().iterator().next();
        MvccStore store = machine.store();
        Fence fence = new Fence(store, 1);
        verification(node, machine, NEVER);
        propose(node, Put.of(Bytes.utf8("a"), Bytes.utf8("1")));

        verify(node, store, store.digest().total());
        assertThat(fence.isUp()).isFalse();
        verify(node, store, new DigestSum(1, 2, 3, 4));
        assertThat(nextTold()).isEqualTo(store.verification().divergence(1).orElseThrow());
        assertThat(fence.isUp()).isTrue();
        verify(node, store, store.digest().total());
        assertThat(nextTold()).isEqualTo("equal again");
        assertThat(fence.isUp()).isFalse();
        assertThat(told).isEmpty();
    }

    @Test
    void aDivergenceFromBeforeTheStartFencesAndIsNotActedOnBeforeTheNextMark() throws Exception {
        LocalCluster<Result> cluster = cluster(1);
        RaftNode<Result> node = cluster.awaitLeader();
        KvStateMachine machine = machines.values().iterator().next();
        StateVerification first = verification(node, machine, NEVER);
        verify(node, machine.store(), new DigestSum(1, 2, 3, 4));
        assertThat(nextTold()).isInstanceOf(Divergence.class);
        first.close();
        verification(node, machine, NEVER);
        assertThat(nextTold()).isEqualTo("held to differ");
        verify(node, machine.store(), new DigestSum(1, 2, 3, 4));
        assertThat(nextTold()).isInstanceOf(Divergence.class);
    }

    @Test
    void whereNoMajorityAgreedAMemberThatStartsAgainIsFencedAndMayLead() throws Exception {
        LocalCluster<Result> cluster = cluster(1);
        RaftNode<Result> node = cluster.awaitLeader();
        KvStateMachine machine = machines.values().iterator().next();
        StateVerification first = verification(node, machine, NEVER);
        verify(node, machine.store(), new DigestSum(1, 2, 3, 4), new DigestSum(5, 6, 7, 8));
        assertThat(nextTold()).isInstanceOf(Divergence.class);
        first.close();
        verification(node, machine, NEVER);
        verify(node, machine.store(), machine.store().digest().total());
        assertThat(nextTold()).as("what it is told of first").isEqualTo("equal again");
    }

    @Test
    void aMemberCanFenceItselfForDamageThatNoReportShows() throws Exception {
        LocalCluster<Result> cluster = cluster(1);
        cluster.awaitLeader();
        Fence fence = new Fence(machines.values().iterator().next().store(), 1);
        fence.raise("a block of the store is damaged");
        assertThat(fence.refusal().orElseThrow().getStatus().getDescription())
                .startsWith("etcdserver: a block of the store is damaged;");
        fence.lower();
        assertThat(fence.isUp()).isFalse();
    }

    @Test
    void afterManyEntriesTheLeaderMarksAPlaceWithoutWaitingForTheInterval() throws Exception {
        LocalCluster<Result> cluster = cluster(3);
        RaftNode<Result> node = cluster.awaitLeader();
        MemberId leader = node.self();
        KvStateMachine machine = machines.entrySet().stream()
                .filter(entry -> Path.of(entry.getKey()).startsWith(folder.resolve(leader.toString())))
                .findFirst()
                .orElseThrow()
                .getValue();
        // A leader's first entry may be applied a little after it leads: entries are counted from what is applied now.
        propose(node, Put.of(Bytes.utf8("a"), Bytes.utf8("1")));
        StateVerification verification = verification(node, machine, Duration.ofHours(1));
        long index = machine.store().appliedIndex();
        verification.applied(index + StateVerification.MAX_ENTRIES - 1);
        propose(node, Put.of(Bytes.utf8("a"), Bytes.utf8("2")));
        assertThat(machine.store().verification().verifyIndex()).isZero();
        verification.applied(index + StateVerification.MAX_ENTRIES);
        TestCluster.await(() -> machine.store().verification().verifyIndex() > index, "the leader has marked a place");
        assertThat(machine.store().verification().round()).isEqualTo(new Verify(THREE, List.of()));
    }
}
