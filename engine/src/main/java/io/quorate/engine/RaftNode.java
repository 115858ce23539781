package io.quorate.engine;

import io.quorate.core.CoreStatus;
import io.quorate.core.SendBounds;
import io.quorate.core.SendCounts;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.NodeOpening.Opened;
import io.quorate.engine.inspect.Finding;
import io.quorate.engine.log.LogScrub;
import io.quorate.engine.log.LogSealing;
import io.quorate.engine.log.RaftLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongConsumer;

/**
 * A member of a Raft cluster, running. Safe for use by many threads.
 *
 * <p>Any member takes any request: one that does not lead hands proposals to the leader, and asks it for read indexes.
 *
 * <p>Futures complete on the node's own threads, so what is chained to them must be short or go to another executor. They
 * fail with {@link RaftException}.
 *
 * @param <R> what applying a command to the state machine results in
 */
public final class RaftNode<R> implements AutoCloseable {

    /**
     * The most that a command may take. A larger entry would fit no log or no frame, and stop every member that it
     * reaches; so the network must carry frames of {@value #FRAME_HEADROOM_BYTES} bytes more than the largest command.
     */
    public static final int MAX_COMMAND_BYTES = RaftLog.MAX_ENTRY_BYTES - RaftNode.FRAME_HEADROOM_BYTES;

    private static final int FRAME_HEADROOM_BYTES = 4096;

    private final NodeOptions options;
    private final Ports ports;
    private final NodeLoop<R> loop;
    private final NodeRequests<R> requests;
    private final Opened<R> opened;
    private final Scheduler.Repetition ticks;
    private final CompletableFuture<Throwable> stopped;
    private final EngineMetrics metrics;

    private RaftNode(NodeOptions options, Ports ports, Opened<R> opened, EngineMetrics metrics) throws IOException {
        this.metrics = metrics;
        this.options = options;
        this.ports = ports;
        this.opened = opened;
        this.loop = new NodeLoop<>(opened.parts());
        this.requests = loop.requests();
        this.loop.begin();
        this.ticks = ports.scheduler().every(options.timing().tick(), loop::tick);
        this.stopped = loop.stopped().whenComplete((cause, none) -> ticks.close());
    }

    /**
     * Opens the data directory, recovers, and takes part.
     *
     * @param stateMachine the application; closed with the node, and if the start fails. That of a witness is never asked for
     *     anything else
     * @throws io.quorate.engine.disk.DataDirectoryException if the directory cannot be used; nothing was changed
     * @throws IOException if the disk cannot be read, or the network not be opened
     */
    public static <R> RaftNode<R> start(
            NodeOptions options, Ports ports, StateMachine<R> stateMachine, EngineMetrics metrics) throws IOException {
        return start(options, ports, stateMachine, metrics, NodeObserver.NONE);
    }

