package io.quorate.core;

import io.quorate.core.ReadRound.Reader;
import io.quorate.core.quorum.MemberId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * Finds for each read an index that is late enough (ReadIndex, thesis 6.4).
 *
 * <p>The leader takes its commit index, once an entry of its own term is committed (corner case 27), and then has a
 * quorum confirm, after the read came, that it still leads: reads that wait at a flush share one round, whose number
 * heartbeats carry out and back. Other members ask the leader. A bounded number of rounds, or requests to the leader, is
 * under way at a time; reads that come meanwhile wait and share the next, so a slow network makes batches larger and not
 * messages more.
 *
 * <p>No read waits longer than two election timeouts for an answer: one to be sent, one to be answered.
 */
final class LinearizableReads {

    private static final int MAX_UNDER_WAY = 4;

    private final NodeState node;
    private final Effects effects;
    private final RequestIds requestIds;
    private final Deque<Forwarded> forwarded = new ArrayDeque<>();
    private List<Reader> waiting = new ArrayList<>();
    private int waitingTicks;

    /** Local reads on whose behalf the leader was asked, perhaps several times. */
    private static final class Forwarded {
        private final List<Reader> readers;

        /** All came after the reads, so an answer to any of them is late enough. */
        private final List<Long> requestIds = new ArrayList<>(1);

        private int ageTicks;

        Forwarded(List<Reader> readers) {
            this.readers = readers;
        }
    }

    LinearizableReads(NodeState node, Effects effects, RequestIds requestIds) {
        this.node = node;
        this.effects = effects;
        this.requestIds = requestIds;
    }

    void requested(long requestId) {
        await(new Reader.Local(requestId));
    }

    /** Only a leader can answer; who asked another asks again by itself. The leader's answer holds in any term. */
    void handle(MemberId from, Message.ReadIndexRequest request) {
        if (node.role() instanceof Leader) {
            await(new Reader.Remote(from, request.requestId()));
        }
    }

    private void await(Reader reader) {
        if (waiting.isEmpty()) {
            waitingTicks = 0;
        }
        waiting.add(reader);
    }

    void handle(Message.ReadIndexResponse response) {
        forwarded.removeIf(batch -> {
            if (!batch.requestIds.contains(response.requestId())) {
                return false;
            }
            batch.readers.forEach(reader -> ready(reader, response.index()));
            return true;
        });
    }

    /** Whether a reader waits for a flush, or for a round that may begin at one. */
    boolean isWaiting() {
        return !waiting.isEmpty();
    }

    void flush() {
        if (waiting.isEmpty()) {
            return;
        }
        if (node.role() instanceof Leader leader) {
            if (node.commitIndex() >= leader.firstIndex() && leader.readRounds().size() < MAX_UNDER_WAY) {
                beginRound(leader);
            }
        } else if (node.leader().isPresent() && forwarded.size() < MAX_UNDER_WAY) {
            Forwarded batch = new Forwarded(takeWaiting());
            forwarded.add(batch);
            ask(node.leader().get(), batch);
        }
    }

    private void beginRound(Leader leader) {
        List<Reader> readers = takeWaiting();
        if (node.isLoneVoter()) {
            readers.forEach(reader -> ready(reader, node.commitIndex()));
            return;
        }
        leader.readRounds().add(new ReadRound(leader.nextReadRound(), node.commitIndex(), readers));
        for (FollowerProgress follower : leader.followers()) {
            if (node.configuration().isVoter(follower.member())) {
                effects.send(follower.member(), Heartbeats.heartbeat(node, leader, follower));
            }
        }
    }

    /** Some follower has confirmed a round: whatever a quorum has confirmed is ready. */
    void confirm(Leader leader) {
        if (leader.readRounds().isEmpty()) {
            return;
        }
        long confirmed = node.quorum()
                .committedIndex(member ->
                        member.equals(node.self()) ? leader.lastReadRound() : leader.confirmedReadRound(member));
        while (!leader.readRounds().isEmpty() && leader.readRounds().getFirst().number() <= confirmed) {
            ReadRound round = leader.readRounds().removeFirst();
            round.readers().forEach(reader -> ready(reader, round.readIndex()));
        }
    }

    void tick() {
        int limit = node.options().electionTimeoutTicks();
        waitingTicks++;
        if (waitingTicks >= limit) {
            takeWaiting().forEach(reader -> fail(reader, Rejection.NO_LEADER));
        }
        if (node.role() instanceof Leader leader) {
            leader.readRounds().removeIf(round -> {
                boolean expired = round.tick() >= limit;
                if (expired) {
                    round.readers().forEach(reader -> fail(reader, Rejection.NO_LEADER));
                }
                return expired;
            });
        }
        forwarded.removeIf(batch -> tick(batch, limit));
    }

    /**
     * A request or its answer may be lost: asks again. Under a new id, so that no leader takes it for the one that it knows (corner
     * case 27); an answer to the old one may be on its way, and does as well.
     */
    private boolean tick(Forwarded batch, int limit) {
        batch.ageTicks++;
        if (batch.ageTicks >= limit) {
            batch.readers.forEach(reader -> fail(reader, Rejection.NO_LEADER));
            return true;
        }
        int retryTicks = 2 * node.options().heartbeatTicks();
        if (batch.ageTicks % retryTicks == 0 && node.leader().isPresent()) {
            ask(node.leader().get(), batch);
        }
        return false;
    }

    private void ask(MemberId leader, Forwarded batch) {
        long requestId = requestIds.fresh();
        batch.requestIds.add(requestId);
        effects.send(leader, new Message.ReadIndexRequest(node.term(), requestId));
    }

    /** What the old leader was asked for is asked of the next one, or answered here. */
    void leaderChanged() {
        for (Forwarded batch : forwarded) {
            waitingTicks = waiting.isEmpty() ? batch.ageTicks : Math.max(waitingTicks, batch.ageTicks);
            waiting.addAll(batch.readers);
        }
        forwarded.clear();
    }

    void leadershipLost(Leader leader) {
        for (ReadRound round : leader.readRounds()) {
            round.readers().forEach(reader -> fail(reader, Rejection.NOT_LEADER));
        }
        takeWaiting().forEach(reader -> fail(reader, Rejection.NOT_LEADER));
    }

    private List<Reader> takeWaiting() {
        waitingTicks = 0;
        if (waiting.isEmpty()) {
            return List.of();
        }
        List<Reader> taken = waiting;
        waiting = new ArrayList<>();
        return taken;
    }

    private void ready(Reader reader, long index) {
        effects.add(
                switch (reader) {
                    case Reader.Local local -> new Effect.ReadReady(local.requestId(), index);
                    case Reader.Remote remote ->
                        new Effect.Send(
                                remote.member(), new Message.ReadIndexResponse(node.term(), remote.requestId(), index));
                });
    }

    /** A member that asked for its readers is not told: it gives up by itself. */
    private void fail(Reader reader, Rejection reason) {
        switch (reader) {
            case Reader.Local local -> effects.add(new Effect.ReadFailed(local.requestId(), reason));
            case Reader.Remote remote -> {}
        }
    }
}
