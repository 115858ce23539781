package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.server.store.StateComparison;
import io.quorate.server.store.StateComparison.Compared;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ForkJoinPool;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Members' states are compared though one of them is not there, and was not when they were compared before. */
class StateComparisonTest {

    /** As long as the leader gives them who verifies something by itself. */
    private static final Duration WAIT = Duration.ofSeconds(1);

    @TempDir
    private Path folder;

    @Test
    void aRoundBeforeThatIsNeverCompleteTakesNobodysTimeToReport() throws Exception {
        try (TestCluster cluster = TestCluster.start(3, folder)) {
            long[] ids = LongStream.range(0, 3)
                    .map(member -> cluster.member((int) member).memberId())
                    .toArray();
            int gone = cluster.follower();
            cluster.stop(gone);
            MemberServer leader = cluster.member(cluster.leader());
            StateComparison comparison = new StateComparison(
                    leader.node(), leader.machine().store(), Duration.ofSeconds(5), ForkJoinPool.commonPool());
            comparison.compare(Duration.ofMillis(1)).join();
            assertThat(leader.machine().store().verification().isComplete()).isFalse();

            // On a busy machine one of them may be late, but not again and again.
            List<Compared> all = new ArrayList<>();
            TestCluster.await(
                    () -> {
                        all.add(comparison.compare(WAIT).join());
                        return all.getLast().equal().size() == 2;
                    },
                    "both that are there report in time");

            assertThat(all.getLast().equal())
                    .containsExactlyInAnyOrderElementsOf(LongStream.of(ids)
                            .filter(id -> id != ids[gone])
                            .boxed()
                            .toList());
            assertThat(all.getLast().differing()).isEmpty();
            assertThat(all.getLast().silent()).isEqualTo(List.of(ids[gone]));
        }
    }
}
