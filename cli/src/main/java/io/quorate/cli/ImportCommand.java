package io.quorate.cli;

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

/** {@code quorate import}: makes a member's data directory of a snapshot of etcd. */
@Command(
        name = "import",
        description = {
            "Makes a member's data directory of a snapshot of etcd (3.4 to 3.6) or of Quorate.",
            "It brings along keys with their whole history and revisions, leases, alarms, users and roles; the members of",
            "the old cluster are left behind.",
            "",
            "Each member of the new cluster imports the same file into its own directory, and is then started with the",
            "same --name, --initial-cluster and --initial-cluster-token. All imports must print the same digest. The",
            "options bear the names and meanings that they have in 'etcdctl snapshot restore' and in 'quorate server'."
        },
        footer = {"", "Example:", "  quorate import etcd-snapshot.db --name node1 --data-dir node1.data"})
final class ImportCommand implements Callable<Integer> {

    private static final List<ServerFlag> FLAGS = List.of(
            ServerFlag.NAME,
            ServerFlag.DATA_DIR,
            ServerFlag.INITIAL_CLUSTER,
            ServerFlag.INITIAL_CLUSTER_TOKEN,
            ServerFlag.INITIAL_ADVERTISE_PEER_URLS);

    private final Map<String, String> environment;
    private final OutputStream logStream;

    @Parameters(paramLabel = "<file>", description = "The snapshot, as 'etcdctl snapshot save' writes it.")
    private Path file = Path.of("");

    @Option(
            names = "--skip-hash-check",
            description = "Takes a file without a checksum, such as a copy of etcd's member/snap/db.")
    private boolean skipHashCheck;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /**
     * @param environment the process's environment
     * @param logStream where the log goes
     */
    ImportCommand(Map<String, String> environment, OutputStream logStream) {
        this.environment = Map.copyOf(environment);
        this.logStream = logStream;
    }

    /** Makes the command with an option for each flag of a member that matters here. */
    CommandLine toCommandLine() {
        CommandLine commandLine = new CommandLine(this);
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
        ServerConfig config = config();
        try {
            print(
                    SnapshotImport.run(file, config, skipHashCheck),
                    config,
                    spec.commandLine().getOut());
            return ExitCode.OK;
        } catch (BoltException | InvalidSnapshotException e) {
            throw new CommandFailed(ExitCode.FAILED, file + " cannot be imported: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILED, message(e), e);
        }
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
        return new ServerSettings(commandLine, environment, Map.of(), "").toConfig();
    }

    private static void print(Imported imported, ServerConfig config, PrintWriter out) {
        Content content = imported.content();
        out.println("imported: revision " + content.revision()
                + (content.compactedRevision() < 0 ? "" : ", compacted up to " + content.compactedRevision())
                + ", " + content.changes() + " changes of keys, " + content.leases() + " leases, " + content.users()
                + " users, " + content.roles() + " roles");
        out.println("digest: " + imported.digest());
        out.println("member: " + config.name() + ", id " + Long.toHexString(imported.memberId()) + ", of cluster "
                + Long.toHexString(imported.clusterId()) + ", in " + config.dataDir());
    }
}
