package io.quorate.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The executable {@code quorate}: finds the command that was asked for, and turns failures into one sentence each. */
@Command(name = "quorate")
public final class Quorate implements Callable<Integer> {

    private static final int HELP_COLUMNS = 110;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    private final boolean process;

    /** @param process whether the process is there for the one command alone */
    private Quorate(boolean process) {
        this.process = process;
    }

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] arguments) {
        // Text is UTF-8 whatever the locale says, as keys and values are.
        PrintWriter out = writer(new FileOutputStream(FileDescriptor.out));
        PrintWriter err = writer(new FileOutputStream(FileDescriptor.err));
        CommandLine commandLine =
                commandLine(new Quorate(true), Members.factory(), System.getenv(), System.in, System.err);
        commandLine.setOut(out).setErr(err);
        int exitCode = commandLine.execute(arguments);
        out.flush();
        err.flush();
        System.exit(exitCode);
    }

    /**
     * What asks a command to stop, of which there may be several in a process that is not theirs alone.
     *
     * @param leftBehind what there is, or how to find it, if it is stopped at once
     */
    static StopRequest stopRequest(CommandSpec command, String leftBehind) {
        PrintWriter err = command.commandLine().getErr();
        return command.root().userObject() instanceof Quorate root && root.process
                ? StopRequest.ofThisProcess(err, leftBehind)
                : StopRequest.by(err, leftBehind, exitCode -> {});
    }

    /**
     * The commands, for a process that is not theirs alone.
     *
     * @param members what runs members
     * @param environment the process's environment
     * @param in where {@code put} finds a value, and {@code verify history} a history, that is not on the command line
     * @param logStream where the log goes
     */
    static CommandLine commandLine(
            MemberFactory members, Map<String, String> environment, InputStream in, OutputStream logStream) {
        return commandLine(new Quorate(false), members, environment, in, logStream);
    }

    private static CommandLine commandLine(
            Quorate quorate,
            MemberFactory members,
            Map<String, String> environment,
            InputStream in,
            OutputStream logStream) {
        CommandLine root = new CommandLine(quorate)
                .addSubcommand(new DevCommand(members, logStream))
                .addSubcommand(new ServerCommand(members, environment, logStream).toCommandLine())
                .addSubcommand(new CommandLine(new SnapshotCommand())
                        .addSubcommand(new SnapshotSaveCommand())
                        .addSubcommand(new SnapshotStatusCommand())
                        .addSubcommand(SnapshotRestoreCommand.asRestore(environment, logStream)))
                .addSubcommand(new BackupCommand(logStream))
                .addSubcommand(SnapshotRestoreCommand.asImport(environment, logStream))
                .addSubcommand(new RecoverCommand(logStream))
                .addSubcommand(new StatusCommand())
                .addSubcommand(MembersCommand.commandLine())
                .addSubcommand(new TransferLeaderCommand())
                .addSubcommand(new OperationsCommand())
                .addSubcommand(new RollingRestartCommand())
                .addSubcommand(new CompactCommand())
                .addSubcommand(new DefragmentCommand())
                .addSubcommand(new PutCommand(in))
                .addSubcommand(new GetCommand())
                .addSubcommand(new DelCommand())
                .addSubcommand(BenchCommand.commandLine(logStream))
                .addSubcommand(new SimCommand(logStream))
                .addSubcommand(new CommandLine(new VerifyCommand())
                        .addSubcommand(new VerifyHistoryCommand(in))
                        .addSubcommand(new VerifyDataCommand(logStream))
                        .addSubcommand(new VerifyScrubCommand()))
                .addSubcommand(new WhyCommand())
                .addSubcommand(new DoctorCommand())
                .addSubcommand(new CommandLine(new QuorumCommand())
                        .addSubcommand(new QuorumAdviseCommand())
                        .addSubcommand(new QuorumWhatIfCommand()))
                .addSubcommand(new CommandLine(new AutopilotCommand()).addSubcommand(new AutopilotStatusCommand()))
                .addSubcommand(new TuneCommand())
                .addSubcommand(CertsCommand.commandLine())
                .addSubcommand(new CommandLine(new EncryptionCommand()).addSubcommand(new EncryptionNewKeyCommand()))
                .addSubcommand(AuditCommand.commandLine())
                .addSubcommand(TokensCommand.commandLine())
                .addSubcommand(new CommandLine(new SecurityCommand()).addSubcommand(new SecurityStatusCommand()))
                .addSubcommand(new VersionCommand())
                .addSubcommand(new HelpCommand())
                .addSubcommand(new WarmUpCommand(members, logStream));
        addHelp(root);
        return root.setDefaultValueProvider(ClientOptions.from(environment))
                .setColorScheme(CommandLine.Help.defaultColorScheme(Ansi.OFF))
                .setUsageHelpWidth(HELP_COLUMNS)
                // A key or a value may begin with '@' or have quotes around it, and means just that.
                .setExpandAtFiles(false)
                .setTrimQuotes(false)
                .setOverwrittenOptionsAllowed(false)
                .setParameterExceptionHandler(Quorate::usageError)
                .setExecutionExceptionHandler(Quorate::failure);
    }

    private static void addHelp(CommandLine command) {
        command.addMixin("help", new HelpOption());
        command.getSubcommands().values().forEach(Quorate::addHelp);
    }

    /** Without a command: says which there are. */
    @Override
    public Integer call() {
        HelpCommand.overview(spec.commandLine(), spec.commandLine().getOut());
        return ExitCode.OK;
    }

    private static int usageError(ParameterException error, String[] arguments) {
        CommandLine command = error.getCommandLine();
        String message = error.getMessage();
        if (error instanceof UnmatchedArgumentException unmatched) {
            message = unmatched(command, unmatched.getUnmatched().getFirst());
        }
        command.getErr()
                .println(command.getCommandSpec().qualifiedName() + ": " + oneLine(message) + "; '"
                        + command.getCommandSpec().qualifiedName() + " --help' explains the usage");
        return ExitCode.USAGE;
    }

    private static String unmatched(CommandLine command, String argument) {
        CommandSpec spec = command.getCommandSpec();
        if (argument.startsWith("-")) {
            String option = argument.split("=", 2)[0];
            return "unknown option " + option
                    + Suggestion.among(option, spec.optionsMap().keySet());
        }
        if (!spec.subcommands().isEmpty()) {
            return "unknown command " + argument
                    + Suggestion.among(argument, spec.subcommands().keySet());
        }
        return "unexpected argument \"" + argument + "\"";
    }

    private static int failure(Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
        String name = command.getCommandSpec().qualifiedName();
        if (failure instanceof CommandFailed failed) {
            command.getErr().println(name + ": " + oneLine(failed.getMessage()));
            return failed.exitCode();
        }
        // Anything else is a fault of this program, and whoever mends it needs the place.
        command.getErr().println(name + ": failed unexpectedly; please report this with the lines below");
        failure.printStackTrace(command.getErr());
        return ExitCode.FAILED;
    }

    private static String oneLine(@Nullable String message) {
        return String.valueOf(message).replace('\n', ' ');
    }

    private static PrintWriter writer(OutputStream stream) {
        return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
    }
}
