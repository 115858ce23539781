package io.quorate.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Clusters whose logs are sealed, under crashes, lost writes and damage: whatever goes wrong, they settle, and lose nothing. */
class SealedRunsTest {

    private static final int SEEDS = 40;

    /** What the header of a segment says, behind magic and checksum: 1 is a segment in plain, 2 a sealed one. */
    private static final int VERSION_OFFSET = 8;

    /** Looks at the disks of whoever crashes. */
    private static final class Versions implements RunObserver {

        private final Set<Integer> found = new TreeSet<>();

        @Override
        public void crashed(SimulatedMember member, CrashKind kind) {
            for (String name : member.disk().names()) {
                if (name.startsWith("log/segment-")) {
                    found.add(ByteBuffer.wrap(member.disk().bytes(name)).getInt(VERSION_OFFSET));
                }
            }
        }
    }

    @Test
    void noSeedViolatesAnInvariantWhereLogsAreSealed() {
        Versions versions = new Versions();
        for (long seed = 1; seed <= SEEDS; seed++) {
            SimulatedRun run = SimulatedRun.sealed(RunPlan.draw(seed));
            run.watch(versions);
            assertThat(run.run().violation()).as("seed %d", seed).isEmpty();
        }
        assertThat(versions.found).contains(2).doesNotContain(1);
    }

    @Test
    void theSeedFixesWhatIsSealedToo() {
        RunPlan plan = RunPlan.draw(7);
        assertThat(trace(SimulatedRun.sealed(plan))).isEqualTo(trace(SimulatedRun.sealed(plan)));
    }

    private static long trace(SimulatedRun run) {
        CRC32C sum = new CRC32C();
        run.watch(new Trace(run.agenda(), line -> sum.update(line.getBytes(StandardCharsets.UTF_8))));
        assertThat(run.run().violation()).isEmpty();
        return sum.getValue();
    }
}
