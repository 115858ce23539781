package io.quorate.engine;

import io.quorate.core.BrokenInvariantException;
import io.quorate.core.CoreStatus;
import io.quorate.core.Effect;
import io.quorate.core.Event;
import io.quorate.core.RaftCore;
import io.quorate.core.Suspension;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.log.ConfigurationCodec;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.EntryKind;
import io.quorate.engine.log.LogWriter;
import io.quorate.engine.log.RaftLog;
import io.quorate.engine.log.Synced;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.PeerFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The node's one loop: takes everything that has queued, steps the core with each, executes the effects in order, and
 * hands writes and messages out once for the whole batch.
 *
 * <p>All methods but those marked as callable by any thread run on the loop's executor. Whatever can hang (log, state
 * machine, snapshots, network) is behind a queue of its own and answers with an {@link Input}.
 *
 * @param <R> what applying a command results in
 */
final class NodeLoop<R> implements Network.Listener, LogWriter.Listener {

    private static final Logger LOG = LoggerFactory.getLogger(NodeLoop.class);

    /** Proposals and reads whose time is over are looked for every so many ticks. */
    private static final int EXPIRY_TICKS = 5;

    private static final Event FLUSH = new Event.Flush();

    private static final Event TICK = new Event.Tick();

    private static final ByteBuffer NO_PAYLOAD = ByteBuffer.allocate(0);

    private final NodeOptions options;
    private final Clock clock;
    private final RaftCore core;
    private final RaftLog log;
    private final NodeLog nodeLog;
    private final Network network;
    private final Applier<R> applier;
    private final CommittedEntries<R> committed;
    private final SnapshotDuty<R> snapshots;
    private final Milestones milestones;
    private final Proposals<R> proposals;
    private final ProposalIntake<R> intake;
    private final Reads reads = new Reads();
    private final LeaderQuestions questions;
    private final Transfers transfers = new Transfers();
    private final MembershipChanges membership = new MembershipChanges();
    private final RoleChanges<R> roles;
    private final Abstentions abstentions;
    private final ElectionTimeoutEstimate electionTimeout;
    private final LogMending mending;
    private final EngineMetrics metrics;
    private final NodeObserver observer;
    private final Mailbox<Input<R>> mailbox;
    private final AtomicBoolean tickQueued = new AtomicBoolean();
    private final CompletableFuture<Throwable> stopped = new CompletableFuture<>();
    private final OwnStanding standing;
    private final Stripping stripping;
    private final NodeRequests<R> requests;
    private final Distrust distrust;

    /** What the message being handled brought along; the core names it, within the same step. */
    private List<EntryFrame> receivedEntries = List.of();

    private ByteBuffer receivedChunk = NO_PAYLOAD;
    private int ticksSinceExpiry;
    private boolean stepping;

    /** The members as of the last step. */
    private Configuration members;

    private volatile CoreStatus status;
    private volatile RaftNode.Sending sending;
    private volatile Optional<MissingEntries> missing;

    /** Opens the network, but handles nothing before {@link #begin}. */
    NodeLoop(NodeParts<R> parts) throws IOException {
        this.options = parts.options();
        this.clock = parts.ports().clock();
        this.log = parts.log();
        this.metrics = parts.metrics();
        this.observer = parts.observer();
        this.core = parts.core();
        this.members = core.configuration();
        this.status = core.status();
        this.sending = new RaftNode.Sending(core.sendBounds(), core.sendCounts());
        this.milestones = new Milestones(clock);
        this.proposals = new Proposals<>(
                options.flow().maxWaiting(),
                new SplittableRandom(options.seed()).nextLong(1L << (Long.SIZE - 1 - Proposals.REQUEST_ID_BITS)));
        this.mailbox = new Mailbox<>(parts.ports().loop(), this::handle);
        this.nodeLog = new NodeLog(parts, this);
        this.mending = new LogMending(parts);
        this.stripping = new Stripping(options.witness(), core::isWitness);
        this.missing = mending.missing();
        this.applier = new Applier<>(
                parts.stateMachine(),
                parts.ports().applier(),
                index -> enqueue(new Input.Applied<>(index)),
                this::fail,
                metrics,
                clock);
        this.committed = new CommittedEntries<>(
                log, proposals, applier, milestones, parts.applied(), parts.stateMissing(), options.witness());
        this.snapshots = new SnapshotDuty<>(parts, applier, committed, this::onLoop, this::step, this::applied);
        this.standing = new OwnStanding(options.self());
        this.network = parts.ports().networks().open(this);
        standing.tell(network, core.configuration(), core.committedConfiguration());
        this.distrust = new Distrust(core, nodeLog, network, metrics, options.witness());
        this.questions = new LeaderQuestions(
                options.group(), options.self(), network, new SplittableRandom(~options.seed()).nextLong());
        this.intake = new ProposalIntake<>(
                options,
                proposals,
                network,
                (id, command) -> nodeLog.append(id, EntryKind.COMMAND, command),
                nodeLog::hasRoom,
                this::step,
                clock);
        this.abstentions = new Abstentions(options);
        this.electionTimeout = new ElectionTimeoutEstimate(options);
        this.roles = new RoleChanges<>(options.self(), metrics, intake, membership, questions);
        this.requests =
                new NodeRequests<>(core, transfers, membership, questions, snapshots, this::enqueue, this::step);
    }

