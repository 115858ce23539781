package io.quorate.cli;

import com.google.gson.JsonObject;
import io.quorate.server.ServerConfig;
import io.quorate.server.SnapshotImport;
import io.quorate.server.SnapshotImport.Imported;
import io.quorate.server.bolt.BoltException;
import io.quorate.server.snapshot.InvalidSnapshotException;
import io.quorate.server.snapshot.SnapshotFile.Content;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code quorate snapshot restore}, and {@code quorate import}, which is the same by another name: makes a member's data
 * directory of a snapshot.
 */
@Command(
        name = "restore",
        description = {
            "Makes a member's data directory of a snapshot of Quorate or of etcd (3.4 to 3.6).",
            "It brings along keys with their whole history and revisions, leases, alarms, users and roles; the members"
                    + " of",
            "the old cluster are left behind: this founds a new one.",
            "",
            "Each member of the new cluster restores the same file into its own directory, which must be empty or"
                    + " missing,",
            "and is then started with the same --name, --initial-cluster and --initial-cluster-token. All must print"
                    + " the",
            "same digest. The options bear the names and meanings that they have in 'etcdctl snapshot restore' and in",
            "'quorate server'. 'quorate import' is this command under its older name.",
            "",
            "An encrypted snapshot needs the ring of its key, by --encryption-key-file. With that, the directory is"
                    + " encrypted",
            "as well, whatever the snapshot is, and the member is to be started with it."
        },
        footer = {"", "Example:", "  quorate snapshot restore snapshot.db --name node1 --data-dir node1.data"})
final class SnapshotRestoreCommand implements Callable<Integer> {

    private static final List<ServerFlag> FLAGS = List.of(
            ServerFlag.NAME,
            ServerFlag.DATA_DIR,
            ServerFlag.INITIAL_CLUSTER,
            ServerFlag.INITIAL_CLUSTER_TOKEN,
            ServerFlag.INITIAL_ADVERTISE_PEER_URLS,
            ServerFlag.ENCRYPTION_KEY_FILE,
            ServerFlag.ENCRYPTION_KEY_COMMAND);

    private static final String BUMP_OPTION = "--bump-revision";
    private static final String COMPACTED_OPTION = "--mark-compacted";

    private final Map<String, String> environment;
    private final OutputStream logStream;
    private final String verb;

    @Parameters(
            paramLabel = "<file>",
            description = "The snapshot, as 'quorate snapshot save' and 'etcdctl snapshot save' write it.")
    private Path file = Path.of("");

    @Option(
            names = "--skip-hash-check",
            description = "Takes a file without a checksum, such as a copy of etcd's member/snap/db.")
    private boolean skipHashCheck;

    @Option(
            names = BUMP_OPTION,
            paramLabel = "<n>",
            description = {
                "Lets the new cluster begin so many revisions after the snapshot, for clients that have seen later"
                        + " ones than it",
                "has. With " + COMPACTED_OPTION + " alone; the same at all members."
            },
            defaultValue = "0")
    private long revisionBump;

    @Option(
            names = COMPACTED_OPTION,
            description =
                    "Compacts up to that revision, so that no watch goes on from one that means something else now.")
    private boolean markCompacted;

    @Option(
            names = "--output",
            paramLabel = "table|json",
            description = "What to print: text for people, or JSON for programs. Default: ${DEFAULT-VALUE}",
            defaultValue = "table")
    private ClientOptions.Output output = ClientOptions.Output.table;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private SnapshotRestoreCommand(Map<String, String> environment, OutputStream logStream, String verb) {
        this.environment = Map.copyOf(environment);
        this.logStream = logStream;
        this.verb = verb;
    }

    /**
     * The command as {@code quorate snapshot restore}, with an option for each flag of a member that matters here.
     *
     * @param environment the process's environment
     * @param logStream where the log goes
     */
    static CommandLine asRestore(Map<String, String> environment, OutputStream logStream) {
        return withFlags(new SnapshotRestoreCommand(environment, logStream, "restored"));
    }

    /** The command as {@code quorate import}, which it was called first. */
    static CommandLine asImport(Map<String, String> environment, OutputStream logStream) {
        CommandLine commandLine = withFlags(new SnapshotRestoreCommand(environment, logStream, "imported"));
        commandLine.getCommandSpec().name("import");
        commandLine
                .getCommandSpec()
                .usageMessage()
                .description(
                        "Makes a member's data directory of a snapshot: 'quorate snapshot restore' by its older name.",
                        "Both do the same with the same options; 'quorate snapshot restore --help' says what.")
                .footer("", "Example:", "  quorate import etcd-snapshot.db --name node1 --data-dir node1.data");
        return commandLine;
    }

