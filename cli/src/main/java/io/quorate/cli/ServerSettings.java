package io.quorate.cli;

import io.quorate.server.AtRest;
import io.quorate.server.ServerConfig;
import io.quorate.server.ServerConfig.InitialClusterState;
import io.quorate.server.ServerConfig.InitialMember;
import io.quorate.server.Upkeep;
import io.quorate.server.Upkeep.OnDivergence;
import io.quorate.server.Upkeep.OnGreyFailure;
import io.quorate.server.WatchOptions;
import io.quorate.server.auth.AuthOptions;
import io.quorate.server.auth.TokenOptions;
import io.quorate.server.autopilot.AutopilotPolicy;
import io.quorate.server.store.AutoCompaction;
import io.quorate.server.wire.ConnectionLimits;
import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The settings of {@code quorate server} with the place that each comes from.
 *
 * <p>A setting on the command line wins over one in the environment, which wins over one in the configuration file. An empty
 * variable counts as not set. Every method that reads a value throws {@link CommandFailed} with one sentence that names
 * the place of a bad one.
 */
final class ServerSettings {

    /** A setting's text, and the flag, variable or key that it was given with, as people write it. */
    record Given(String text, String where) {}

    private final Map<ServerFlag, Given> given = new EnumMap<>(ServerFlag.class);

    /**
     * @param commandLine the flags given on the command line
     * @param environment the process's environment
     * @param configFile the configuration file's settings
     */
    ServerSettings(
            Map<ServerFlag, Given> commandLine, Map<String, String> environment, Map<ServerFlag, Given> configFile) {
        for (ServerFlag flag : ServerFlag.values()) {
            Given argument = commandLine.get(flag);
            Optional<String> variable = flag.variables().stream()
                    .filter(name -> !environment.getOrDefault(name, "").isEmpty())
                    .findFirst();
            Given entry = configFile.get(flag);
            if (argument != null) {
                given.put(flag, argument);
            } else if (variable.isPresent()) {
                given.put(flag, new Given(environment.getOrDefault(variable.get(), ""), variable.get()));
            } else if (entry != null) {
                given.put(flag, entry);
            }
        }
    }

    /** Of flags by the names that they have in this release, and the environment. */
    static ServerSettings of(Map<ServerFlag, String> flags, Map<String, String> environment) {
        Map<ServerFlag, Given> commandLine = new EnumMap<>(ServerFlag.class);
        flags.forEach((flag, text) -> commandLine.put(flag, new Given(text, flag.option())));
        return new ServerSettings(commandLine, environment, Map.of());
    }

    /** How much to log. */
    LogLevel logLevel() {
        Given level = orDefault(ServerFlag.LOG_LEVEL);
        return LogLevel.parse(level.where(), level.text());
    }

    /** Whether the member makes certificates for itself. */
    boolean makesCertificates() {
        return isOn(ServerFlag.AUTO_TLS) || isOn(ServerFlag.PEER_AUTO_TLS);
    }

