package io.quorate.kv;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.testing.fuzz.FuzzReport;
import io.quorate.testing.fuzz.FuzzTarget;
import io.quorate.testing.fuzz.FuzzTargets;
import io.quorate.testing.fuzz.Fuzzer;
import io.quorate.testing.fuzz.SavedInputs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every decoder of this module that reads bytes from outside keeps its promise for some thousands of inputs, and for those with which it did not once;
 * {@code bench/fuzz} tries millions.
 */
class DecodersUnderFuzzTest {

    private static final int INPUTS = 5_000;
    private static final long SEED = 20_260_101;

    /** Other machines are busy: what hangs does so for longer. */
    private static final Duration MOST_TIME = Duration.ofSeconds(5);

    static List<FuzzTarget<?>> targets() {
        List<FuzzTarget<?>> targets = new ArrayList<>();
        for (FuzzTargets some : ServiceLoader.load(FuzzTargets.class)) {
            if (some.getClass().getPackageName().startsWith("io.quorate.kv")) {
                targets.addAll(some.targets());
            }
        }
        return targets;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("targets")
    void whateverBytesItIsGivenItReadsThemOrRefusesThem(FuzzTarget<?> target) throws InterruptedException {
        FuzzReport report = Fuzzer.run(target, INPUTS, SEED, MOST_TIME);
        report.failure().ifPresent(failure -> {
            throw failure;
        });
        assertThat(report.accepted()).as("inputs accepted").isPositive();
        assertThat(report.refused()).as("inputs refused").isPositive();
    }

    @Test
    void whatATargetFailedWithOnceIsReadByOne() throws Exception {
        List<FuzzTarget<?>> all = new ArrayList<>();
        ServiceLoader.load(FuzzTargets.class).forEach(some -> all.addAll(some.targets()));
        assertThat(SavedInputs.unread(all)).isEmpty();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("targets")
    void whatItFailedWithOnceItFailsWithNoMore(FuzzTarget<?> target) throws Exception {
        for (byte[] input : SavedInputs.of(target)) {
            SavedInputs.tryAgain(target, input);
        }
    }
}
