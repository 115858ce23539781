package io.quorate.server;

import io.quorate.engine.RaftException;
import io.quorate.engine.RaftNode;
import io.quorate.kv.Bytes;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.ManagedOperation;
import io.quorate.kv.NoteOperation;
import io.quorate.kv.Result;
import io.quorate.server.audit.OwnDeeds;
import io.quorate.server.grey.Bulletin;
import io.quorate.server.grey.GreyScore;
import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.OperationReport;
import io.quorate.server.proto.managerpb.Step;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One attempt of a leader to hand over since it fails slowly, on record as the manager's operations are: it waits for none of them, and none
 * of them is disturbed by it.
 */
final class GivingWayOperation {

    private static final Logger LOG = LoggerFactory.getLogger(GivingWayOperation.class);

    private static final int NOTE_TRIES = 20;
    private static final long NOTE_PAUSE_MILLIS = 100;

    private final RaftNode<Result> node;
    private final OwnDeeds deeds;
    private final String self;
    private final Bulletin heir;
    private final String heirName;
    private final GreyScore score;
    private final OperationReport.Builder report = OperationReport.newBuilder();

    /**
     * One that has not begun.
     *
     * @param deeds puts it on record as the member's own
     * @param self what this member is called
     * @param heirName what the other is called
     * @param score this member's
     */
    GivingWayOperation(
            RaftNode<Result> node, OwnDeeds deeds, String self, Bulletin heir, String heirName, GreyScore score) {
        this.node = node;
        this.deeds = deeds;
        this.self = self;
        this.heir = heir;
        this.heirName = heirName;
        this.score = score;
    }

    /**
     * Puts itself on record, hands over, and tells how that ended.
     *
     * @param begun called once it is on record, before anything is done
     * @return completes when it is over, whatever came of it; fails if that could not be put on record
     */
    CompletableFuture<?> execute(Runnable begun) {
        String reason = "the score of " + self + " is " + GreyScore.text(score.value()) + ": " + score.reasons()
                + "; that of " + heirName + " is " + GreyScore.text(heir.score());
        report.setTitle("grey failure: " + self + " gives way to " + heirName)
                .addPreflight(Check.newBuilder()
                        .setName("reason")
                        .setVerdict(Check.Verdict.FINE)
                        .setFinding(reason));
        return note(0, ManagedOperation.State.RUNNING)
                .thenCompose(noted -> {
                    if (!noted.accepted()) {
                        LOG.debug(
                                "member {} does not give way to {} while operation {} is under way",
                                self,
                                heirName,
                                noted.operation().id());
                        return CompletableFuture.<Void>completedFuture(null);
                    }
                    LOG.warn("member {} leads, fails slowly, and gives way to {}: {}", self, heirName, reason);
                    begun.run();
                    return handOver(noted.operation().id());
                })
                .whenComplete((over, failure) -> {
                    if (failure != null) {
                        LOG.warn(
                                "member {} could not put on record that it gives way, or how that ended: {}",
                                self,
                                failure.toString());
                    }
                });
    }

    private CompletableFuture<Void> handOver(long id) {
        long beginNanos = System.nanoTime();
        return node.giveWay(heir.member())
                .handle((nothing, failure) -> Optional.ofNullable(failure))
                .thenCompose(failure -> {
                    boolean done = failure.isEmpty();
                    String outcome = failure.map(this::inVain).orElseGet(() -> heirName + " leads");
                    report.addSteps(Step.newBuilder()
                                    .setName("hand over the leadership")
                                    .setDone(done)
                                    .setResult(outcome)
                                    .setMillis(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beginNanos)))
                            .setOutcome(outcome);
                    LOG.info("member {} has tried to give way: {}", self, outcome);
                    return noteAtLast(
                            id, done ? ManagedOperation.State.DONE : ManagedOperation.State.FAILED, NOTE_TRIES);
                })
                .thenAccept(noted -> {});
    }

    private String inVain(Throwable failure) {
        Throwable cause = failure instanceof CompletionException e && e.getCause() != null ? e.getCause() : failure;
        return switch (cause) {
            case RaftException.Refused refused -> "it was refused, and nothing was done: " + refused.getMessage();
            case RaftException.OutcomeUnknown unknown ->
                heirName
                        + " was told to take over, and is not known to have done so: it would not lead, or did not win its election";
            default -> "it is not known what came of it: " + cause.getMessage();
        };
    }

    /** While the leadership moves, what is proposed may be lost; and as long as this is on record as under way nobody else operates. */
    private CompletableFuture<Result.OperationResult> noteAtLast(long id, ManagedOperation.State state, int triesLeft) {
        return note(id, state)
                .exceptionallyCompose(failure ->
                        triesLeft == 1 || node.stopCause().isPresent()
                                ? CompletableFuture.failedFuture(failure)
                                : CompletableFuture.supplyAsync(() -> id, Pause.of(NOTE_PAUSE_MILLIS))
                                        .thenCompose(again -> noteAtLast(id, state, triesLeft - 1)));
    }

    private CompletableFuture<Result.OperationResult> note(long ofId, ManagedOperation.State state) {
        Bytes told = Bytes.wrap(report.build().toByteArray());
        NoteOperation note = new NoteOperation(ofId, state, System.currentTimeMillis(), false, told);
        return deeds.withOrigin(note)
                .thenCompose(command -> node.propose(ByteBuffer.wrap(CommandCodec.encode(command))))
                .thenApply(result -> switch (result) {
                    case Result.OperationResult noted -> noted;
                    default -> throw new IllegalStateException("a note came to " + result);
                });
    }
}
