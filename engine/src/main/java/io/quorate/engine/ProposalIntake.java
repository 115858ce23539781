package io.quorate.engine;

import io.quorate.core.EntryId;
import io.quorate.core.Event;
import io.quorate.core.Rejection;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.PeerFrame;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The way of commands into the log: those of this member's clients and those that other members hand on, gathered into
 * batches, appended where this member leads, handed to the leader where another does.
 */
final class ProposalIntake<R> {

    /** Commands that the core decides on together. */
    private sealed interface Batch<R> {
        record Own<R>(List<Proposal<R>> proposals) implements Batch<R> {}

        record Forwarded<R>(MemberId from, PeerFrame.Forward frame) implements Batch<R> {}
    }

    private final int group;
    private final long maxBatchBytes;
    private final Proposals<R> proposals;
    private final Network network;
    private final CommandAppender appender;
    private final Consumer<Event> core;
    private final Clock clock;
    private List<Proposal<R>> arrived = new ArrayList<>();

    /** What is being proposed, of which some may not have got anywhere yet. */
    private List<Proposal<R>> underDecision = List.of();

    private Optional<Batch<R>> decidedOn = Optional.empty();
    private long decidedNanos;
    private final MemberId self;
    private final BooleanSupplier hasRoom;
    private Optional<MemberId> leader = Optional.empty();
    private long leaderTerm;
    private final ForwardMemory memory = new ForwardMemory();

    /** Appends a command to the log. */
    @FunctionalInterface
    interface CommandAppender {
        void append(EntryId id, ByteBuffer command);
    }

    /**
     * @param hasRoom whether this member's log has room; if not, it takes nothing in as a leader (corner case 26)
     * @param core steps the core with an event and executes what comes of it
     */
    ProposalIntake(
            NodeOptions options,
            Proposals<R> proposals,
            Network network,
            CommandAppender appender,
            BooleanSupplier hasRoom,
            Consumer<Event> core,
            Clock clock) {
        this.group = options.group();
        this.self = options.self();
        this.hasRoom = hasRoom;
        this.maxBatchBytes = options.flow().maxMessageBytes();
        this.proposals = proposals;
        this.network = network;
        this.appender = appender;
        this.core = core;
        this.clock = clock;
    }

    void arrive(Proposal<R> proposal) {
        arrived.add(proposal);
    }

    /** Proposes what has arrived, in batches of bounded size. */
    void proposeArrived() {
        if (arrived.isEmpty()) {
            return;
        }
        List<Proposal<R>> all = arrived;
        arrived = new ArrayList<>();
        underDecision = all;
        int begin = 0;
        long bytes = 0;
        for (int i = 0; i < all.size(); i++) {
            long size = size(all.get(i).command());
            if (bytes > 0 && bytes + size > maxBatchBytes) {
                decide(new Batch.Own<>(all.subList(begin, i)), i - begin, bytes);
                begin = i;
                bytes = 0;
            }
            bytes += size;
        }
        decide(new Batch.Own<>(all.subList(begin, all.size())), all.size() - begin, bytes);
        underDecision = List.of();
    }

    private void decide(Batch<R> batch, int count, long bytes) {
        decidedOn = Optional.of(batch);
        decidedNanos = clock.nanoTime();
        if (leader.equals(Optional.of(self)) && !hasRoom.getAsBoolean()) {
            // Before anything is appended: what is in the log has to wait, and clients would wait with it.
            reject(Rejection.NO_ROOM);
        } else {
            core.accept(new Event.Proposed(count, bytes));
        }
        decidedOn = Optional.empty();
    }

    private static long size(ByteBuffer command) {
        return (long) EntryFrame.HEADER_BYTES + command.remaining();
    }

    /** Another member hands on what its clients proposed. */
    void forwarded(MemberId from, PeerFrame.Forward frame) {
        long bytes = 0;
        for (ByteBuffer command : frame.commands()) {
            bytes += size(command);
        }
        if (frame.commands().isEmpty()) {
            return;
        }
        switch (memory.find(from, frame)) {
            case ForwardMemory.New ignored ->
                decide(new Batch.Forwarded<>(from, frame), frame.commands().size(), bytes);
            case ForwardMemory.Answered again -> network.send(from, again.answer());
            case ForwardMemory.Undecidable ignored -> {}
        }
    }

