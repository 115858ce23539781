package io.quorate.server.healing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quorate.engine.inspect.Finding;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A scrub tells of damage in what it has read, and of nothing else. */
@Timeout(60)
class MemberScrubTest {

    private static final Finding DAMAGE = Finding.damage("state/kv", "a file is missing", "the state is dropped");
    private static final ScrubReport DAMAGED = new ScrubReport(List.of(), List.of(), List.of(DAMAGE), List.of());

    private final Queue<String> told = new ConcurrentLinkedQueue<>();

    /** Data that are found damaged once they may be read to their end. */
    private final class Data implements MemberScrub.Target {

        private final String name;
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch end = new CountDownLatch(1);

        Data(String name) {
            this.name = name;
        }

        @Override
        public long bytes() {
            return 1;
        }

        @Override
        public ScrubReport read(LongConsumer onRead) {
            begun.countDown();
            try {
                end.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return DAMAGED;
        }

        @Override
        public void found(ScrubReport report) {
            told.add(name + ": " + report.all().getFirst().what());
        }
    }

    private static ScrubStatus awaitEnd(MemberScrub scrub) {
        await().until(() -> !scrub.status().running());
        return scrub.status();
    }

    @Test
    void damageIsToldOfTheDataThatWereRead() {
        Data data = new Data("first");
        data.end.countDown();
        try (MemberScrub scrub = new MemberScrub("m", () -> data, Duration.ZERO, 1 << 20)) {
            scrub.request();
            assertThat(awaitEnd(scrub).findings()).containsExactly(DAMAGE);
            assertThat(told).containsExactly("first: a file is missing");
        }
    }

    @Test
    void damageInDataThatWereReplacedWhileTheyWereReadIsToldOfNobody() throws InterruptedException {
        Data first = new Data("first");
        AtomicReference<Data> present = new AtomicReference<>(first);
        try (MemberScrub scrub = new MemberScrub("m", present::get, Duration.ZERO, 1 << 20)) {
            scrub.request();
            first.begun.await();
            present.set(new Data("second"));
            first.end.countDown();
            ScrubStatus status = awaitEnd(scrub);
            assertThat(status.findings()).isEmpty();
            assertThat(status.failure()).contains("interrupted");
            assertThat(told).isEmpty();
        }
    }

    @Test
    void anIntervalBeginsOneScrubAfterAnother() {
        Data data = new Data("first");
        data.end.countDown();
        try (MemberScrub scrub = new MemberScrub("m", () -> data, Duration.ofMillis(20), 1 << 20)) {
            await().until(() -> scrub.status().number() >= 3);
        }
        assertThat(told).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void withoutAnIntervalThereAreOnlyTheScrubsThatAreAskedFor() {
        Data data = new Data("first");
        data.end.countDown();
        try (MemberScrub scrub = new MemberScrub("m", () -> data, Duration.ZERO, 1 << 20)) {
            assertThat(scrub.status()).isEqualTo(ScrubStatus.NONE);
            for (int number = 1; number <= 2; number++) {
                scrub.request();
                assertThat(awaitEnd(scrub).number()).isEqualTo(number);
            }
        }
    }

    /** What was found before is no answer: whoever asks would take it for what is there now. */
    @Test
    void onceItIsClosedWhoeverAsksForAScrubIsToldThatNothingWasRead() {
        Data data = new Data("first");
        data.end.countDown();
        MemberScrub scrub = new MemberScrub("m", () -> data, Duration.ZERO, 1 << 20);
        scrub.request();
        awaitEnd(scrub);
        scrub.close();
        assertThat(scrub.request().running()).isFalse();
        assertThat(scrub.request().findings()).isEmpty();
        assertThat(scrub.request().failure()).startsWith("nothing was read: ");
    }

    /** At this rate it would take years: the scrub is waiting when it is interrupted, or is about to. */
    @Test
    void anInterruptEndsAScrubThatWaitsForItsRate() {
        MemberScrub.Target slow = new MemberScrub.Target() {
            @Override
            public long bytes() {
                return Long.MAX_VALUE;
            }

            @Override
            public ScrubReport read(LongConsumer onRead) {
                onRead.accept(1L << 30);
                return DAMAGED;
            }

            @Override
            public void found(ScrubReport report) {
                told.add("found");
            }
        };
        try (MemberScrub scrub = new MemberScrub("m", () -> slow, Duration.ZERO, 1)) {
            scrub.request();
            await().until(() -> scrub.status().doneBytes() == 1L << 30);
            assertThat(scrub.status().running()).isTrue();
            scrub.interrupt();
            assertThat(scrub.status().running()).isFalse();
            assertThat(scrub.status().failure()).contains("interrupted");
            assertThat(told).isEmpty();
        }
    }
}