    // ---- Callable by any thread.

    /** Begins to handle what has queued, the network's first frames perhaps. */
    void begin() {
        onLoop(() -> {
            observer.opened(core.status(), log);
            // The log's end may have lost its mark: until it has one, damage to it looks like a torn write.
            nodeLog.idle();
            snapshots.announceStored();
            committed.commit(status.commitIndex());
        });
        mailbox.open();
    }

    void enqueue(Input<R> input) {
        if (stopped.isDone()) {
            refuse(input);
        } else {
            mailbox.add(input);
        }
    }

    /** Runs the task on the loop; if the node has stopped, never. */
    private void onLoop(Runnable task) {
        enqueue(new Input.Job<>(task, ignored -> {}));
    }

    /** At most one tick queues at a time: after a pause of the process, time does not rush. */
    void tick() {
        if (tickQueued.compareAndSet(false, true)) {
            enqueue(new Input.Ticked<>());
        }
    }

    @Override
    public void received(MemberId from, PeerFrame frame) {
        enqueue(new Input.FrameReceived<>(from, frame));
    }

    @Override
    public void synced(Synced synced) {
        enqueue(new Input.Written<>(synced));
    }

    @Override
    public void failed(IOException cause) {
        fail(cause);
    }

    @Override
    public void unreachable(MemberId peer) {
        onLoop(() -> step(new Event.Unreachable(peer)));
    }

    @Override
    public void removed(MemberId says) {
        standing.removedBy(says);
    }

    @Override
    public void disowned(MemberId says) {
        standing.disownedBy(says);
    }

    /** Whether this member is one, as far as is known. */
    OwnStanding standing() {
        return standing;
    }

    /** The state of the core as of the last tick or change of role. */
    CoreStatus status() {
        return status;
    }

    /** How entries are sent, as of the last tick. */
    RaftNode.Sending sending() {
        return sending;
    }

    /** What a damaged log lacks, as of the last tick. */
    Optional<MissingEntries> missing() {
        return missing;
    }

    /** What may be asked of the node, by any thread. */
    NodeRequests<R> requests() {
        return requests;
    }

    /** Completes with the cause once the loop has stopped. */
    CompletableFuture<Throwable> stopped() {
        return stopped;
    }

    /** The node cannot, or shall not, go on. */
    void fail(Throwable cause) {
        onLoop(() -> stop(cause));
    }

    // ---- On the loop.

    private void handle(List<Input<R>> batch) {
        try {
            for (Input<R> input : batch) {
                if (stopped.isDone()) {
                    refuse(input);
                } else {
                    handle(input);
                }
            }
            if (!stopped.isDone()) {
                finishBatch();
            }
        } catch (RuntimeException | Error e) {
            stop(e);
            batch.forEach(this::refuse);
        }
    }

    private void handle(Input<R> input) {
        switch (input) {
            case Input.Proposed<R> proposed -> intake.arrive(proposed.proposal());
            case Input.ReadAsked<R> asked -> reads.arrive(asked.read());
            case Input.FrameReceived<R> received -> receive(received.from(), received.frame());
            case Input.Written<R> written -> written(written.synced());
            case Input.Applied<R> applied -> applied(applied.index());
            case Input.Ticked<R> ignored -> ticked();
            case Input.Job<R> job -> job.task().run();
        }
    }

    private void finishBatch() {
        intake.proposeArrived();
        OptionalLong read = reads.ask();
        if (read.isPresent()) {
            step(new Event.ReadRequested(read.getAsLong()));
        }
        standing.tell(network, core.configuration(), core.committedConfiguration());
        if (core.hasToFlush()) {
            step(FLUSH);
        }
        if (!nodeLog.submit()) {
            stop(new IOException("the log takes no more writes"));
        }
        network.flush();
    }