    /** What the member is started with. */
    ServerConfig toConfig() {
        String name = orDefault(ServerFlag.NAME).text().strip();
        List<URI> listenClientUrls = urls(ServerFlag.LISTEN_CLIENT_URLS);
        List<URI> listenPeerUrls = urls(ServerFlag.LISTEN_PEER_URLS);
        List<URI> advertisePeerUrls =
                advertised(ServerFlag.INITIAL_ADVERTISE_PEER_URLS, ServerFlag.LISTEN_PEER_URLS, listenPeerUrls);
        try {
            return new ServerConfig(
                    name,
                    dataDir(name),
                    listenClientUrls,
                    advertised(ServerFlag.ADVERTISE_CLIENT_URLS, ServerFlag.LISTEN_CLIENT_URLS, listenClientUrls),
                    listenPeerUrls,
                    advertisePeerUrls,
                    initialCluster(name, advertisePeerUrls),
                    initialClusterState(),
                    orDefault(ServerFlag.INITIAL_CLUSTER_TOKEN).text(),
                    new ServerConfig.Timing(
                            Duration.ofMillis(integer(ServerFlag.HEARTBEAT_INTERVAL, 1, Integer.MAX_VALUE)),
                            Duration.ofMillis(integer(ServerFlag.ELECTION_TIMEOUT, 1, Integer.MAX_VALUE)),
                            !given.containsKey(ServerFlag.ELECTION_TIMEOUT)),
                    new ServerConfig.Snapshots(
                            integer(ServerFlag.SNAPSHOT_COUNT, 1, Long.MAX_VALUE),
                            integer(ServerFlag.SNAPSHOT_CATCHUP_ENTRIES, 0, Long.MAX_VALUE)),
                    limits(),
                    new WatchOptions(
                            time(ServerFlag.WATCH_PROGRESS_INTERVAL),
                            (int) integer(ServerFlag.MAX_WATCHES_PER_CONNECTION, Integer.MAX_VALUE),
                            (int) integer(ServerFlag.MAX_WATCHES, Integer.MAX_VALUE)),
                    time(ServerFlag.VERIFY_INTERVAL),
                    upkeep(),
                    auth(),
                    given.getOrDefault(ServerFlag.ZONE, new Given("", ""))
                            .text()
                            .strip(),
                    autopilot(),
                    new ServerConfig.Sending(
                            (int) integer(ServerFlag.MAX_BATCH_BYTES, Integer.MAX_VALUE),
                            (int) integer(ServerFlag.MAX_INFLIGHT_MESSAGES, Integer.MAX_VALUE),
                            isOn(ServerFlag.AUTO_TUNE)),
                    new SecuritySettings(flag -> Optional.ofNullable(given.get(flag)), this::isOn)
                            .read(dataDir(name), time(ServerFlag.TLS_MAX_CONNECTION_AGE)),
                    atRest(),
                    false);
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(ExitCode.USAGE, e.getMessage() == null ? e.toString() : e.getMessage(), e);
        }
    }

    private AtRest atRest() {
        Optional<Path> file = Optional.ofNullable(given.get(ServerFlag.ENCRYPTION_KEY_FILE))
                .map(ring -> path(ring, "a file with a key ring"));
        return new AtRest(
                file,
                Optional.ofNullable(given.get(ServerFlag.ENCRYPTION_KEY_COMMAND))
                        .map(Given::text));
    }

    private static Path path(Given place, String what) {
        try {
            if (!place.text().isBlank()) {
                return Path.of(place.text());
            }
        } catch (InvalidPathException e) {
            throw new CommandFailed(ExitCode.USAGE, place.where() + " is not a path: " + e.getReason(), e);
        }
        throw CommandFailed.usage(place.where() + " is empty; name " + what);
    }

    private ServerConfig.Limits limits() {
        return new ServerConfig.Limits(
                integer(ServerFlag.QUOTA_BACKEND_BYTES, Long.MAX_VALUE),
                (int) integer(ServerFlag.MAX_REQUEST_BYTES, 1, Integer.MAX_VALUE),
                (int) integer(ServerFlag.MAX_TXN_OPS, 1, Integer.MAX_VALUE),
                (int) integer(ServerFlag.MAX_LEASES, 1, Integer.MAX_VALUE),
                new ConnectionLimits(
                        (int) integer(ServerFlag.MAX_CONNECTIONS, 1, Integer.MAX_VALUE),
                        (int) integer(ServerFlag.MAX_CONNECTIONS_PER_ADDRESS, 1, Integer.MAX_VALUE),
                        (int) integer(ServerFlag.MAX_CONCURRENT_STREAMS, 1, Integer.MAX_VALUE),
                        time(ServerFlag.MAX_CONNECTION_IDLE),
                        new ConnectionLimits.KeepAlive(
                                time(ServerFlag.GRPC_KEEPALIVE_MIN_TIME),
                                time(ServerFlag.GRPC_KEEPALIVE_INTERVAL),
                                time(ServerFlag.GRPC_KEEPALIVE_TIMEOUT))));
    }

