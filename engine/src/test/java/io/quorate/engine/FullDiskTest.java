package io.quorate.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.Rejection;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.Configuration;
import io.quorate.engine.disk.FaultyDisk;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Corner case 26: a full disk is survived. */
class FullDiskTest {

    private static final int SEGMENT_BYTES = 64 << 10;
    private static final int PROPOSALS = 4_000;

    private final FaultyDisk disk = new FaultyDisk();
    private final HandDrivenNode member =
            new HandDrivenNode(disk, Configuration.of(Set.of(HandDrivenNode.SELF)), 1, FullDiskTest::smallSegments);

    FullDiskTest() throws IOException {}

    private static NodeOptions smallSegments(NodeOptions plain) {
        NodeOptions.Storage storage = plain.storage();
        return plain.with(new NodeOptions.Storage(
                storage.snapshotEntries(),
                storage.snapshotLogBytes(),
                storage.keptEntries(),
                SEGMENT_BYTES,
                storage.cacheBytes(),
                storage.groupBytes()));
    }

    private void lead() {
        while (member.node.status().role() != RoleName.LEADER) {
            member.tick();
        }
    }

    private static Optional<Rejection> refusal(CompletableFuture<Integer> proposal) {
        return proposal.isCompletedExceptionally() && proposal.exceptionNow() instanceof RaftException.Refused refused
                ? Optional.of(refused.reason())
                : Optional.empty();
    }

    @Test
    void cornerCase26_writesAreRefusedWhileReadsAndLeadershipGoOnAndAreTakenAgainOnceThereIsRoom() {
        lead();
        disk.limitRoom(0);
        List<CompletableFuture<Integer>> proposals = new ArrayList<>();
        for (long number = 0; number < PROPOSALS && refusedAtTheEnd(proposals).isEmpty(); number++) {
            proposals.add(member.node.propose(Journal.command(number)));
            member.tick();
        }
        assertThat(refusedAtTheEnd(proposals)).contains(Rejection.NO_ROOM);
        CompletableFuture<Long> read = member.node.readIndex();
        member.tick();
        assertThat(read).isCompleted();
        assertThat(member.node.status().role()).isEqualTo(RoleName.LEADER);
        assertThat(member.node.stopped()).isNotDone();

        disk.limitRoom(1 << 20);
        member.tick();
        member.tick();
        CompletableFuture<Integer> later = member.node.propose(Journal.command(PROPOSALS));
        member.tick();
        assertThat(later).isCompleted();
        assertThat(proposals)
                .as("what was taken is done, and what was refused is not")
                .allMatch(proposal -> proposal.isDone()
                        && (!proposal.isCompletedExceptionally()
                                || refusal(proposal).isPresent()));
        long done = proposals.stream()
                .filter(proposal -> refusal(proposal).isEmpty())
                .count();
        assertThat(member.journal.numbers()).hasSize((int) done + 1);
    }

    private static Optional<Rejection> refusedAtTheEnd(List<CompletableFuture<Integer>> proposals) {
        return proposals.isEmpty() ? Optional.empty() : refusal(proposals.getLast());
    }
}
