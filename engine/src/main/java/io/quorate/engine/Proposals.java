package io.quorate.engine;

import io.quorate.core.EntryId;
import io.quorate.core.Rejection;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Every proposal of this member that has not ended, by how far it has come: waiting for a leader, handed to the leader,
 * or standing in the log at a known place.
 *
 * <p>A proposal in the log ends by what is applied at its index: the entry of its term, and it has its result; another,
 * and it is known never to be applied. That holds whoever leads by then, so the loss of leadership alone ends nothing
 * that the log can still decide.
 */
final class Proposals<R> {

    /** A proposal in the log, with the term of its entry. */
    private record Placed<R>(long term, Proposal<R> proposal) {}

    /**
     * The lower bits of a request id count; those above are drawn for each life of a member. Ids of one life rise.
     */
    static final int REQUEST_ID_BITS = 24;

    private final int maxWaiting;
    private final ArrayDeque<Proposal<R>> waiting = new ArrayDeque<>();
    private final Map<Long, Proposal<R>> forwarded = new HashMap<>();
    private final Map<Long, Placed<R>> placed = new HashMap<>();
    private long nextRequestId;

    /**
     * @param life drawn from 39 bits, different at each start of this member: an answer to a request of an earlier life may
     *     still be under way, and would be taken for an answer to one of this life's
     */
    Proposals(int maxWaiting, long life) {
        this.maxWaiting = maxWaiting;
        this.nextRequestId = life << REQUEST_ID_BITS;
    }

    /** Keeps a proposal until a leader is known, or its time is over. */
    void awaitLeader(Proposal<R> proposal) {
        if (waiting.size() >= maxWaiting) {
            proposal.fail(new RaftException.Refused(Rejection.NO_LEADER));
        } else {
            waiting.add(proposal);
        }
    }

    /** Whether any waits for a leader. */
    boolean someWait() {
        return !waiting.isEmpty();
    }

    /** Takes those that wait for a leader, in the order of their arrival. */
    List<Proposal<R>> takeWaiting() {
        if (waiting.isEmpty()) {
            return List.of();
        }
        List<Proposal<R>> taken = new ArrayList<>(waiting);
        waiting.clear();
        return taken;
    }

    /** Notes that these are being handed to the leader. Returns the first's request id; the others follow. */
    long forward(List<Proposal<R>> proposals) {
        long first = nextRequestId;
        for (Proposal<R> proposal : proposals) {
            forwarded.put(nextRequestId++, proposal);
        }
        return first;
    }

    /** The leader did not take them: they may be tried again. */
    List<Proposal<R>> takeForwarded(long firstRequestId, int count) {
        List<Proposal<R>> taken = new ArrayList<>();
        for (long id = firstRequestId; id < firstRequestId + count; id++) {
            Optional.ofNullable(forwarded.remove(id)).ifPresent(taken::add);
        }
        return taken;
    }

    /**
     * The proposal stands in the log at this place. Whoever waits there for the entry of an earlier term can't be told that
     * it is lost: until one of the two is committed, a third member may yet lead that has the earlier one (paper figure 8).
     */
    void place(EntryId id, Proposal<R> proposal) {
        Placed<R> before = placed.get(id.index());
        if (before != null && before.term >= id.term()) {
            proposal.fail(new RaftException.OutcomeUnknown(true));
            return;
        }
        placed.put(id.index(), new Placed<>(id.term(), proposal));
        if (before != null) {
            before.proposal.fail(new RaftException.OutcomeUnknown(true));
        }
    }

    /** The leader says where it appended forwarded ones; {@code appliedIndex} is what was handed to the applier. */
    void placeForwarded(long firstRequestId, int count, EntryId first, long appliedIndex) {
        for (int i = 0; i < count; i++) {
            Proposal<R> proposal = forwarded.remove(firstRequestId + i);
            if (proposal == null) {
                continue;
            }
            long index = first.index() + i;
            if (index <= appliedIndex) {
                proposal.fail(new RaftException.OutcomeUnknown(false));
            } else {
                place(new EntryId(first.term(), index), proposal);
            }
        }
    }

    /** Takes the proposal that waits for the entry, and ends one that waited for another at that index. */
    Optional<Proposal<R>> takeApplied(long term, long index) {
        if (placed.isEmpty()) {
            return Optional.empty();
        }
        Placed<R> waiter = placed.remove(index);
        if (waiter == null) {
            return Optional.empty();
        }
        if (waiter.term != term) {
            waiter.proposal.fail(new RaftException.Superseded());
            return Optional.empty();
        }
        return Optional.of(waiter.proposal);
    }

    /** A snapshot took the place of these entries: what became of them can't be told. */
    void skipTo(long index) {
        placed.entrySet().removeIf(entry -> {
            boolean skipped = entry.getKey() <= index;
            if (skipped) {
                entry.getValue().proposal.fail(new RaftException.OutcomeUnknown(false));
            }
            return skipped;
        });
    }

    /** The leader that forwarded ones were sent to is gone: it may have appended them. */
    void leaderLost() {
        forwarded.values().forEach(proposal -> proposal.fail(new RaftException.OutcomeUnknown(true)));
        forwarded.clear();
    }

    /** Ends those whose time is over. */
    void expire(long nowNanos, boolean leaderKnown) {
        waiting.removeIf(proposal -> {
            boolean over = proposal.isOver(nowNanos);
            if (over) {
                proposal.fail(new RaftException.Refused(Rejection.NO_LEADER));
            }
            return over;
        });
        expire(forwarded.values().iterator(), nowNanos, leaderKnown);
        for (Iterator<Placed<R>> i = placed.values().iterator(); i.hasNext(); ) {
            Proposal<R> proposal = i.next().proposal;
            if (proposal.isOver(nowNanos)) {
                i.remove();
                proposal.fail(new RaftException.OutcomeUnknown(!leaderKnown));
            }
        }
    }

    private void expire(Iterator<Proposal<R>> proposals, long nowNanos, boolean leaderKnown) {
        while (proposals.hasNext()) {
            Proposal<R> proposal = proposals.next();
            if (proposal.isOver(nowNanos)) {
                proposals.remove();
                proposal.fail(new RaftException.OutcomeUnknown(!leaderKnown));
            }
        }
    }

    /** The node stops: everything ends. */
    void stop(Throwable cause) {
        RaftException.Stopped stopped = new RaftException.Stopped(cause);
        waiting.forEach(proposal -> proposal.fail(stopped));
        forwarded.values().forEach(proposal -> proposal.fail(stopped));
        placed.values().forEach(waiter -> waiter.proposal.fail(stopped));
        waiting.clear();
        forwarded.clear();
        placed.clear();
    }
}
