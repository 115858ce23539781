package io.quorate.simulator.mutant;

import static io.quorate.simulator.mutant.Mutant.core;
import static io.quorate.simulator.mutant.Mutant.engine;

import java.util.List;

/** Bugs of the write-ahead log and its recovery. */
final class LogMutants {

    static final List<Mutant> ALL = List.of(
            new Mutant(
                    "sync-left-out",
                    "The log is written and never synced.",
                    "corner case 13",
                    engine("log.GroupWriter"),
                    "active.file().sync();",
                    "active.file().size();"),
            new Mutant(
                    "nothing-waits-for-the-sync",
                    "What must wait for a sync is done at once.",
                    "corner cases 1 and 13",
                    engine("AfterSync"),
                    "if (ticket <= syncedTicket) {",
                    "if (ticket >= 0) {"),
            new Mutant(
                    "hard-state-not-synced",
                    "A new term or vote does not ask for a sync.",
                    "corner case 1",
                    engine("log.RaftLog"),
                    "pendingSync |= state.term() != hardState.term() || !state.votedFor().equals(hardState.votedFor());",
                    ""),
            new Mutant(
                    "failed-sync-retried",
                    "A sync that failed is tried again, and believed.",
                    "fsyncgate, 2018; corner case 24",
                    engine("log.GroupWriter"),
                    "active.file().sync();",
                    """
                    try {
                                active.file().sync();
                            } catch (IOException e) {
                                active.file().sync();
                            }"""),
            new Mutant(
                    "segment-name-not-durable",
                    "The folder is not synced when a segment begins.",
                    "corner case 24",
                    engine("log.SegmentMaker"),
                    """
                    disk.syncDirectory(LogFiles.FOLDER);
                            return segment;
                    """,
                    """
                    return segment;
                    """),
            new Mutant(
                    "segment-left-unsynced",
                    "A segment begins though the one before it is not durable.",
                    "corner case 24",
                    engine("log.GroupWriter"),
                    """
                    if (unsynced) {
                                sync();
                    """,
                    """
                    if (unsynced && offset < 0) {
                                sync();
                    """),
            new Mutant(
                    "damage-taken-for-a-torn-tail",
                    "Damage before the tail is cut off like a torn write.",
                    "Alagappan et al., FAST 2018; corner case 23",
                    engine("log.SegmentChain"),
                    "if (frame.durableLsn() >= lsn) {",
                    "if (frame.durableLsn() < 0) {"),
            new Mutant(
                    "damaged-log-votes",
                    "A member that has lost entries votes at once.",
                    "Alagappan et al., FAST 2018; corner case 23",
                    engine("log.LogRecovery"),
                    """
                    suspension,
                                    suspendedBy);
                    """,
                    """
                    Suspension.NONE,
                                    suspendedBy);
                    """),
            new Mutant(
                    "leader-does-not-forget-what-was-lost",
                    "A leader goes on believing acknowledgements of a member that has lost entries.",
                    "Alagappan et al., FAST 2018",
                    core("LogRepair"),
                    "follower.forget(last.index() + 1);",
                    ""),
            new Mutant(
                    "checksum-not-checked",
                    "The checksum of what was written together is not compared.",
                    "corner case 23",
                    engine("log.SegmentScanner"),
                    "if (window.getInt(start + BatchFrame.CRC_OFFSET) != secret.checksum(window, start, stop)) {",
                    "if (start > stop) {"),
            new Mutant(
                    "torn-tail-not-cut",
                    "The log goes on where a torn write was, before what is left of it.",
                    "corner case 23",
                    engine("log.LogRecovery"),
                    "if (reading.verdict() == Verdict.TORN) {",
                    "if (reading.verdict() == Verdict.TORN && offset < 0) {"),
            new Mutant(
                    "unproven-tail-not-rewritten",
                    "What was read after a failed sync is taken for durable.",
                    "fsyncgate, 2018; corner case 24",
                    engine("log.LogRecovery"),
                    "rewrite(end, reading.unproven());",
                    ""),
            new Mutant(
                    "hard-state-not-replayed",
                    "Term and vote are read from the segment's beginning alone.",
                    "corner case 1",
                    engine("log.Replay"),
                    "hardState = frame.hardState();",
                    ""),
            new Mutant(
                    "truncation-not-recorded",
                    "The log does not say that its tail was truncated.",
                    "paper figure 2",
                    engine("log.RaftLog"),
                    "mark(new Mark.Truncated(lastId(), chainKnown ? OptionalLong.of(chain) : OptionalLong.empty()));",
                    ""));

    private LogMutants() {}
}
