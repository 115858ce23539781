package io.quorate.cli;

import io.quorate.encryption.KeyFile;
import io.quorate.server.AtRest;
import io.quorate.server.ServerConfig;
import io.quorate.server.autopilot.AutopilotPolicy;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quorate dev}: runs a whole cluster in one process, until it is asked to end. */
@Command(
        name = "dev",
        description = {
            "Runs a cluster on this machine, all members in one process, until Ctrl-C.",
            "What was written is there again at the next start, unless --ephemeral is given. The members listen on",
            "the loopback interface alone."
        },
        footer = {"", "Example:", "  quorate dev --nodes 3 --data-dir ./quorate-data"})
final class DevCommand implements Callable<Integer> {

    private final MemberFactory factory;
    private final OutputStream logStream;

    @Option(
            names = "--nodes",
            paramLabel = "1|3|5",
            description = "How many members to run. Default: ${DEFAULT-VALUE}",
            defaultValue = "3")
    private int nodes;

    @Option(
            names = "--data-dir",
            paramLabel = "<path>",
            description = "The directory for the members' data. Default: ${DEFAULT-VALUE}",
            defaultValue = "./quorate-data")
    private Path dataDir = Path.of("");

    @Option(
            names = "--client-ports",
            paramLabel = "<ports>",
            split = ",",
            description = "A port per member for clients, separated by commas. Default: 2379,22379,32379,...")
    private List<Integer> clientPorts = List.of();

    @Option(
            names = "--peer-ports",
            paramLabel = "<ports>",
            split = ",",
            description = "A port per member for the other members. Default: 2380,22380,32380,...")
    private List<Integer> peerPorts = List.of();

    @Option(names = "--ephemeral", description = "Keep everything in memory, and nothing after the end.")
    private boolean ephemeral;

    @Option(
            names = "--secure",
            description = {
                "Speak TLS alone, with a CA and certificates that are made for it, in certs/ below the data directory;",
                "who connects needs the client's certificate there, and is the user root."
            })
    private boolean secure;

    @Option(
            names = "--encryption-key-file",
            paramLabel = "<file>",
            description = {
                "Seal what the members write to the disk with the key ring in this file, which is made if it is"
                        + " missing and the data directory is new.",
                "Default: nothing is sealed"
            })
    private Optional<Path> keyFile = Optional.empty();

    @Option(
            names = "--autopilot-policy",
            paramLabel = "<file>",
            description = {
                "A YAML file that says what the members do by themselves while they lead; see 'quorate autopilot'.",
                "Default: nothing is done"
            })
    private Optional<Path> autopilotPolicy = Optional.empty();

    @Option(
            names = "--log-level",
            paramLabel = "<level>",
            description = "How much is logged to stderr: debug, info, warn or error. Default: ${DEFAULT-VALUE}",
            defaultValue = "warn")
    private String logLevel = "";

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /**
     * @param factory what runs the members
     * @param logStream where the log goes
     */
    DevCommand(MemberFactory factory, OutputStream logStream) {
        this.factory = factory;
        this.logStream = logStream;
    }

    @Override
    public Integer call() {
        LogOutput.to(logStream, LogLevel.parse("--log-level", logLevel));
        if (ephemeral && keyFile.isPresent()) {
            throw CommandFailed.usage(
                    "--ephemeral keeps nothing that --encryption-key-file could seal; give one of them");
        }
        boolean isNew = !Files.exists(dataDir);
        DevCluster cluster = DevCluster.of(nodes, clientPorts, peerPorts, dataDir, ephemeral);
        List<ServerConfig> planned = configs(cluster);
        for (ServerConfig config : planned) {
            requireFree("--client-ports", config.listenClientUrls());
            requireFree("--peer-ports", config.listenPeerUrls());
        }
        if (!ephemeral) {
            DevDataDir.claim(cluster, secure);
        }
        keyFile.filter(ring -> isNew).ifPresent(DevCommand::makeIfMissing);
        Optional<DevCertificates> certificates =
                secure ? Optional.of(new DevCertificates(certificateFolder())) : Optional.empty();
        List<ServerConfig> configs =
                certificates.map(made -> made.secure(planned)).orElse(planned);
        PrintWriter out = spec.commandLine().getOut();
        try (RunningMembers members = RunningMembers.start(factory, configs)) {
            members.awaitReady();
            table(members.all()).print(out);
            out.println("ready: " + endpoints(configs));
            certificates.ifPresent(made -> out.println("connect with: " + made.etcdctl(configs)));
            out.flush();
            members.awaitStop();
        }
        return ExitCode.OK;
    }

    /** Certificates are files even where nothing else is. */
    private Path certificateFolder() {
        if (!ephemeral) {
            return dataDir.resolve("certs");
        }
        try {
            Path folder = Files.createTempDirectory("quorate-certs-");
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(folder), "delete-certificates"));
            return folder;
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILED, "no folder for certificates can be made: " + e, e);
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            // The process ends; what is left lies where the system clears up.
        }
    }

    private static void makeIfMissing(Path ring) {
        try {
            if (!Files.exists(ring)) {
                KeyFile.addNew(ring, Optional.empty());
            }
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILED, "the key ring " + ring + " cannot be made: " + e, e);
        }
    }

    private List<ServerConfig> configs(DevCluster cluster) {
        List<ServerConfig> planned = unsealed(cluster);
        return keyFile.map(ring -> planned.stream()
                        .map(config -> config.withAtRest(AtRest.ofFile(ring)))
                        .toList())
                .orElse(planned);
    }

    private List<ServerConfig> unsealed(DevCluster cluster) {
        String scheme = secure ? "https" : "http";
        if (autopilotPolicy.isEmpty()) {
            return cluster.configs(scheme);
        }
        AutopilotPolicy policy = AutopilotPolicyFile.read(autopilotPolicy.get());
        try {
            return cluster.configs(scheme).stream()
                    .map(config -> config.withAutopilot(policy))
                    .toList();
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        }
    }

    private static Table table(List<MemberHandle> members) {
        Table table = new Table("MEMBER", "ID", "CLIENTS", "PEERS", "DATA");
        for (MemberHandle member : members) {
            ServerConfig config = member.config();
            table.add(
                    config.name(),
                    member.memberId().isPresent()
                            ? JsonOutput.id(member.memberId().getAsLong())
                            : "-",
                    config.advertiseClientUrls().getFirst().toString(),
                    config.initialAdvertisePeerUrls().getFirst().toString(),
                    config.ephemeral() ? "(in memory)" : config.dataDir().toString());
        }
        return table;
    }

    private static String endpoints(List<ServerConfig> configs) {
        return configs.stream()
                .map(config -> config.advertiseClientUrls().getFirst().toString())
                .collect(Collectors.joining(","));
    }

    private static void requireFree(String flag, List<URI> urls) {
        try {
            Port.firstTaken(urls).ifPresent(url -> {
                throw new CommandFailed(
                        ExitCode.FAILED,
                        "port " + url.getPort() + " is in use by another process, maybe another 'quorate dev'; stop"
                                + " that, or choose other ports with " + flag);
            });
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILED, flag + " cannot be used: " + e.getMessage(), e);
        }
    }
}
