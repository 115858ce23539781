package io.quorate.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quorate snapshot}: the parent of what is done with snapshots. */
@Command(
        name = "snapshot",
        description = {
            "Saves a snapshot of a running cluster, says what is in one, or makes a new cluster of one.",
            "The files are etcd's: etcdctl takes those of Quorate, and Quorate those of etcdctl.",
            "",
            "'quorate snapshot <command> --help' explains each command. 'quorate backup' saves snapshots at intervals, and",
            "restores each to see whether it is good."
        },
        footer = {
            "",
            "Examples:",
            "  quorate snapshot status snapshot.db",
            "  quorate snapshot restore snapshot.db --name node1 --data-dir node1.data",
            "  quorate snapshot save snapshot.db"
        })
final class SnapshotCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        throw CommandFailed.noSubcommand(spec, "say what to do with a snapshot");
    }
}
