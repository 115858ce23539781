package io.quorate.cli;

import io.quorate.server.operations.ClusterHealth;
import io.quorate.server.operations.MemberHealth;
import io.quorate.server.report.MemberReport;
import java.time.Duration;
import java.util.Optional;

/**
 * Waits until learners have nearly all of the log. One that makes no progress is reported, and not waited for blindly. For one
 * thread.
 */
final class CatchUp {

    private final OperationRun operation;
    private final long id;
    private final String name;
    private final long maxLag;
    private final Duration patience;

    /** The best so far: how little it lacked, and how much of which snapshot it had got. */
    private long leastLag = Long.MAX_VALUE;

    private long mostBytes;
    private long snapshotIndex;
    private boolean answered;
    private Optional<Pace> entries = Optional.empty();
    private Optional<Pace> bytes = Optional.empty();
    private long progressNanos = System.nanoTime();

    /**
     * @param id of the learner
     * @param maxLag so many entries it may lack
     * @param patience how long it may make no progress, also because it was not started yet
     */
    CatchUp(OperationRun operation, long id, String name, long maxLag, Duration patience) {
        this.operation = operation;
        this.id = id;
        this.name = name;
        this.maxLag = maxLag;
        this.patience = patience;
    }

    /**
     * Waits.
     *
     * @return what the learner has then, in words
     * @throws CommandFailed if it makes no progress
     */
    String await() {
        while (true) {
            ClusterSight.Seen seen = operation.lookPatiently(patience.toNanos());
            ClusterHealth health = seen.health();
            Optional<Long> matches = health.leader()
                    .flatMap(MemberHealth::told)
                    .map(leader -> leader.matches().getOrDefault(id, 0L));
            boolean answers = health.member(id).filter(MemberHealth::answers).isPresent();
            if (answers && matches.isPresent() && health.commitIndex() - matches.get() <= maxLag) {
                return "it has the log up to index " + matches.get() + " of " + health.commitIndex();
            }
            Optional<MemberReport.SnapshotTransfer> transfer = transfer(seen);
            if (matches.isPresent()) {
                noteProgress(health.commitIndex() - matches.get(), answers, transfer);
            }
            look(matches.orElse(0L), health.commitIndex(), answers, transfer);
            operation.pause();
        }
    }

    /** The snapshot that the leader sends the learner, if it does. */
    private Optional<MemberReport.SnapshotTransfer> transfer(ClusterSight.Seen seen) {
        return seen.reports()
                .leader()
                .flatMap(leader -> leader.snapshotTransfers().stream()
                        .filter(transfer -> ClusterSight.id(transfer.to()) == id)
                        .findFirst());
    }

    /** That it lacks less than ever, has more of a snapshot than ever, or has been heard of at all; not that it starts over. */
    private void noteProgress(long lag, boolean answers, Optional<MemberReport.SnapshotTransfer> transfer) {
        boolean progress = answers && !answered;
        answered |= answers;
        if (lag < leastLag) {
            leastLag = lag;
            progress = true;
        }
        if (transfer.isPresent()) {
            boolean another = transfer.get().snapshotIndex() > snapshotIndex;
            if (another) {
                bytes = Optional.empty();
            }
            if (another || transfer.get().doneBytes() > mostBytes) {
                snapshotIndex = Math.max(snapshotIndex, transfer.get().snapshotIndex());
                mostBytes = another
                        ? transfer.get().doneBytes()
                        : Math.max(mostBytes, transfer.get().doneBytes());
                progress = true;
            }
        }
        if (progress) {
            progressNanos = System.nanoTime();
        }
    }

    private void look(
            long matches, long commitIndex, boolean answers, Optional<MemberReport.SnapshotTransfer> transfer) {
        String where = answers || matches > 0
                ? entries(matches, commitIndex) + transfer.map(this::snapshot).orElse("")
                : "it does not answer, and has got nothing yet: it was not started, or cannot be reached";
        if (System.nanoTime() - progressNanos > patience.toNanos()) {
            throw new CommandFailed(
                    ExitCode.FAILED,
                    "learner " + name + " (" + JsonOutput.id(id) + ") has not come closer to having the log for "
                            + patience.toSeconds() + " s: " + where);
        }
        operation.tellNowAndThen(() -> name + ": " + where);
    }

    private String entries(long matches, long commitIndex) {
        long now = System.nanoTime();
        Pace pace = entries.orElseGet(() -> new Pace(now, matches));
        entries = Optional.of(pace);
        return "it has the log up to index " + matches + " of " + commitIndex + " ("
                + Math.round(pace.perSecond(now, matches)) + "/s, " + pace.left(now, matches, commitIndex) + ")";
    }

    private String snapshot(MemberReport.SnapshotTransfer transfer) {
        long now = System.nanoTime();
        Pace pace = bytes.orElseGet(() -> new Pace(now, transfer.doneBytes()));
        bytes = Optional.of(pace);
        return ", and " + ByteSize.text(transfer.doneBytes()) + " of " + ByteSize.text(transfer.totalBytes())
                + " of a snapshot (" + ByteSize.text((long) pace.perSecond(now, transfer.doneBytes())) + "/s, "
                + pace.left(now, transfer.doneBytes(), transfer.totalBytes()) + ")";
    }
}
