package io.quorate.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.quorate.bench.load.FakeMember;
import io.quorate.bench.load.LoadPlan;
import io.quorate.bench.load.Repetition;
import io.quorate.bench.load.Second;
import io.quorate.bench.load.Target;
import io.quorate.bench.load.Workload;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoadBenchmarkTest {

    /** An observer that cannot take what it is told at the end. */
    private static final LoadBenchmark.Observer BROKEN = new LoadBenchmark.Observer() {

        @Override
        public void preparing(Target target) {}

        @Override
        public void warmingUp(Target target, int repetition) {}

        @Override
        public void measured(Target target, int repetition, Second second) {}

        @Override
        public void repeated(Target target, Repetition repetition) {}

        @Override
        public void leftBehind(Target target, String sentence) {
            throw new IllegalStateException(target.name());
        }
    };

    @Test
    void theSecondTargetIsCleanedUpWhateverBecomesOfTheFirst() throws IOException {
        LoadPlan plan = new LoadPlan(
                Workload.PUT,
                1,
                1,
                new LoadPlan.Pace(Duration.ofMillis(100), Duration.ZERO, 1, Optional.empty()),
                new LoadPlan.Data(10, 32, 64),
                0,
                1,
                Duration.ofSeconds(5),
                false);
        try (FakeMember a = FakeMember.start();
                FakeMember b = FakeMember.start()) {
            a.refuseRemovals(Status.PERMISSION_DENIED.withDescription("etcdserver: permission denied"));
            List<Target> targets = List.of(
                    new Target("a", List.of(a.endpoint()), Optional.empty()),
                    new Target("b", List.of(b.endpoint()), Optional.empty()));

            assertThatThrownBy(() -> new LoadBenchmark(plan, BROKEN, () -> false).run(targets, 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("a");
            assertThat(b.removals()).hasSize(1);
        }
    }
}
