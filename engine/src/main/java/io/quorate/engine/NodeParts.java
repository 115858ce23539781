package io.quorate.engine;

import io.quorate.core.EntryId;
import io.quorate.core.RaftCore;
import io.quorate.engine.log.LogFiles;
import io.quorate.engine.log.LogGap;
import io.quorate.engine.log.RaftLog;
import io.quorate.engine.snapshot.SnapshotStore;
import java.util.Optional;

/**
 * What a node is put together from, once its disk has been read.
 *
 * @param applied what the state machine stands at
 * @param stateMissing there is no state, and nothing here leads to one: a snapshot of the leader must come first
 * @param gap what the log held before it was damaged
 */
record NodeParts<R>(
        NodeOptions options,
        Ports ports,
        EngineMetrics metrics,
        NodeObserver observer,
        RaftCore core,
        RaftLog log,
        LogFiles logFiles,
        SnapshotStore snapshots,
        StateMachine<R> stateMachine,
        EntryId applied,
        boolean stateMissing,
        Optional<LogGap> gap) {}
