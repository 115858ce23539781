package io.quorate.cli;

import com.google.gson.JsonObject;
import io.quorate.encryption.MasterKeys;
import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.Operation;
import io.quorate.server.snapshot.SnapshotFile.Content;
import io.quorate.server.snapshot.SnapshotStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quorate snapshot save}: has a running cluster stream a snapshot into a file. */
@Command(
        name = "save",
        description = {
            "Saves a snapshot of a running cluster in a file: all that one member has, keys with their history,"
                    + " leases,",
            "users and roles. It is etcd's file, the one that 'etcdctl snapshot save' writes, with a SHA-256 at its"
                    + " end.",
            "",
            "It is written beside the file, as <file>.part, read through, and gets its name only then: what has the"
                    + " name is",
            "whole. Where the cluster has users, it takes one with the role root. --timeout is how long to try to"
                    + " connect;",
            "the transfer itself goes on as long as anything arrives.",
            "",
            "With --encryption-key-file the file is encrypted; 'snapshot status' and 'restore' need the same ring"
                    + " then, and",
            "etcdctl cannot read it."
        },
        footer = {"", "Example:", "  quorate snapshot save snapshot.db --endpoints 127.0.0.1:2379"})
final class SnapshotSaveCommand implements Callable<Integer> {

    @Parameters(paramLabel = "<file>", description = "The file to write.")
    private Path file = Path.of("");

    @Option(names = "--force", description = "Replaces the file if it is there already.")
    private boolean force;

    @Mixin
    private KeyOptions encryption = new KeyOptions();

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    @SuppressWarnings("try") // What ends it cleanly is named to be closed.
    public Integer call() {
        requireFree();
        Path folder = PartialFile.folderOf(file);
        if (!Files.isDirectory(folder)) {
            throw CommandFailed.usage(folder + " is not a directory; make it first, or name a file elsewhere");
        }
        Optional<MasterKeys> keys = encryption.keys();
        PrintWriter err = spec.commandLine().getErr();
        try (CleanEnd end = CleanEnd.ofThisThread();
                CopyOperation operation = CopyOperation.begin(client, err, "snapshot save " + file)) {
            try {
                save(folder, keys, operation);
                return ExitCode.OK;
            } catch (CommandFailed e) {
                operation.failed(e);
                throw e;
            }
        }
    }

    private void save(Path folder, Optional<MasterKeys> keys, CopyOperation operation) {
        long begin = System.nanoTime();
        try (PartialFile partial = PartialFile.beside(file, keys)) {
            TransferProgress progress = TransferProgress.on(spec.commandLine().getErr());
            URI from = new SnapshotTransfer(client, progress, bytes -> FreeRoom.require(folder, bytes, "the snapshot"))
                    .into(partial)
                    .endpoint();
            operation.hasRoom("there is room for it in " + folder);
            long readNanos = System.nanoTime();
            SnapshotStatus status = SnapshotStatusCommand.readReceived(partial.path(), keys, from);
            requireFree();
            partial.moveTo(file);
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            String what = "revision " + status.content().revision() + ", " + Files.size(file) + " bytes";
            operation.did(
                    "take a snapshot of " + from.getAuthority(),
                    what + ", sha256 " + status.checksum().fileSha256(),
                    begin);
            operation.found(
                    "file",
                    Check.Verdict.FINE,
                    "its SHA-256 holds, and all in it can be read; it was not restored, which 'quorate backup' does",
                    readNanos);
            operation.compareMembers(spec.commandLine().getErr());
            print(status, from, took, operation.end(Operation.State.DONE, "saved: " + what));
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILED, "the snapshot cannot be saved: " + e, e);
        }
    }

    private void requireFree() {
        if (!force && Files.exists(file)) {
            throw new CommandFailed(
                    ExitCode.FAILED, file + " is there already; name another file, or replace it with --force");
        }
    }

    private void print(SnapshotStatus status, URI from, Duration took, CopyOperation.OnRecord onRecord)
            throws IOException {
        long bytes = Files.size(file);
        PrintWriter out = spec.commandLine().getOut();
        Content content = status.content();
        if (client.json()) {
            JsonObject answer = new JsonObject();
            answer.addProperty("file", file.toString());
            answer.addProperty("endpoint", from.toString());
            answer.addProperty("revision", content.revision());
            answer.addProperty("total_keys", content.tally().records());
            answer.addProperty("bytes", bytes);
            answer.addProperty("sha256", status.checksum().fileSha256());
            answer.addProperty("seconds", seconds(took));
            JsonOutput.addOnRecord(answer, onRecord);
            JsonOutput.print(out, answer);
            return;
        }
        out.println("saved " + file + ": revision " + content.revision() + ", "
                + content.tally().records() + " total keys, " + bytes + " bytes, "
                + String.format(Locale.ROOT, "%.1f s", seconds(took)));
        out.println("sha256: " + status.checksum().fileSha256());
        out.println(onRecord.text());
    }

    private static double seconds(Duration took) {
        return took.toMillis() / 1000.0;
    }
}