    private Path dataDir(String name) {
        Given dir = given.getOrDefault(
                ServerFlag.DATA_DIR, new Given(name + ".quorate", "the data directory that follows from --name"));
        return path(dir, "a directory");
    }

    private List<URI> urls(ServerFlag flag) {
        Given list = orDefault(flag);
        return MemberUrls.parseList(list.where(), list.text());
    }

    private List<URI> advertised(ServerFlag advertise, ServerFlag listen, List<URI> listenUrls) {
        Given list = given.get(advertise);
        if (list != null) {
            return MemberUrls.parseList(list.where(), list.text());
        }
        Optional<URI> wildcard =
                listenUrls.stream().filter(MemberUrls::isWildcard).findFirst();
        if (wildcard.isPresent()) {
            throw CommandFailed.usage(advertise.option() + " is needed since " + listen.option() + " has "
                    + wildcard.get() + ", to which nobody can connect; say there how this member is reached");
        }
        return listenUrls;
    }

    private List<InitialMember> initialCluster(String name, List<URI> advertisePeerUrls) {
        Given members = given.get(ServerFlag.INITIAL_CLUSTER);
        List<InitialMember> named = members == null
                ? advertisePeerUrls.stream()
                        .map(url -> new InitialMember(name, url))
                        .toList()
                : MemberUrls.parseMembers(members.where(), members.text());
        Set<String> witnesses = witnesses(name, named);
        return named.stream()
                .map(member -> new InitialMember(member.name(), member.peerUrl(), witnesses.contains(member.name())))
                .toList();
    }

    /**
     * Who is a witness. Those that found a cluster must agree on it, so their own flags are not enough, and are compared with what
     * all are told; one that joins says it of itself alone.
     */
    private Set<String> witnesses(String name, List<InitialMember> named) {
        boolean self = isWitness();
        Given list = given.get(ServerFlag.INITIAL_WITNESSES);
        if (list == null) {
            if (self && initialClusterState() == InitialClusterState.NEW) {
                throw CommandFailed.usage(ServerFlag.WITNESS.option() + " is given and "
                        + ServerFlag.INITIAL_WITNESSES.option()
                        + " is not; name the witnesses there, this one among them, at all"
                        + " members that found the cluster, or give " + ServerFlag.INITIAL_CLUSTER_STATE.option()
                        + " existing if it runs already");
            }
            return self ? Set.of(name) : Set.of();
        }
        Set<String> names =
                Arrays.stream(list.text().split(",", -1)).map(String::strip).collect(Collectors.toSet());
        names.stream()
                .filter(witness ->
                        named.stream().noneMatch(member -> member.name().equals(witness)))
                .findFirst()
                .ifPresent(unknown -> {
                    throw CommandFailed.usage(
                            list.where() + " names \"" + unknown + "\", which is not among the members of "
                                    + ServerFlag.INITIAL_CLUSTER.option() + "; correct it, or add it there");
                });
        if (names.contains(name) != self) {
            throw CommandFailed.usage(
                    self
                            ? "member " + name + " is started with " + ServerFlag.WITNESS.option() + ", and "
                                    + list.where()
                                    + " does not name it; name it there, at all members, or leave the flag out"
                            : list.where() + " names this member, " + name + ", and it is not started with "
                                    + ServerFlag.WITNESS.option() + "; add that, or take the name out, at all members");
        }
        return names;
    }

    private boolean isWitness() {
        return isOn(ServerFlag.WITNESS);
    }

    private boolean isOn(ServerFlag flag) {
        Given answer = orDefault(flag);
        return switch (answer.text().strip().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default ->
                throw CommandFailed.usage(answer.where() + " is \"" + answer.text() + "\"; use 'true' or 'false'");
        };
    }