    /** The leader took nothing of it. */
    void refused(PeerFrame.ForwardRefused frame) {
        for (Proposal<R> proposal : proposals.takeForwarded(frame.firstRequestId(), frame.count())) {
            retryOrRefuse(proposal, frame.reason());
        }
    }

    /** The core has appended the batch that it was asked about; the first stands at {@code first}. */
    void append(EntryId first) {
        switch (decidedOn.orElseThrow()) {
            case Batch.Own<R> own -> {
                long index = first.index();
                for (Proposal<R> proposal : own.proposals) {
                    EntryId id = new EntryId(first.term(), index++);
                    proposal.appended(decidedNanos);
                    appender.append(id, proposal.command());
                    proposals.place(id, proposal);
                }
            }
            case Batch.Forwarded<R> batch -> {
                List<ByteBuffer> commands = batch.frame.commands();
                long index = first.index();
                for (ByteBuffer command : commands) {
                    appender.append(new EntryId(first.term(), index++), command);
                }
                // Before the entries themselves: the sender must know where to look for them when they arrive.
                answer(batch, new PeerFrame.Forwarded(group, batch.frame.firstRequestId(), commands.size(), first));
            }
        }
    }

    /** The core refuses the batch that it was asked about. */
    void reject(Rejection reason) {
        switch (decidedOn.orElseThrow()) {
            case Batch.Own<R> own -> {
                if (reason == Rejection.NOT_LEADER && leader.isPresent()) {
                    List<ByteBuffer> commands = new ArrayList<>(own.proposals.size());
                    for (Proposal<R> proposal : own.proposals) {
                        proposal.handedOn(decidedNanos);
                        commands.add(proposal.command());
                    }
                    network.send(
                            leader.get(),
                            new PeerFrame.Forward(group, leaderTerm, proposals.forward(own.proposals), commands));
                } else {
                    own.proposals.forEach(proposal -> retryOrRefuse(proposal, reason));
                }
            }
            case Batch.Forwarded<R> batch ->
                answer(
                        batch,
                        new PeerFrame.ForwardRefused(
                                group,
                                batch.frame.firstRequestId(),
                                batch.frame.commands().size(),
                                reason));
        }
    }

    private void answer(Batch.Forwarded<R> batch, PeerFrame answer) {
        memory.remember(batch.from, batch.frame, answer);
        network.send(batch.from, answer);
    }

    /** What a leader may take later waits for one; too much is too much. */
    private void retryOrRefuse(Proposal<R> proposal, Rejection reason) {
        switch (reason) {
            case NOT_LEADER, NO_LEADER, TRANSFER_IN_PROGRESS -> proposals.awaitLeader(proposal);
            case TOO_MANY_UNCOMMITTED,
                    NO_ROOM,
                    BAD_TRANSFER_TARGET,
                    TRANSFER_TARGET_NOT_READY,
                    CHANGE_IN_PROGRESS,
                    NOTHING_COMMITTED_YET,
                    BAD_CONFIGURATION -> proposal.fail(new RaftException.Refused(reason));
        }
    }

    /** This member leads now. */
    void leads(long term) {
        memory.begin(term);
    }

    /** Another leader is known, or none, or the same anew: what was asked before may or may not have been done. */
    void leaderChanged(Optional<MemberId> newLeader, long term) {
        if (!newLeader.equals(leader) || term != leaderTerm) {
            leader = newLeader;
            leaderTerm = term;
            proposals.leaderLost();
        }
    }

    /** Gives those that wait for a leader another try. */
    void retryWaiting() {
        if (proposals.someWait()) {
            arrived.addAll(proposals.takeWaiting());
        }
    }

    /** The node stops. What has only arrived is refused with the same cause as all else. */
    void stop(Throwable cause) {
        underDecision.forEach(proposal -> proposal.fail(new RaftException.Stopped(cause)));
        underDecision = List.of();
        arrived.forEach(proposal -> proposal.fail(new RaftException.Stopped(cause)));
        arrived.clear();
    }
}