    /** As {@link #start(NodeOptions, Ports, StateMachine, EngineMetrics)}, watched from inside. */
    public static <R> RaftNode<R> start(
            NodeOptions options,
            Ports ports,
            StateMachine<R> stateMachine,
            EngineMetrics metrics,
            NodeObserver observer)
            throws IOException {
        try {
            Opened<R> opened = NodeOpening.open(options, ports, stateMachine, metrics, observer);
            try {
                return new RaftNode<>(options, ports, opened, metrics);
            } catch (IOException | RuntimeException e) {
                closeFiles(opened);
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            stateMachine.close();
            throw e;
        }
    }

    /**
     * Replicates a command and applies it. At a witness it is replicated, and fails with {@link RaftException.Witness} once it is
     * committed: the member does not see what it results in.
     *
     * @param command its remaining bytes; must not be changed until the future completes
     * @return what applying it resulted in at this member. Fails with {@link RaftException.Refused} or {@link
     *     RaftException.Superseded} if it was not and will not be applied, with {@link RaftException.OutcomeUnknown} or
     *     {@link RaftException.Stopped} if it may be
     * @throws IllegalArgumentException if the command takes more than {@link #MAX_COMMAND_BYTES}
     */
    public CompletableFuture<R> propose(ByteBuffer command) {
        if (command.remaining() > MAX_COMMAND_BYTES) {
            throw new IllegalArgumentException("a command of " + command.remaining() + " bytes was proposed, at most "
                    + MAX_COMMAND_BYTES + " are taken: split it");
        }
        CompletableFuture<R> result = new CompletableFuture<>();
        metrics.proposed();
        var unused = result.whenComplete((applied, failure) -> metrics.proposalEnded(failure == null));
        long now = now();
        loop.enqueue(new Input.Proposed<>(new Proposal<>(command, result, now, deadlineFrom(now))));
        return result;
    }

    /**
     * Waits until a read of this member's state machine is linearizable: it then sees every command that had completed
     * anywhere before this call (thesis 6.4).
     *
     * @return the index that the state machine has reached; fails with {@link RaftException.Witness} at a witness
     */
    public CompletableFuture<Long> readIndex() {
        if (options.witness()) {
            return CompletableFuture.failedFuture(new RaftException.Witness(false));
        }
        CompletableFuture<Long> ready = new CompletableFuture<>();
        loop.enqueue(new Input.ReadAsked<>(new Reads.Read(ready, deadlineFrom(now()))));
        return ready;
    }

    /**
     * Asks the leader's application something that only a leader knows, see {@link LeaderAnswers}; it may be this member's own.
     *
     * @param question at most {@value LeaderQuestions#MAX_BYTES} remaining bytes; must not be changed any more
     * @return the answer; empty if the member that was asked could not tell, since it does not lead for example. Fails with
     *     {@link RaftException}: the question may have been answered all the same, or may be yet
     */
    public CompletableFuture<Optional<ByteBuffer>> askLeader(ByteBuffer question) {
        if (question.remaining() > LeaderQuestions.MAX_BYTES) {
            throw new IllegalArgumentException("a question of " + question.remaining() + " bytes was asked, at most "
                    + LeaderQuestions.MAX_BYTES + " are taken");
        }
        CompletableFuture<Optional<ByteBuffer>> answer = new CompletableFuture<>();
        requests.ask(new LeaderQuestions.Question(question, answer, deadlineFrom(now())));
        return answer;
    }

    /** From now on, questions that this member is asked as the leader are answered with this; until then, none is. */
    public void answerAsLeader(LeaderAnswers answers) {
        requests.answerWith(answers);
    }

    private long now() {
        return ports.clock().nanoTime();
    }

    private long deadlineFrom(long nowNanos) {
        return nowNanos + options.timing().proposalTimeout().toNanos();
    }

    /**
     * Hands leadership to another voter (thesis 3.10). Only the leader can.
     *
     * @return completes when the target leads; fails with {@link RaftException.Refused} if the target was not even told to campaign, and with
     *     {@link RaftException.OutcomeUnknown} if it was and is not known to lead
     */
    public CompletableFuture<Void> transferLeadership(MemberId target) {
        return requests.transfer(target);
    }

    /**
     * As {@link #transferLeadership}, for a leader that is not well and gives way before it fails. Nothing is disturbed for that: it fails
     * while a transfer to another member or a change of members is under way, and unless the target has been heard for four election
     * timeouts and has almost all of the log. How often it is asked for is for the caller to bound.
     */
    public CompletableFuture<Void> giveWay(MemberId target) {
        return requests.giveWay(target);
    }

    /**
     * How a member sends entries as a leader.
     *
     * @param bounds as they are now
     * @param counts since the node was started
     */
    public record Sending(SendBounds bounds, SendCounts counts) {}

    /**
     * From now on this member, while it leads, sends entries within these bounds; where they are wider than those of its options, those
     * hold. Whatever they are, nothing but speed depends on them.
     */
    public void sendWithin(SendBounds bounds) {
        requests.sendWithin(bounds);
    }

    /** How entries are sent, and what has come of it, as of the last tick; costs nothing. */
    public Sending sending() {
        return loop.sending();
    }

    /** These members, and no others, are unwell: this one, while it leads, hands over to none of them for its priority. */
    public void unwell(Set<MemberId> members) {
        requests.unwell(Set.copyOf(members));
    }

    /**
     * Keeps this member from leading, until that is taken back or the node is closed: for an application whose state is not
     * to be trusted. If it leads, it hands over. It votes for others, and keeps the log, as before; if all members are
     * barred, nobody leads.
     */
    public void barLeadership(boolean barred) {
        requests.barLeadership(barred);
    }

    /**
     * Changes who the members are (paper section 6). Only the leader can, and one change at a time; a change of more than
     * one voter goes through a joint configuration. A new member should be brought in as a learner first: a voter that has
     * no log yet counts at once, and cannot help.
     *
     * @param target all voters and learners that there shall be
     * @return completes with the target when it is committed. Fails with {@link RaftException.Refused} if nothing was
     *     changed, with {@link RaftException.OutcomeUnknown} if this member lost its leadership on the way
     */
    public CompletableFuture<Configuration> changeMembership(Configuration target) {
        return requests.changeMembership(Optional.empty(), target);
    }

    /**
     * As {@link #changeMembership(Configuration)}, unless others have changed the members since the target was made.
     *
     * @param base what the target was made of; if it is not in force any more, nothing is changed, and the future fails with
     *     {@link RaftException.Refused}
     */
    public CompletableFuture<Configuration> changeMembership(Configuration base, Configuration target) {
        return requests.changeMembership(Optional.of(base), target);
    }

    /**
     * Completes when this member knows that it was removed from the cluster for good ({@link Configuration#removed}): by its own
     * log, or by others, which do not let it in any more. It goes on running, and counts for nothing.
     */
    public CompletableFuture<Void> removed() {
        return loop.standing().removed().copy();
    }

    /**
     * Completes when another member, which it names, remembers this one with another storage: this one has lost what it had voted
     * and acknowledged, and is not listened to under its id any more. It should stop.
     */
    public CompletableFuture<MemberId> disowned() {
        return loop.standing().disowned().copy();
    }

    /** Takes a snapshot now, and compacts the log. */
    public CompletableFuture<SnapshotMeta> takeSnapshot() {
        return requests.takeSnapshot();
    }

    /**
     * What a {@link #scrub} found.
     *
     * @param log the log is damaged: only opening the data directory anew mends it, which keeps what is intact, suspends
     *     voting, and fetches the rest from the other members
     * @param snapshots these were set aside already; unless the state is damaged too, {@link #replaceSnapshot} should follow
     */
    public record Scrubbed(List<Finding> log, List<Finding> snapshots) {}

    /**
     * Reads the whole log and all snapshots from the disk, byte for byte, beside everything else. Blocks as long as that
     * takes; for a thread of the caller's own. A node that is closed meanwhile has nothing more to be found.
     *
     * @param onRead told how many bytes were read, again and again; it may take its time, and so bounds the rate
     */
    public Scrubbed scrub(LongConsumer onRead) throws IOException {
        List<Finding> log = LogScrub.of(opened.parts().logFiles(), onRead);
        return new Scrubbed(log, opened.parts().snapshots().scrub(onRead));
    }

    /** Takes a snapshot soon, unless one is being taken or installed: one that was there is not good. */
    public void replaceSnapshot() {
        requests.replaceSnapshot();
    }

    /** How many bytes a {@link #scrub} has to read, more or less. */
    public long scrubBytes() {
        return LogScrub.bytes(opened.parts().logFiles())
                + opened.parts().snapshots().bytes();
    }

    /** How much of the log is sealed with which master key, as of now. */
    public LogSealing logSealing() {
        return opened.parts().logFiles().sealing();
    }

    /** The state of the member as of the last tick; costs nothing. */
    public CoreStatus status() {
        return loop.status();
    }

    /** What the member's log lacks since it was damaged, if it was: why it does not vote. As of the last tick. */
    public Optional<MissingEntries> missingEntries() {
        return loop.missing();
    }

    /** The state of the member at a moment after this call. */
    public CompletableFuture<CoreStatus> inspect() {
        return requests.inspect();
    }

    public MemberId self() {
        return options.self();
    }

    /**
     * Completes with the cause when the node has stopped: a {@link CancellationException} after {@link #close}, else the
     * failure that it could not go on with.
     */
    public CompletableFuture<Throwable> stopped() {
        return stopped.copy();
    }

    /** Why the node has stopped; empty while it runs. For whoever asks often: each future of {@link #stopped} is kept until then. */
    public Optional<Throwable> stopCause() {
        return stopped.isDone() ? Optional.of(stopped.join()) : Optional.empty();
    }

    /** Stops and waits until everything is at rest, and the data directory can be opened again. */
    @Override
    public void close() throws IOException {
        loop.fail(new CancellationException("it was closed"));
        stopped.join();
        comeToRest(ports.logWriter());
        comeToRest(ports.applier());
        comeToRest(ports.background());
        comeToRest(ports.loop());
        closeFiles(opened);
        opened.parts().stateMachine().close();
    }

    private static void comeToRest(Executor executor) {
        CompletableFuture.runAsync(() -> {}, executor).join();
    }

    @SuppressWarnings("try") // They are named to be closed, in reverse order, all of them even if one fails.
    private static void closeFiles(Opened<?> opened) throws IOException {
        try (var directory = opened.directory();
                var files = opened.parts().logFiles();
                var snapshots = opened.parts().snapshots()) {}
    }
}