    private InitialClusterState initialClusterState() {
        Given state = orDefault(ServerFlag.INITIAL_CLUSTER_STATE);
        return switch (state.text().toLowerCase(Locale.ROOT)) {
            case "new" -> InitialClusterState.NEW;
            case "existing" -> InitialClusterState.EXISTING;
            default ->
                throw CommandFailed.usage(state.where() + " is \"" + state.text() + "\"; use 'new' or 'existing'");
        };
    }

    private AutopilotPolicy autopilot() {
        Given file = given.get(ServerFlag.AUTOPILOT_POLICY);
        if (file == null) {
            return AutopilotPolicy.OFF;
        }
        try {
            return AutopilotPolicyFile.read(Path.of(file.text()));
        } catch (InvalidPathException e) {
            throw new CommandFailed(ExitCode.USAGE, file.where() + " is not a path: " + e.getReason(), e);
        }
    }

    private Upkeep upkeep() {
        Given onDivergence = orDefault(ServerFlag.ON_DIVERGENCE);
        OnDivergence todo = switch (onDivergence.text().toLowerCase(Locale.ROOT)) {
            case "repair" -> OnDivergence.REPAIR;
            case "stop" -> OnDivergence.STOP;
            default ->
                throw CommandFailed.usage(
                        onDivergence.where() + " is \"" + onDivergence.text() + "\"; use 'repair' or 'stop'");
        };
        return new Upkeep(
                time(ServerFlag.SCRUB_INTERVAL),
                integer(ServerFlag.SCRUB_RATE, Long.MAX_VALUE),
                todo,
                AutoCompaction.parse(
                        orDefault(ServerFlag.AUTO_COMPACTION_MODE).text(),
                        orDefault(ServerFlag.AUTO_COMPACTION_RETENTION).text()),
                onGreyFailure());
    }

    private OnGreyFailure onGreyFailure() {
        Given todo = orDefault(ServerFlag.ON_GREY_FAILURE);
        return switch (todo.text().toLowerCase(Locale.ROOT)) {
            case "give-way" -> OnGreyFailure.GIVE_WAY;
            case "stay" -> OnGreyFailure.STAY;
            default ->
                throw CommandFailed.usage(todo.where() + " is \"" + todo.text() + "\"; use 'give-way' or 'stay'");
        };
    }

    private AuthOptions auth() {
        Duration simpleTtl = Duration.ofSeconds(integer(ServerFlag.AUTH_TOKEN_TTL, Integer.MAX_VALUE));
        return new AuthOptions(
                TokenOptions.parse(orDefault(ServerFlag.AUTH_TOKEN).text(), simpleTtl),
                (int) integer(ServerFlag.BCRYPT_COST, Integer.MAX_VALUE),
                isOn(ServerFlag.LIMIT_LOGINS));
    }

    private long integer(ServerFlag flag, long least, long most) {
        long value = integer(flag, most);
        if (value < least) {
            Given number = orDefault(flag);
            throw CommandFailed.usage(number.where() + " is " + number.text()
                    + (least == 0
                            ? "; give a number above 0, or 0 for the default"
                            : "; it must be at least " + least));
        }
        return value;
    }

    private long integer(ServerFlag flag, long most) {
        Given number = orDefault(flag);
        try {
            long value = Long.parseLong(number.text().strip());
            if (value <= most) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new CommandFailed(
                    ExitCode.USAGE,
                    number.where() + " has \"" + number.text() + "\", which is not a whole number; give one, such as "
                            + flag.defaultText(),
                    e);
        }
        throw CommandFailed.usage(number.where() + " is " + number.text() + "; at most " + most + " is allowed");
    }

    /** A number with a unit, as etcd writes times; 0 needs none. */
    private Duration time(ServerFlag flag) {
        Given time = orDefault(flag);
        return WrittenTime.parse(time.text())
                .orElseThrow(() -> CommandFailed.usage(time.where() + " has \"" + time.text()
                        + "\", which is not a time; give " + WrittenTime.FORM + ", such as " + flag.defaultText()));
    }

    private Given orDefault(ServerFlag flag) {
        return given.getOrDefault(flag, new Given(flag.defaultText(), flag.option()));
    }
}
