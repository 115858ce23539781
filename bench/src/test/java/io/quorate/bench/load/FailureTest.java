package io.quorate.bench.load;

import static io.quorate.bench.load.Failure.Outcome.REFUSED;
import static io.quorate.bench.load.Failure.Outcome.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class FailureTest {

    @Test
    void whatTheClusterRefusesHasNotHappened() {
        Failure failure =
                Failure.of(Status.RESOURCE_EXHAUSTED.withDescription("etcdserver: mvcc: database space exceeded"));

        assertThat(failure.outcome()).isEqualTo(REFUSED);
        assertThat(failure).hasToString("refused: etcdserver: mvcc: database space exceeded");
        assertThat(Failure.of(Status.UNAVAILABLE.withDescription("etcdserver: no leader"))
                        .outcome())
                .isEqualTo(REFUSED);
        assertThat(Failure.of(Status.UNIMPLEMENTED).outcome()).isEqualTo(REFUSED);
        assertThat(Failure.of(Status.FAILED_PRECONDITION.withDescription(
                                "etcdserver: the cluster runs a release that does not know this request"))
                        .outcome())
                .isEqualTo(REFUSED);
    }

    @Test
    void whatTheClusterLeavesOpenMayHaveHappened() {
        for (String text : new String[] {
            "etcdserver: request timed out, possibly due to previous leader failure", "etcdserver: leader changed"
        }) {
            assertThat(Failure.of(Status.UNAVAILABLE.withDescription(text)).outcome())
                    .isEqualTo(UNKNOWN);
        }
    }

    @Test
    void aMemberThatLeftOffOrFailedHasMaybeWrittenAlready() {
        assertThat(Failure.of(Status.INTERNAL.withDescription("etcdserver: java.lang.IllegalStateException"))
                        .outcome())
                .isEqualTo(UNKNOWN);
        assertThat(Failure.of(Status.CANCELLED.withDescription("etcdserver: request canceled"))
                        .outcome())
                .isEqualTo(UNKNOWN);
        assertThat(Failure.of(Status.DEADLINE_EXCEEDED.withDescription("etcdserver: context deadline exceeded"))
                        .outcome())
                .isEqualTo(UNKNOWN);
    }

    @Test
    void aConnectionThatWasClosedForItsManyPingsLeavesItOpen() {
        assertThat(Failure.of(Status.RESOURCE_EXHAUSTED.withDescription("Bandwidth exhausted"))
                        .outcome())
                .isEqualTo(UNKNOWN);
    }

    @Test
    void whatWasNotAnsweredMayHaveHappened() {
        Failure lost = Failure.of(
                Status.UNAVAILABLE.withDescription("io exception").withCause(new IOException("Connection reset")));

        assertThat(lost).isEqualTo(new Failure(UNKNOWN, "io exception: Connection reset"));
        assertThat(Failure.of(Status.CANCELLED).outcome()).isEqualTo(UNKNOWN);
        assertThat(Failure.of(Status.DEADLINE_EXCEEDED).text()).isEqualTo("DEADLINE_EXCEEDED");
    }
}
