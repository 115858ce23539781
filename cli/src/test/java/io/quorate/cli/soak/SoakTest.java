package io.quorate.cli.soak;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * However clients behave, members answer as etcd does, and nothing that they hold grows. It runs when it is
 * asked for, by {@code bench/soak}, which docs/verification.md describes.
 */
@EnabledIfSystemProperty(named = "quorate.test.soak.seconds", matches = ".+")
class SoakTest {

    private static final Duration LENGTH = Duration.ofSeconds(Long.getLong("quorate.test.soak.seconds", 1800));
    private static final Duration KILLS = Duration.ofSeconds(Long.getLong("quorate.test.soak.kill.seconds", 0));

    @TempDir
    private Path folder;

    @Test
    @Timeout(4 * 3600)
    void nothingGrowsAndNothingIsLeftBehindByClientsThatMisbehave() throws Exception {
        List<String> complaints = Soak.run(SoakPlan.of(LENGTH, KILLS), folder, System.out);

        assertThat(complaints).isEmpty();
    }
}