    private void written(Synced synced) {
        nodeLog.written(synced).ifPresent(last -> {
            milestones.synced(last.index());
            step(new Event.LogSynced(last));
        });
        nodeLog.release(synced);
    }

    private void applied(long index) {
        committed.applied(index);
        log.applied(index);
        step(new Event.Applied(index));
        reads.applied(index);
        snapshots.applied(index);
    }

    private void ticked() {
        tickQueued.set(false);
        if (nodeLog.waitsForRoom()) {
            step(new Event.LogWaitsForRoom());
        }
        electionTimeout.news().ifPresent(ticks -> step(new Event.ElectionTimeoutEstimated(ticks)));
        step(TICK);
        nodeLog.idle();
        if (mayMend()) {
            mending.tick(others(), network).ifPresent(this::mended);
            missing = mending.missing();
        }
        status = core.status();
        sending = new RaftNode.Sending(core.sendBounds(), core.sendCounts());
        abstentions.observe(status);
        if (++ticksSinceExpiry >= EXPIRY_TICKS) {
            ticksSinceExpiry = 0;
            proposals.expire(clock.nanoTime(), status.leader().isPresent());
            reads.expire(clock.nanoTime());
            questions.expire(clock.nanoTime());
            snapshots.releaseUnsent(status);
        }
        if (status.leader().isPresent()) {
            intake.retryWaiting();
        }
    }

    private void receive(MemberId from, PeerFrame frame) {
        if (distrust.refuses(from, frame)) {
            return;
        }
        switch (frame) {
            case PeerFrame.Raft raft -> {
                electionTimeout.received(from, raft.message(), clock);
                receivedEntries = stripping.incoming(from, raft.entries());
                step(new Event.Received(from, raft.message()));
                receivedEntries = List.of();
            }
            case PeerFrame.Snapshot snapshot -> {
                receivedChunk = snapshot.content();
                step(new Event.Received(from, snapshot.chunk()));
                receivedChunk = NO_PAYLOAD;
            }
            case PeerFrame.Forward forward -> {
                if (isMember(from)) {
                    intake.forwarded(from, forward);
                }
            }
            case PeerFrame.Forwarded placed ->
                proposals.placeForwarded(
                        placed.firstRequestId(), placed.count(), placed.first(), committed.handedIndex());
            case PeerFrame.ForwardRefused refused -> intake.refused(refused);
            case PeerFrame.Question question -> {
                if (isMember(from)) {
                    questions.asked(from, question, core.status().leader().equals(Optional.of(options.self())));
                }
            }
            case PeerFrame.Answer answer -> questions.answered(from, answer);
            // They are the network's own: where links are measured, they do not get here.
            case PeerFrame.Ping ping -> {}
            case PeerFrame.Pong pong -> {}
            case PeerFrame.EntriesRequest request -> {
                if (isMember(from)) {
                    network.send(from, stripping.outgoing(from, mending.answer(request)));
                }
            }
            case PeerFrame.Entries entries -> {
                if (mayMend()) {
                    mending.receive(from, entries, others(), network).ifPresent(this::mended);
                }
            }
        }
    }

    /**
     * Whether one may ask for something, or have it proposed. What a leader sends is heard whoever it is, since the log may not have
     * got as far as to name it; but a leader knows all members, and whoever lags behind is not the only one that can be asked.
     */
    private boolean isMember(MemberId from) {
        return core.status().configuration().isMember(from);
    }

    private List<MemberId> others() {
        return core.status().configuration().members().stream()
                .filter(member -> !member.equals(options.self()))
                .toList();
    }

    /**
     * Whether the log lacks something, and entries can go into it: what was found is handed over once, and would be lost
     * while a snapshot takes the place of the log. What others send meanwhile is asked for again.
     */
    private boolean mayMend() {
        return missing.isPresent() && !snapshots.isReplacingLog();
    }

    private void mended(LogMending.Mended mended) {
        receivedEntries = mended.entries();
        step(mended.event());
        receivedEntries = List.of();
    }

    @SuppressWarnings("ReferenceEquality") // The same object means that nothing has changed; another is looked at.
    private void step(Event event) {
        if (stopped.isDone()) {
            return;
        }
        if (stepping) {
            throw new BrokenInvariantException("a step within a step: " + event);
        }
        // What effects cause comes back through the mailbox, so a step never nests in another.
        stepping = true;
        List<Effect> effects = core.step(event);
        if (core.configuration() != members) {
            membersChanged();
        }
        observer.stepped(event, effects);
        // Before the effects, by which what is committed leaves for the state machine.
        milestones.stepped(event, core);
        // Most steps have few effects or none.
        for (int i = 0; i < effects.size(); i++) {
            execute(effects.get(i));
        }
        stepping = false;
    }

