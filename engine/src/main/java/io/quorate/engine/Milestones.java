package io.quorate.engine;

import io.quorate.core.Effect;
import io.quorate.core.Event;
import io.quorate.core.RaftCore;
import io.quorate.core.RoleName;
import io.quorate.engine.log.EntryFrame;

/**
 * When the log was durable here, was on enough other members, and was committed, how far: so that each write of this member's clients
 * can be told how long the stretches of its way took ({@link WritePhase}). It costs a few numbers for each batch, and no write anything
 * that is not in its {@link Proposal}.
 *
 * <p>On the node's loop alone.
 */
final class Milestones {

    private static final long NOT_LEADING = -1;

    private final Clock clock;
    private final Marks synced = new Marks();
    private final Marks replicated = new Marks();
    private final Marks committed = new Marks();
    private long ledTerm = NOT_LEADING;

    Milestones(Clock clock) {
        this.clock = clock;
    }

    /** A leader begins anew: what was known before is of other entries, perhaps. */
    void roleChanged(Effect.RoleChanged changed) {
        ledTerm = changed.role() == RoleName.LEADER ? changed.term() : NOT_LEADING;
        synced.clear();
        replicated.clear();
    }

    private boolean isLeading() {
        return ledTerm != NOT_LEADING;
    }

    /** The own log is durable up to here. */
    void synced(long index) {
        if (isLeading()) {
            synced.reach(index, clock.nanoTime());
        }
    }

    /** What the core has just handled may be news of what others have, or a proposal of a cluster without others. */
    void stepped(Event event, RaftCore core) {
        if (isLeading() && (event instanceof Event.Received || event instanceof Event.Proposed)) {
            long index = core.replicatedIndex();
            if (replicated.isBehind(index)) {
                replicated.reach(index, clock.nanoTime());
            }
        }
    }

    /** Up to here it is committed, and durable here. */
    void committed(long index) {
        committed.reach(index, clock.nanoTime());
    }

    /**
     * Gives a proposal its times, when its entry goes to the state machine; for entries in their order. One that was appended here
     * and committed by another leader gets none: what it has waited for cannot be told apart.
     */
    void stamp(Proposal<?> proposal, EntryFrame entry) {
        long index = entry.index();
        if (entry.term() == ledTerm) {
            proposal.committedHere(
                    synced.reachedNanos(index), replicated.reachedNanos(index), committed.reachedNanos(index));
        } else {
            proposal.committedElsewhere(committed.reachedNanos(index));
        }
    }

    /** Everything up to here has gone to the state machine. */
    void forgetTo(long index) {
        synced.forgetTo(index);
        replicated.forgetTo(index);
        committed.forgetTo(index);
    }
}
