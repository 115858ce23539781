package io.quorate.cli;

import com.google.gson.JsonObject;
import io.quorate.encryption.KeyException;
import io.quorate.encryption.MasterKeys;
import io.quorate.server.bolt.BoltException;
import io.quorate.server.snapshot.InvalidSnapshotException;
import io.quorate.server.snapshot.SnapshotFile.Tally;
import io.quorate.server.snapshot.SnapshotStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quorate snapshot status}: reads a snapshot through, and says what is in it. */
@Command(
        name = "status",
        description = {
            "Reads a snapshot of Quorate or of etcd through, and says what is in it. It never writes.",
            "Hash, revision, total keys and total size are those of 'etcdctl snapshot status': a key counts once for"
                    + " each",
            "of its versions, and so does whatever else is in the file. Beside them it says whether there is a"
                    + " checksum.",
            "Exits with 1 if the file is damaged, or none that could be restored."
        },
        footer = {"", "Example:", "  quorate snapshot status snapshot.db"})
final class SnapshotStatusCommand implements Callable<Integer> {

    @Parameters(paramLabel = "<file>", description = "The snapshot, or a copy of etcd's member/snap/db.")
    private Path file = Path.of("");

    @Option(
            names = "--output",
            paramLabel = "table|json",
            description = "What to print: a table for people, or JSON for programs. Default: ${DEFAULT-VALUE}",
            defaultValue = "table")
    private ClientOptions.Output output = ClientOptions.Output.table;

    @Mixin
    private KeyOptions encryption = new KeyOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        if (!Files.isRegularFile(file)) {
            throw CommandFailed.usage(file + " is not a file; name a snapshot");
        }
        SnapshotStatus status = read(file, encryption.keys());
        PrintWriter out = spec.commandLine().getOut();
        if (output == ClientOptions.Output.json) {
            JsonOutput.print(out, json(status));
        } else {
            print(status, out);
        }
        return ExitCode.OK;
    }

    /** @throws CommandFailed with one sentence if it is no snapshot that could be restored */
    static SnapshotStatus read(Path file, Optional<MasterKeys> keys) {
        try {
            return SnapshotStatus.read(file, keys);
        } catch (BoltException | InvalidSnapshotException e) {
            throw new CommandFailed(
                    ExitCode.FAILED, file + " is no snapshot that could be restored: " + e.getMessage(), e);
        } catch (KeyException e) {
            throw new CommandFailed(ExitCode.FAILED, String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILED, file + " cannot be read: " + e, e);
        }
    }

    /**
     * Reads what a member has sent: here it has no name yet that anybody would know, and without a checksum it is not whole.
     *
     * @throws CommandFailed with one sentence if it is no snapshot that could be restored
     */
    static SnapshotStatus readReceived(Path file, Optional<MasterKeys> keys, URI from) throws IOException {
        String what =
                "what " + from.getAuthority() + " sent is no snapshot that could be restored, and was not saved: ";
        try {
            SnapshotStatus status = SnapshotStatus.read(file, keys);
            if (!status.checksum().present()) {
                throw new CommandFailed(ExitCode.FAILED, what + "it ends without its checksum");
            }
            return status;
        } catch (BoltException | InvalidSnapshotException e) {
            throw new CommandFailed(ExitCode.FAILED, what + e.getMessage(), e);
        }
    }

    private static void print(SnapshotStatus status, PrintWriter out) {
        Tally tally = status.content().tally();
        Table table = new Table("HASH", "REVISION", "TOTAL KEYS", "TOTAL SIZE", "CHECKSUM");
        table.add(
                Long.toHexString(tally.hash()),
                Long.toString(tally.lastRevision()),
                Long.toString(tally.records()),
                ByteSize.text(status.databaseBytes()),
                status.checksum().present() ? "holds" : "there is none: it is a copy of a database");
        table.print(out);
    }

    private static JsonObject json(SnapshotStatus status) {
        Tally tally = status.content().tally();
        JsonObject answer = new JsonObject();
        answer.addProperty("hash", tally.hash());
        answer.addProperty("revision", tally.lastRevision());
        answer.addProperty("total_keys", tally.records());
        answer.addProperty("total_size_bytes", status.databaseBytes());
        answer.addProperty("checksum", status.checksum().present() ? "holds" : "none");
        answer.addProperty("sha256", status.checksum().fileSha256());
        answer.addProperty("compacted_revision", status.content().compactedRevision());
        answer.addProperty("leases", status.content().leases());
        answer.addProperty("users", status.content().users());
        answer.addProperty("roles", status.content().roles());
        return answer;
    }
}