    /** Before the effects: whoever learns by one of them that something was done finds the members as they were then. */
    private void membersChanged() {
        members = core.configuration();
        if (!members.equals(status.configuration())) {
            status = core.status();
            WitnessMismatchException.check(members, options.self(), options.witness());
        }
    }

    private void execute(Effect effect) {
        switch (effect) {
            case Effect.SaveHardState save -> {
                log.saveHardState(save.state());
                nodeLog.afterSync(() -> onLoop(() -> step(new Event.HardStateSynced(save.state()))));
            }
            case Effect.AppendProposals append -> intake.append(append.first());
            case Effect.AppendNoOp noOp -> nodeLog.append(noOp.id(), EntryKind.NO_OP, NO_PAYLOAD);
            case Effect.AppendConfiguration added -> {
                nodeLog.append(added.id(), EntryKind.CONFIGURATION, ConfigurationCodec.encode(added.configuration()));
                membership.appended(added.id(), added.configuration());
            }
            case Effect.ConfigurationCommitted settled -> membership.committed(settled.index());
            case Effect.RejectConfiguration reject -> membership.rejected(reject.reason());
            case Effect.AppendReceived append -> nodeLog.append(append, receivedEntries);
            case Effect.TruncateLog truncate -> log.truncateFrom(truncate.fromIndex());
            case Effect.CompactLog compact -> log.compactTo(compact.upToIndex());
            case Effect.Send send ->
                network.send(send.to(), stripping.outgoing(send.to(), nodeLog.frame(send.message())));
            case Effect.SendAfterSync send -> {
                PeerFrame frame = nodeLog.frame(send.message());
                nodeLog.afterSync(() -> network.send(send.to(), frame));
            }
            case Effect.Apply apply -> committed.commit(apply.upToIndex());
            case Effect.RejectProposals reject -> intake.reject(reject.reason());
            case Effect.ReadReady ready -> reads.ready(ready.requestId(), ready.index(), committed.appliedIndex());
            case Effect.ReadFailed failed -> reads.failed(failed.requestId());
            case Effect.RoleChanged changed -> roleChanged(changed);
            case Effect.TransferEnded ended -> transfers.end(ended.target(), ended.succeeded());
            case Effect.TransferRefused refused -> transfers.refuse(refused.target(), refused.reason());
            case Effect.SendSnapshotChunk send -> {
                if (core.isWitness(send.to())) {
                    snapshots.sendToWitness(send, network);
                } else {
                    snapshots.send(send, network);
                }
            }
            case Effect.StoreSnapshotChunk store -> snapshots.store(store, receivedChunk);
            case Effect.InstallSnapshot install -> {
                log.resetTo(install.snapshot(), snapshots.chainHash(install.snapshot()), install.keepLogTail());
                committed.skipTo(install.snapshot());
                snapshots.installationBegins();
                nodeLog.afterSync(() -> snapshots.restore(install.snapshot()));
            }
            case Effect.ResumeVoting ignored -> log.resumeVoting();
            case Effect.SuspendVoting ignored -> {
                LOG.warn(
                        "member {} has acknowledged entries that its log does not hold any more: it does not vote until it"
                                + " has them again",
                        options.self());
                log.suspendVoting(Suspension.PROMISES_LOST);
            }
            case Effect.TakeSnapshot ignored -> snapshots.takeAnother();
            case Effect.SnapshotRefused refused -> {
                LOG.warn(
                        "member {} could not install this member's snapshot {}: it says why; if the snapshot was taken of a"
                                + " state that is damaged here, a scrub of this member shows it",
                        refused.by(),
                        refused.snapshot());
                metrics.snapshotRefused(refused.by(), refused.snapshot().index());
            }
        }
    }

    private void roleChanged(Effect.RoleChanged changed) {
        status = core.status();
        milestones.roleChanged(changed);
        roles.changed(changed);
        electionTimeout.leaderChanged(changed.leader());
    }

    private void stop(Throwable cause) {
        if (stopped.isDone()) {
            return;
        }
        intake.stop(cause);
        proposals.stop(cause);
        reads.stop(cause);
        questions.stop(cause);
        transfers.stop(cause);
        membership.stop(cause);
        snapshots.stop(cause);
        applier.stop(cause);
        nodeLog.close();
        network.close();
        stopped.complete(cause);
    }

    private void refuse(Input<R> input) {
        input.refuse(new RaftException.Stopped(stopped.join()));
    }
}
