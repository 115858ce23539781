package io.quorate.simulator.invariant;

import io.quorate.core.Effect;
import io.quorate.core.Event;
import io.quorate.core.Message;
import io.quorate.engine.log.RaftLog;
import io.quorate.simulator.SimulatedMember;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The index of a linearizable read is at or above everything that any leader had committed before the read was asked for;
 * the leader that gives it has committed in its own term; and no request for one bears an id that was used before (thesis
 * 6.4; invariant 11, corner case 27).
 */
final class FreshReadIndex implements Invariant {

    private static final class Reader {
        /** By the id of the read: what was committed when it was asked for. */
        private final Map<Long, Long> committed = new HashMap<>();

        private final Set<Long> requestIds = new HashSet<>();
    }

    private final CommittedLog committed;
    private final PerMember<Reader> readers = new PerMember<>(Reader::new);

    FreshReadIndex(CommittedLog committed) {
        this.committed = committed;
    }

    private Reader reader(SimulatedMember member) {
        return readers.get(member.id());
    }

    @Override
    public void opened(SimulatedMember member) {
        reader(member).committed.clear();
    }

    @Override
    public Set<Class<?>> mattering() {
        return Set.of(Event.ReadRequested.class, Effect.ReadReady.class, Effect.ReadFailed.class, Effect.Send.class);
    }

    @Override
    public void stepped(SimulatedMember member, Event event, List<Effect> effects) {
        if (event instanceof Event.ReadRequested read) {
            reader(member).committed.put(read.requestId(), committed.last().index());
        }
        for (Effect effect : effects) {
            switch (effect) {
                case Effect.ReadReady ready -> ready(member, ready);
                case Effect.ReadFailed failed -> reader(member).committed.remove(failed.requestId());
                case Effect.Send send -> sends(member, send.message());
                default -> {}
            }
        }
    }

    private void ready(SimulatedMember member, Effect.ReadReady ready) {
        Long before = reader(member).committed.remove(ready.requestId());
        if (before == null) {
            throw violated("member " + member.id() + " has an index for read " + ready.requestId()
                    + ", which nobody waits for");
        }
        if (ready.index() < before) {
            throw violated("member " + member.id() + " may read at " + ready.index() + ", though " + before
                    + " was committed before it was asked");
        }
        requireOwnTerm(member, committed.leadingTerm(member.id()), ready.index());
    }

    private void sends(SimulatedMember member, Message message) {
        if (message instanceof Message.ReadIndexResponse response) {
            requireOwnTerm(member, response.term(), response.index());
        } else if (message instanceof Message.ReadIndexRequest request
                && !reader(member).requestIds.add(request.requestId())) {
            throw violated(
                    "member " + member.id() + " asks for a read index by the id " + request.requestId() + " again");
        }
    }

    /** @param term that the member leads in; 0 if it does not */
    private void requireOwnTerm(SimulatedMember leader, long term, long index) {
        RaftLog log = leader.log().orElseThrow();
        if (term > 0 && index >= log.firstIndex() - 1 && log.idAt(index).term() != term) {
            throw violated("leader " + leader.id() + " of term " + term + " gives the read index " + log.idAt(index));
        }
    }
}
