package io.quorate.engine.log;

import io.quorate.core.HardState;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.Suspension;
import java.util.List;
import java.util.Optional;

/**
 * What the opening of a log found.
 *
 * @param log all entries behind {@code start}
 * @param files for the {@link LogWriter}
 * @param hardState the commit index is not above the last entry
 * @param start where the log begins; the state machine must stand at its last entry at least, or be restored
 * @param suspension what the log has lost, now or earlier, and did not get back since
 * @param gap what the log held before it was damaged, if that is known
 * @param report one sentence for each thing worth telling: what was cut off, damaged, moved aside
 */
public record RecoveredLog(
        RaftLog log,
        LogFiles files,
        HardState hardState,
        SnapshotMeta start,
        Suspension suspension,
        Optional<LogGap> gap,
        List<String> report) {

    public RecoveredLog {
        report = List.copyOf(report);
    }

    /** Whether the member does not vote. */
    public boolean votingSuspended() {
        return suspension != Suspension.NONE;
    }
}
