package io.quorate.bench.micro;

import io.quorate.core.CoreOptions;
import io.quorate.core.Effect;
import io.quorate.core.EntryBatch;
import io.quorate.core.EntryId;
import io.quorate.core.Event;
import io.quorate.core.HardState;
import io.quorate.core.LogSizes;
import io.quorate.core.Message;
import io.quorate.core.RaftCore;
import io.quorate.core.RestoredState;
import io.quorate.core.RoleName;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.Suspension;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** The core of one of three members, to which a benchmark plays the two others, the disk and the state machine. */
final class DrivenCore {

    static final MemberId SELF = new MemberId(1);
    static final MemberId SECOND = new MemberId(2);
    static final MemberId THIRD = new MemberId(3);

    /** The engine's defaults, but for the timeouts: time stands still. */
    private static final CoreOptions OPTIONS = new CoreOptions(SELF, 50, 5, 0, 1 << 20, 256, 8L << 20, 64L << 20);

    /** A log all of whose entries take the same. */
    private record EqualSizes(long entryBytes) implements LogSizes {

        @Override
        public long lastIndexWithin(long firstIndex, long lastIndex, long maxBytes) {
            return Math.min(lastIndex, firstIndex + Math.max(1, maxBytes / entryBytes) - 1);
        }

        @Override
        public long bytes(long firstIndex, long lastIndex) {
            return (lastIndex - firstIndex + 1) * entryBytes;
        }
    }

    private final RaftCore core;

    private DrivenCore() {
        Configuration members = Configuration.of(Set.of(SELF, SECOND, THIRD));
        RestoredState empty = new RestoredState(
                HardState.INITIAL,
                new SnapshotMeta(EntryId.ORIGIN, members, 0),
                EntryBatch.empty(1),
                0,
                Suspension.NONE);
        core = new RaftCore(OPTIONS, empty, new EqualSizes(Entries.ENTRY_BYTES), new SplittableRandom(7));
    }

    /** A leader whose first entry is committed and applied, and whose followers have all that it has. */
    static DrivenCore leader() {
        DrivenCore driven = new DrivenCore();
        while (driven.core.status().role() != RoleName.PRE_CANDIDATE) {
            driven.prepare(new Event.Tick());
        }
        driven.prepare(new Event.Received(SECOND, new Message.PreVoteResponse(driven.term() + 1, true)));
        driven.prepare(new Event.Received(SECOND, new Message.VoteResponse(driven.term(), true)));
        driven.require(RoleName.LEADER);
        EntryId first = driven.core.status().last();
        driven.prepare(new Event.LogSynced(first));
        driven.prepare(new Event.Flush());
        driven.prepare(new Event.Received(SECOND, new Message.AppendAccepted(driven.term(), first.index())));
        driven.prepare(new Event.Received(THIRD, new Message.AppendAccepted(driven.term(), first.index())));
        driven.prepare(new Event.Applied(first.index()));
        driven.prepare(new Event.Flush());
        return driven;
    }

    /** A follower of the second member, with an empty log. */
    static DrivenCore follower() {
        DrivenCore driven = new DrivenCore();
        driven.prepare(new Event.Received(SECOND, new Message.Heartbeat(1, 0, 0)));
        driven.require(RoleName.FOLLOWER);
        return driven;
    }

    /** A step before the measurement. The disk keeps term and vote at once. */
    private void prepare(Event event) {
        for (Effect effect : List.copyOf(core.step(event))) {
            if (effect instanceof Effect.SaveHardState save) {
                core.step(new Event.HardStateSynced(save.state()));
            }
        }
    }

    private void require(RoleName role) {
        if (core.status().role() != role) {
            throw new IllegalStateException("the member is no " + role + ": " + core.status());
        }
    }

    List<Effect> step(Event event) {
        return core.step(event);
    }

    long term() {
        return core.status().term();
    }

    long lastIndex() {
        return core.status().last().index();
    }

    /** Makes sure that what was measured has led to what it is there for. */
    void requireCommitted(long index) {
        if (core.status().commitIndex() != index) {
            throw new IllegalStateException("everything up to " + index + " should be committed: " + core.status());
        }
    }
}