    private static CommandLine withFlags(SnapshotRestoreCommand command) {
        CommandLine commandLine = new CommandLine(command);
        for (ServerFlag flag : FLAGS) {
            commandLine
                    .getCommandSpec()
                    .addOption(OptionSpec.builder(flag.option())
                            .type(String.class)
                            .paramLabel(flag.valueLabel())
                            .description(flag.description() + " Default: " + defaultOf(flag))
                            .build());
        }
        return commandLine;
    }

    private static String defaultOf(ServerFlag flag) {
        // It follows from a flag that this command does not have.
        return flag == ServerFlag.INITIAL_ADVERTISE_PEER_URLS
                ? ServerFlag.LISTEN_PEER_URLS.defaultText()
                : flag.defaultText();
    }

    @Override
    public Integer call() {
        LogOutput.to(logStream, LogLevel.ERROR);
        if (!Files.isRegularFile(file)) {
            throw CommandFailed.usage(file + " is not a file; name a snapshot");
        }
        SnapshotImport.Options options = options();
        ServerConfig config = config();
        try {
            TransferProgress progress = TransferProgress.on(spec.commandLine().getErr());
            print(SnapshotImport.run(file, config, options, Asker.ofThisProcess(), progress.during(verb)), config);
            return ExitCode.OK;
        } catch (BoltException | InvalidSnapshotException e) {
            throw new CommandFailed(ExitCode.FAILED, file + " cannot be " + verb + ": " + e.getMessage(), e);
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILED, message(e), e);
        }
    }

    /** As etcd has it: a bump without the compaction would let watches go on from revisions that mean something else. */
    private SnapshotImport.Options options() {
        if (revisionBump < 0) {
            throw CommandFailed.usage(BUMP_OPTION + " is " + revisionBump + "; give a number above 0");
        }
        if (markCompacted != revisionBump > 0) {
            throw CommandFailed.usage(BUMP_OPTION + " and " + COMPACTED_OPTION + " go together: give both, or neither");
        }
        return new SnapshotImport.Options(skipHashCheck, revisionBump);
    }

    private static String message(IOException e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    private ServerConfig config() {
        Map<ServerFlag, String> commandLine = new EnumMap<>(ServerFlag.class);
        for (ServerFlag flag : FLAGS) {
            if (spec.commandLine().getParseResult().hasMatchedOption(flag.option())) {
                commandLine.put(flag, spec.commandLine().getParseResult().matchedOptionValue(flag.option(), ""));
            }
        }
        return ServerSettings.of(commandLine, environment).toConfig();
    }

    private void print(Imported imported, ServerConfig config) {
        PrintWriter out = spec.commandLine().getOut();
        if (output == ClientOptions.Output.json) {
            printJson(imported, config, out);
            return;
        }
        Content content = imported.content();
        out.println(verb + ": revision " + content.revision()
                + (content.compactedRevision() < 0 ? "" : ", compacted up to " + content.compactedRevision())
                + ", " + content.changes() + " changes of keys, " + content.leases() + " leases, " + content.users()
                + " users, " + content.roles() + " roles");
        out.println("digest: " + imported.digest());
        out.println("member: " + config.name() + ", id " + Long.toHexString(imported.memberId()) + ", of cluster "
                + Long.toHexString(imported.clusterId()) + ", in " + config.dataDir());
    }

    private static void printJson(Imported imported, ServerConfig config, PrintWriter out) {
        Content content = imported.content();
        JsonObject answer = new JsonObject();
        answer.addProperty("cluster_id", JsonOutput.id(imported.clusterId()));
        answer.addProperty("member_id", JsonOutput.id(imported.memberId()));
        answer.addProperty("name", config.name());
        answer.addProperty("data_dir", config.dataDir().toString());
        answer.addProperty("revision", content.revision());
        answer.addProperty("compacted_revision", content.compactedRevision());
        answer.addProperty("changes", content.changes());
        answer.addProperty("leases", content.leases());
        answer.addProperty("users", content.users());
        answer.addProperty("roles", content.roles());
        answer.addProperty("digest", imported.digest());
        JsonOutput.print(out, answer);
    }
}
