package io.quorate.engine.detection;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.Suspicion;
import io.quorate.core.quorum.MemberId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What is remembered of detections, and for how long; in virtual time. */
class DetectionsTest {

    private static final MemberId TWO = new MemberId(2);

    private final AtomicLong nanos = new AtomicLong();
    private final List<String> lines = new ArrayList<>();
    private final Detections detections =
            new Detections(lines::add, nanos::get, () -> Instant.ofEpochMilli(nanos.get() / 1_000_000));

    private void detect(DetectionKind kind, Detection.Source source, String what) {
        detections.detected(new Detection(kind, source, what));
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    @Test
    void whatOneSourceDoesAgainIsOneEntryThatCounts() {
        detect(DetectionKind.FLOOD, new Detection.Member(TWO), "sends a lot");
        pass(Duration.ofSeconds(3));
        detect(DetectionKind.FLOOD, new Detection.Member(TWO), "sends more");
        assertThat(detections.latest())
                .containsExactly(new Detections.Entry(DetectionKind.FLOOD, "member " + TWO, 2, "sends more", 0, 3_000));
        assertThat(detections.count(DetectionKind.FLOOD)).isEqualTo(2);
        assertThat(detections.count(DetectionKind.GARBAGE)).isZero();
    }

    @Test
    void sourcesThatAreMadeUpDoNotFillTheMemoryNorHaveOtherKindsForgotten() {
        detect(DetectionKind.DOUBLE_VOTE, new Detection.Member(TWO), "campaigns");
        for (int i = 0; i < 10_000; i++) {
            detect(DetectionKind.FOREIGN_PEER, new Detection.Address("10.0.0." + i), "was not let in");
        }
        assertThat(detections.latest()).hasSize(1 + Detections.SOURCES_OF_A_KIND);
        assertThat(detections.latest())
                .anyMatch(entry -> entry.kind() == DetectionKind.DOUBLE_VOTE)
                .anyMatch(entry -> entry.source().equals("10.0.0.9999"))
                .noneMatch(entry -> entry.source().equals("10.0.0.1"));
        assertThat(detections.count(DetectionKind.FOREIGN_PEER)).isEqualTo(10_000);
    }

    @Test
    void ofEachKindOneLineIsLoggedInAWhile() {
        for (int i = 0; i < 5; i++) {
            detect(DetectionKind.FLOOD, new Detection.Member(TWO), "sends a lot");
        }
        detect(DetectionKind.GARBAGE, new Detection.Address("10.0.0.9"), "sent bytes");
        assertThat(lines)
                .containsExactly(
                        "Detected (flood): member " + TWO + " sends a lot", "Detected (garbage): 10.0.0.9 sent bytes");
        pass(Duration.ofSeconds(11));
        detect(DetectionKind.FLOOD, new Detection.Member(TWO), "sends a lot");
        assertThat(lines).hasSize(3);
        assertThat(lines.getLast()).contains("4 more");
    }

    @Test
    void eachSuspicionOfTheCoreHasAKindAndProvesALie() {
        for (Suspicion.Kind kind : Suspicion.Kind.values()) {
            Detection detection = Detection.of(TWO, new Suspicion(kind, "lies"));
            assertThat(detection.kind().name()).isEqualTo(kind.name());
            assertThat(detection.kind().provesALie()).isTrue();
        }
        assertThat(Arrays.stream(DetectionKind.values()).map(DetectionKind::label))
                .doesNotHaveDuplicates()
                .allMatch(label -> label.matches("[a-z_]+"));
    }
}
