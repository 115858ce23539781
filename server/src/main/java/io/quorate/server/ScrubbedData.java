package io.quorate.server;

import io.quorate.engine.RaftNode;
import io.quorate.engine.inspect.Finding;
import io.quorate.kv.StateScrub;
import io.quorate.kv.StoreException;
import io.quorate.server.healing.MemberScrub;
import io.quorate.server.healing.ScrubReport;
import io.quorate.server.store.KvStateMachine;
import java.io.IOException;
import java.util.List;
import java.util.function.LongConsumer;

/** Everything that a member has on its disk, as one incarnation has opened it: log, snapshots and state. */
record ScrubbedData(Incarnation incarnation, MemberHealing healing) implements MemberScrub.Target {

    /** Of the state, so much is read at a time. */
    private static final long PIECE_BYTES = 256 << 10;

    private static final String STATE = "state/kv";
    private static final String REMEDY_OF_DAMAGE =
            "the state is dropped, and restored from an intact snapshot and the log, or from the leader";
    private static final String REMEDY_OF_DIVERGENCE =
            "the state is dropped with all snapshots of it, and restored from the leader";

    /** The files of the state are read as such, and then once more for the records in them. */
    @Override
    public long bytes() {
        return incarnation.node().scrubBytes()
                + 2 * incarnation.memberNode().machine().store().sizeBytes();
    }

    @Override
    public ScrubReport read(LongConsumer onRead) throws IOException {
        RaftNode.Scrubbed files = incarnation.node().scrub(onRead);
        if (incarnation.node().status().stateMissing()) {
            return new ScrubReport(files.log(), files.snapshots(), List.of(), List.of());
        }
        try {
            io.quorate.kv.ScrubReport state = readState(incarnation.memberNode().machine(), onRead);
            return new ScrubReport(files.log(), files.snapshots(), damage(state), divergence(state));
        } catch (StoreException e) {
            if (!e.isDamage()) {
                throw e;
            }
            Finding damage = Finding.damage(STATE, String.valueOf(e.getMessage()), REMEDY_OF_DAMAGE);
            return new ScrubReport(files.log(), files.snapshots(), List.of(damage), List.of());
        }
    }

    /** By then another incarnation may have mended it. */
    @Override
    public void found(ScrubReport report) {
        healing.scrubbed(incarnation.number(), report);
    }

    private static io.quorate.kv.ScrubReport readState(KvStateMachine machine, LongConsumer onRead) {
        try (StateScrub scrub = machine.scrub()) {
            while (!scrub.isDone()) {
                onRead.accept(scrub.advance(PIECE_BYTES));
            }
            return scrub.report();
        }
    }

    private static List<Finding> damage(io.quorate.kv.ScrubReport state) {
        return state.errors().stream()
                .map(error -> Finding.damage(STATE, error, REMEDY_OF_DAMAGE))
                .toList();
    }

    private static List<Finding> divergence(io.quorate.kv.ScrubReport state) {
        return state.errors().isEmpty()
                ? state.difference().stream()
                        .map(what -> Finding.damage(STATE, what, REMEDY_OF_DIVERGENCE))
                        .toList()
                : List.of();
    }
}
