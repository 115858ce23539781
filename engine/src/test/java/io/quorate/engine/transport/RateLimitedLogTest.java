package io.quorate.engine.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimitedLogTest {

    private final List<String> lines = new ArrayList<>();
    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    private final RateLimitedLog log = new RateLimitedLog(lines::add, Duration.ofNanos(10), now::get);

    @Test
    void theFirstLineOfAnIntervalPassesAndTheNextOneSaysHowManyWereHeldBack() {
        log.line("a");
        log.line("b");
        now.addAndGet(9);
        log.line("c");
        now.addAndGet(1);
        log.line("d");
        now.addAndGet(25);
        log.line("e");
        assertThat(lines).containsExactly("a", "d (and 2 more of this sort since the last such line)", "e");
    }
}
