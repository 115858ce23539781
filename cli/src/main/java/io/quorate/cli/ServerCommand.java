package io.quorate.cli;

import io.quorate.cli.ServerSettings.Given;
import io.quorate.server.ServerConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** {@code quorate server}: runs one member until the process is asked to end. */
@Command(
        name = "server",
        description = {
            "Runs one member of a cluster, until it is stopped.",
            "The options bear etcd's names and meanings. Each can also be set in the environment, as QUORATE_DATA_DIR",
            "for --data-dir, or in the file of --config-file, as \"data-dir\": the command line wins over the",
            "environment, the environment over the file."
        },
        footer = {"", "Example:", "  quorate server --name node1 --initial-cluster node1=http://localhost:2380"})
final class ServerCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(ServerCommand.class);
    private static final String CONFIG_FILE_VARIABLE = "QUORATE_CONFIG_FILE";

    private final MemberFactory factory;
    private final Map<String, String> environment;
    private final OutputStream logStream;

    @Option(
            names = "--config-file",
            paramLabel = "<path>",
            description = "A YAML file with the options below as keys, without the dashes.")
    private Optional<Path> configFile = Optional.empty();

    // Not one of the settings: it is to be given once, and would do harm if it stayed in a file.
    @Option(
            names = "--replace-member",
            description = {
                "For a member that has lost its data: has it removed from the cluster and added anew, as a learner, and starts"
                        + " that with an empty data directory; a witness with --witness, as it always was. To be given once."
            })
    private boolean replaceMember;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /**
     * @param factory what runs the member
     * @param environment the process's environment
     * @param logStream where the log goes
     */
    ServerCommand(MemberFactory factory, Map<String, String> environment, OutputStream logStream) {
        this.factory = factory;
        this.environment = Map.copyOf(environment);
        this.logStream = logStream;
    }

    /** Makes the command with an option for each {@link ServerFlag}. */
    CommandLine toCommandLine() {
        CommandLine commandLine = new CommandLine(this);
        for (ServerFlag flag : ServerFlag.values()) {
            OptionSpec.Builder option = OptionSpec.builder(flag.options())
                    .type(String.class)
                    .paramLabel(flag.valueLabel())
                    .description(flag.description() + " Default: " + flag.defaultText());
            if (flag.isSwitch()) {
                option.arity("0..1").fallbackValue("true");
            }
            commandLine.getCommandSpec().addOption(option.build());
        }
        return commandLine;
    }

    @Override
    public Integer call() {
        ServerSettings settings = settings();
        ServerConfig configured = settings.toConfig();
        LogOutput.to(logStream, settings.logLevel());
        requireSecured(configured);
        requireFreePorts(configured);
        if (settings.makesCertificates()) {
            AutoTls.make(configured);
        }
        ServerConfig config = replaceMember ? Members.replace(configured) : configured;
        LOG.info("starting member {} with data in {}", config.name(), config.dataDir());
        try (RunningMembers members = RunningMembers.start(factory, List.of(config))) {
            members.awaitReady();
            members.awaitStop();
        }
        return ExitCode.OK;
    }

    private ServerSettings settings() {
        ParseResult parsed = spec.commandLine().getParseResult();
        Map<ServerFlag, Given> commandLine = new EnumMap<>(ServerFlag.class);
        for (ServerFlag flag : ServerFlag.values()) {
            if (parsed.hasMatchedOption(flag.option())) {
                commandLine.put(flag, new Given(parsed.matchedOptionValue(flag.option(), ""), typed(flag, parsed)));
            }
        }
        Optional<Path> file = configFile.or(() -> Optional.ofNullable(environment.get(CONFIG_FILE_VARIABLE))
                .filter(name -> !name.isEmpty())
                .map(Path::of));
        return new ServerSettings(
                commandLine, environment, file.map(ConfigFile::read).orElse(Map.of()));
    }

    /** By which of its names a flag was given. */
    private static String typed(ServerFlag flag, ParseResult parsed) {
        return Arrays.stream(flag.options())
                .filter(name -> parsed.originalArgs().stream()
                        .anyMatch(argument -> argument.equals(name) || argument.startsWith(name + "=")))
                .findFirst()
                .orElse(flag.option());
    }

    private static void requireSecured(ServerConfig config) {
        try {
            config.requireSecured();
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    private static void requireFreePorts(ServerConfig config) {
        requireFree(ServerFlag.LISTEN_CLIENT_URLS, config.listenClientUrls());
        requireFree(ServerFlag.LISTEN_PEER_URLS, config.listenPeerUrls());
    }

    private static void requireFree(ServerFlag flag, List<URI> urls) {
        try {
            Port.firstTaken(urls).ifPresent(url -> {
                throw new CommandFailed(
                        ExitCode.FAILED,
                        "port " + url.getPort() + " of " + url + " is in use by another process; stop that, or choose"
                                + " another port with " + flag.option());
            });
        } catch (IOException e) {
            throw new CommandFailed(
                    ExitCode.FAILED, flag.option() + " cannot be used: " + e.getMessage() + "; correct it", e);
        }
    }
}
