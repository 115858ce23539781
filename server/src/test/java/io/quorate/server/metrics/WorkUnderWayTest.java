package io.quorate.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.quorum.MemberId;
import io.quorate.server.metrics.RecentDurations.Summary;
import io.quorate.server.metrics.SnapshotTransfers.Transfer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What is told of syncs and of snapshots that are not at their end, in virtual time. */
class WorkUnderWayTest {

    private static final MemberId PEER = new MemberId(2);
    private static final MemberId OTHER = new MemberId(3);

    private long now = 7;
    private final LogSyncs syncs = new LogSyncs(() -> now);
    private final SnapshotTransfers transfers = new SnapshotTransfers(() -> now);

    private void pass(long millis) {
        now += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Test
    void aSyncThatHangsIsToldThoughOthersEnd() {
        syncs.begins("log/segment-1");
        pass(3_000);
        syncs.begins("log/spare-2");
        pass(1_000);
        assertThat(syncs.pendingMillis()).isEqualTo(4_000);
        syncs.ended("log/spare-2", 9_000);
        assertThat(syncs.pendingMillis()).isEqualTo(4_000);
        syncs.ended("log/segment-1", 11_000);
        assertThat(syncs.pendingMillis()).isZero();
        assertThat(syncs.recent()).contains(new Summary(2, 9, 11, 11));
    }

    @Test
    void aSyncThatHasFailedIsNotWaitedForAndTellsNoTime() {
        syncs.begins("log/segment-1");
        pass(50);
        syncs.failed("log/segment-1");
        assertThat(syncs.pendingMillis()).isZero();
        assertThat(syncs.recent()).isEmpty();
    }

    @Test
    void ofEachSnapshotThatIsSentTheLatestPieceIsTold() {
        transfers.pieceSent(new Transfer(OTHER, 90, 10, 400));
        transfers.pieceSent(new Transfer(PEER, 90, 10, 400));
        transfers.pieceSent(new Transfer(PEER, 90, 20, 400));
        assertThat(transfers.underWay())
                .containsExactly(new Transfer(PEER, 90, 20, 400), new Transfer(OTHER, 90, 10, 400));

        pass(20_000);
        transfers.pieceSent(new Transfer(OTHER, 90, 30, 400));
        pass(20_000);
        assertThat(transfers.underWay()).containsExactly(new Transfer(OTHER, 90, 30, 400));
    }
}
