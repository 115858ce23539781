package io.quorate.engine;

import io.quorate.core.CoreStatus;
import io.quorate.core.Event;
import io.quorate.core.RaftCore;
import io.quorate.core.Rejection;
import io.quorate.core.SendBounds;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * What is asked of a node now and then, beside proposals and reads: each becomes a job on its loop. Once the node has stopped, futures
 * fail with {@link RaftException.Stopped}, and what answers nobody is not done.
 *
 * <p>Callable by any thread.
 *
 * @param <R> what applying a command results in
 */
final class NodeRequests<R> {

    private final RaftCore core;
    private final Transfers transfers;
    private final MembershipChanges membership;
    private final LeaderQuestions questions;
    private final SnapshotDuty<R> snapshots;
    private final Consumer<Input<R>> loop;
    private final Consumer<Event> steps;

    /**
     * @param loop takes jobs; the rest is touched by these alone
     * @param steps steps the core, on the loop
     */
    NodeRequests(
            RaftCore core,
            Transfers transfers,
            MembershipChanges membership,
            LeaderQuestions questions,
            SnapshotDuty<R> snapshots,
            Consumer<Input<R>> loop,
            Consumer<Event> steps) {
        this.core = core;
        this.transfers = transfers;
        this.membership = membership;
        this.questions = questions;
        this.snapshots = snapshots;
        this.loop = loop;
        this.steps = steps;
    }

    private void onLoop(Runnable task) {
        loop.accept(new Input.Job<>(task, ignored -> {}));
    }

    private void onLoop(Runnable task, CompletableFuture<?> answer) {
        loop.accept(new Input.Job<>(task, answer::completeExceptionally));
    }

    CompletableFuture<CoreStatus> inspect() {
        CompletableFuture<CoreStatus> answer = new CompletableFuture<>();
        onLoop(() -> answer.complete(core.status()), answer);
        return answer;
    }

    CompletableFuture<Void> transfer(MemberId target) {
        return handOver(target, new Event.TransferRequested(target));
    }

    CompletableFuture<Void> giveWay(MemberId target) {
        return handOver(target, new Event.GiveWayRequested(target));
    }

    private CompletableFuture<Void> handOver(MemberId target, Event request) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        onLoop(
                () -> {
                    if (transfers.begin(target, done, core.status())) {
                        steps.accept(request);
                    }
                },
                done);
        return done;
    }

    void sendWithin(SendBounds bounds) {
        onLoop(() -> steps.accept(new Event.SendBoundsChanged(bounds)));
    }

    void unwell(Set<MemberId> members) {
        onLoop(() -> steps.accept(new Event.MembersUnwell(members)));
    }

    void barLeadership(boolean barred) {
        onLoop(() -> steps.accept(new Event.LeadershipBarred(barred)));
    }

    void ask(LeaderQuestions.Question question) {
        onLoop(() -> questions.ask(question, core.status().leader()), question.answer());
    }

    void answerWith(LeaderAnswers answers) {
        onLoop(() -> questions.answerWith(answers));
    }

    /** @param base what the target was made of, if that matters: nothing is changed if it is not in force any more */
    CompletableFuture<Configuration> changeMembership(Optional<Configuration> base, Configuration target) {
        CompletableFuture<Configuration> done = new CompletableFuture<>();
        onLoop(
                () -> {
                    if (base.isPresent() && !base.get().equals(core.configuration())) {
                        done.completeExceptionally(new RaftException.Refused(Rejection.CHANGE_IN_PROGRESS));
                    } else if (membership.begin(target, done)) {
                        steps.accept(new Event.ConfigurationProposed(target));
                    }
                },
                done);
        return done;
    }

    CompletableFuture<SnapshotMeta> takeSnapshot() {
        CompletableFuture<SnapshotMeta> done = new CompletableFuture<>();
        onLoop(() -> snapshots.take(done), done);
        return done;
    }

    /** Takes a snapshot in place of one that was found damaged, unless one is being taken or installed. */
    void replaceSnapshot() {
        onLoop(snapshots::takeAnother);
    }
}
