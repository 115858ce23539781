package io.quorate.cli;

import io.quorate.server.operations.ClusterHealth;
import io.quorate.server.operations.MemberHealth;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Waits until learners have nearly all of the log. One that makes no progress is reported, and not waited for blindly. For one
 * thread.
 */
final class CatchUp {

    private static final long TELL_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final OperationRun operation;
    private final long id;
    private final String name;
    private final long maxLag;
    private final Duration patience;

    /** What has changed whenever there is progress; a snapshot on its way is some, too. */
    private String progress = "";

    private long progressNanos = System.nanoTime();
    private long toldNanos = System.nanoTime();

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
            ClusterSight.Seen seen = operation.sight().look();
            ClusterHealth health = seen.health();
            Optional<Long> matches = health.leader()
                    .flatMap(MemberHealth::told)
                    .map(leader -> leader.matches().getOrDefault(id, 0L));
            boolean answers = health.member(id).filter(MemberHealth::answers).isPresent();
            if (answers && matches.isPresent() && health.commitIndex() - matches.get() <= maxLag) {
                return "it has the log up to index " + matches.get() + " of " + health.commitIndex();
            }
            look(matches.orElse(0L), health.commitIndex(), answers, transfer(seen));
            operation.pause();
        }
    }

    /** What the leader tells of a snapshot that it sends the learner; empty if it sends none. */
    private String transfer(ClusterSight.Seen seen) {
        return seen.reports()
                .leader()
                .flatMap(leader -> leader.snapshotTransfers().stream()
                        .filter(transfer -> ClusterSight.id(transfer.to()) == id)
                        .findFirst())
                .map(transfer -> transfer.doneBytes() + " of " + transfer.totalBytes() + " bytes of a snapshot")
                .orElse("");
    }

    private void look(long matches, long commitIndex, boolean answers, String transfer) {
        String now = matches + "/" + answers + "/" + transfer;
        if (!now.equals(progress)) {
            progress = now;
            progressNanos = System.nanoTime();
        }
        String where = answers || matches > 0
                ? "it has the log up to index " + matches + " of " + commitIndex
                        + (transfer.isEmpty() ? "" : ", and gets " + transfer)
                : "it does not answer, and has got nothing yet: it was not started, or cannot be reached";
        if (System.nanoTime() - progressNanos > patience.toNanos()) {
            throw new CommandFailed(
                    ExitCode.FAILED,
                    "learner " + name + " (" + Long.toHexString(id) + ") has made no progress for "
                            + patience.toSeconds() + " s: " + where);
        }
        if (System.nanoTime() - toldNanos > TELL_NANOS) {
            toldNanos = System.nanoTime();
            operation.say("          " + name + ": " + where);
        }
    }
}
