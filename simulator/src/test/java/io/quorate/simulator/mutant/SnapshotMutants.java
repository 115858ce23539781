package io.quorate.simulator.mutant;

import static io.quorate.simulator.mutant.Mutant.core;
import static io.quorate.simulator.mutant.Mutant.engine;

import java.util.List;

/** Bugs of snapshots, and of bringing log and state machine together. */
final class SnapshotMutants {

    static final List<Mutant> ALL = List.of(
            new Mutant(
                    "conflicting-log-kept",
                    "The log stays though it contradicts an installed snapshot's last entry.",
                    "paper section 7; corner case 21",
                    core("SnapshotTransfer"),
                    "transfer.keepLogTail = node.log().matches(transfer.snapshot.last());",
                    "transfer.keepLogTail = node.log().knows(transfer.snapshot.last().index());"),
            new Mutant(
                    "overtaken-snapshot-installed",
                    "A snapshot is installed that the log has overtaken meanwhile.",
                    "corner case 22",
                    core("SnapshotTransfer"),
                    "if (overtaken || !(node.role() instanceof Follower)) {",
                    "if (!(node.role() instanceof Follower)) {"),
            new Mutant(
                    "snapshot-names-another-index",
                    "A snapshot says that it stands at an earlier index than its state does.",
                    "corner case 25; etcd 3.5 inconsistency",
                    engine("SnapshotDuty"),
                    "SnapshotMeta meta = log.snapshotMetaAt(committed.handedIndex());",
                    "SnapshotMeta meta = log.snapshotMetaAt(committed.appliedIndex());"),
            new Mutant(
                    "received-snapshot-not-verified",
                    "A received snapshot is installed without comparing its checksums.",
                    "corner case 22",
                    engine("snapshot.IncomingSnapshot"),
                    "if (!SnapshotFolder.describe(disk, temporaryPath, file.name()).equals(file)) {",
                    "if (file.size() < 0) {"),
            new Mutant(
                    "log-goes-before-its-snapshot",
                    "The folder of a snapshot is not durable when the log is compacted.",
                    "corner case 24",
                    engine("snapshot.SnapshotFolderWriter"),
                    """
                    disk.rename(path, finalPath);
                            disk.syncDirectory(SnapshotStore.FOLDER);
                    """,
                    """
                    disk.rename(path, finalPath);
                    """),
            new Mutant(
                    "restored-before-the-log-is-reset",
                    "The state machine is restored before the log's reset is durable.",
                    "corner case 22",
                    engine("NodeLoop"),
                    "nodeLog.afterSync(() -> snapshots.restore(install.snapshot()));",
                    "snapshots.restore(install.snapshot());"),
            new Mutant(
                    "entry-applied-again-after-a-restart",
                    "After a restart the last entry is applied once more.",
                    "corner case 25",
                    engine("NodeOpening"),
                    "return log.idAt(durable);",
                    "return log.idAt(Math.max(first, durable - 1));"),
            new Mutant(
                    "entry-left-out-after-a-restart",
                    "After a restart one entry is not applied.",
                    "corner case 25; etcd 3.5 inconsistency",
                    engine("NodeOpening"),
                    "return log.idAt(durable);",
                    "return log.idAt(Math.min(last, durable + 1));"));

    private SnapshotMutants() {}
}
