package io.quorate.engine;

import io.quorate.core.RoleName;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.detection.Detection;
import java.util.Optional;

/** The metrics port: what a node tells about its work. Called by several threads; must not block. */
public interface EngineMetrics {

    /** Tells nobody. */
    EngineMetrics NONE = new EngineMetrics() {};

    /** A write to the log, its sync included, took this long. */
    default void logSynced(long nanos) {}

    /** So many commands were applied in one call, which took this long. */
    default void applied(int commands, long nanos) {}

    default void roleChanged(RoleName role, long term) {}

    /** Another member leads, as far as this one knows, or none does. */
    default void leaderChanged(Optional<MemberId> leader, long term) {}

    /** Something was proposed at this member. */
    default void proposed() {}

    /** What was proposed at this member has an outcome, be it that nobody knows it. */
    default void proposalEnded(boolean applied) {}

    /** A write that was proposed at this member, and was just answered, took so long for this stretch of its way. */
    default void writePhase(WritePhase phase, long nanos) {}

    /** A write was answered, so long after it was proposed; told once for each of which phases were told, after them. */
    default void writeAnswered(long nanos) {}

    /** A snapshot of the state at this index was taken, in this time. */
    default void snapshotTaken(long index, long nanos) {}

    /** A snapshot that another member sent was installed. */
    default void snapshotInstalled(long index) {}

    /**
     * A piece of a snapshot goes to another member.
     *
     * @param snapshotIndex the last index that the snapshot covers
     * @param doneBytes where the piece ends in the snapshot's byte stream
     * @param totalBytes of the whole stream
     */
    default void snapshotPieceSent(MemberId to, long snapshotIndex, long doneBytes, long totalBytes) {}

    /** Another member has said what no honest one says; it was not believed. */
    default void detected(Detection detection) {}

    /** Another member could not install this member's snapshot at this index. */
    default void snapshotRefused(MemberId by, long index) {}
}
