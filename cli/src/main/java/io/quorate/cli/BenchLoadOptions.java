package io.quorate.cli;

import io.quorate.bench.load.LoadPlan;
import io.quorate.bench.load.Target;
import io.quorate.bench.load.Workload;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The options of a load. Those that {@link ClientOptions} has, too, are read in the same way and from the same environment; they
 * are told of in other words, since here all endpoints are used, and not the first that can be reached.
 */
final class BenchLoadOptions {

    /** YCSB's core workloads, as far as they are reads and updates of records that are there. */
    private enum Mix {
        a(0.5),
        b(0.95),
        c(1);

        private final double readShare;

        Mix(double readShare) {
            this.readShare = readShare;
        }
    }

    private static final int DEFAULT_CONNECTIONS = 8;
    private static final double PERCENT = 100;

    @Option(
            names = ClientOptions.ENDPOINTS_OPTION,
            paramLabel = "<urls>",
            description = {
                "Members to talk to, separated by commas; connections are spread over all evenly.",
                "Default: " + ClientOptions.ENDPOINTS_VARIABLE + " in the environment, or the three of 'quorate dev'"
            },
            defaultValue = ClientOptions.DEV_ENDPOINTS)
    private String endpoints = "";

    @Option(
            names = "--compare",
            paramLabel = "<a>,<b>",
            description = {
                "Two clusters that take turns (a, b, b, a, ...), instead of --endpoints. Each is",
                "a URL, or several that are joined by '+', and may have a name:",
                "--compare quorate=http://h1:2379+http://h2:2379,etcd=http://h3:2379"
            },
            defaultValue = "")
    private String compare = "";

    @Option(
            names = "--clients",
            paramLabel = "<count>",
            description = "Clients, each of which has one request under way at a time. Default: ${DEFAULT-VALUE}",
            defaultValue = "16")
    private int clients;

    @Option(
            names = "--connections",
            paramLabel = "<count>",
            description = {
                "Connections that the clients share. Default: " + DEFAULT_CONNECTIONS + ", or as many as there",
                "are clients if these are fewer, but at least one for each endpoint"
            })
    private @Nullable Integer connections;

    @Option(
            names = "--duration",
            paramLabel = "<time>",
            description = "What is measured of each repetition, such as 20s or 1m. Default: ${DEFAULT-VALUE}",
            defaultValue = "20s",
            converter = ClientOptions.TimeConverter.class)
    private Duration duration = Duration.ZERO;

    @Option(
            names = "--warmup",
            paramLabel = "<time>",
            description = {
                "How long each repetition runs before, unmeasured; unless it is 0, there is also",
                "a whole one before the first that does not count. Default: ${DEFAULT-VALUE}"
            },
            defaultValue = "3s",
            converter = TimeOrNone.class)
    private Duration warmup = Duration.ZERO;

    @Option(
            names = "--repeat",
            paramLabel = "<count>",
            description = "Repetitions; their medians are reported. Default: ${DEFAULT-VALUE}",
            defaultValue = "3")
    private int repetitions;

    @Option(
            names = "--rate",
            paramLabel = "<number>",
            description = {
                "Requests that arrive each second, whether or not those before are answered:",
                "an open loop, with latencies from the intended start.",
                "Default: none; each client sends when it has its answer (a closed loop)"
            })
    private @Nullable Double rate;

    @Option(
            names = "--keys",
            paramLabel = "<count>",
            description = "How many different keys. Default: ${DEFAULT-VALUE}",
            defaultValue = "10000")
    private int keys;

    @Option(
            names = "--key-size",
            paramLabel = "<bytes>",
            description = "Size of a key. Default: ${DEFAULT-VALUE}",
            defaultValue = "32")
    private int keyBytes;

    @Option(
            names = "--value-size",
            paramLabel = "<bytes>",
            description = "Size of a value. Default: ${DEFAULT-VALUE}",
            defaultValue = "256")
    private int valueBytes;

    @Option(
            names = "--mix",
            paramLabel = "a|b|c",
            description = "YCSB's: 50, 95 or 100 %% reads, the rest updates. Default: a")
    private @Nullable Mix mix;

    @Option(
            names = "--read-share",
            paramLabel = "<percent>",
            description = "Another share of reads than those of --mix")
    private @Nullable Double readPercent;

    @Option(
            names = "--watchers",
            paramLabel = "<count>",
            description = "Watchers, each of which is told of every put. Default: ${DEFAULT-VALUE}",
            defaultValue = "100")
    private int watchers = 100;

    @Option(
            names = "--timeout",
            paramLabel = "<time>",
            description = "How long an answer is waited for, such as 500ms or 5s. Default: ${DEFAULT-VALUE}",
            defaultValue = "5s",
            converter = ClientOptions.TimeConverter.class)
    private Duration timeout = Duration.ZERO;

    @Option(
            names = ClientOptions.USER_OPTION,
            paramLabel = "<name>[:<password>]",
            description = {
                "Who asks, where the cluster has users. Without a password, it is asked for.",
                "Default: " + ClientOptions.USER_VARIABLE + " in the environment"
            },
            defaultValue = "")
    private String user = "";

    @Option(names = "--keep", description = "Leave the keys of this run where they are.")
    private boolean keep;

    @Option(names = "--html", paramLabel = "<file>", description = "Write the report with charts to this file, too.")
    private @Nullable Path html;

    @Option(
            names = "--output",
            paramLabel = "table|json",
            description = {
                "What to print: tables, or JSON, a line for each repetition and for the whole.",
                "Default: ${DEFAULT-VALUE}"
            },
            defaultValue = "table")
    private ClientOptions.Output output = ClientOptions.Output.table;

    @Mixin
    private final TlsOptions tls = new TlsOptions();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    /** Takes the options away that this workload has no use for. */
    static void removeOthers(CommandSpec spec, Workload workload) {
        Stream<String> others = switch (workload) {
            case MIXED -> Stream.of("--watchers");
            case WATCH -> Stream.of("--mix", "--read-share");
            case PUT, GET, SGET, TXN, LEASE -> Stream.of("--watchers", "--mix", "--read-share");
        };
        others.forEach(name -> spec.remove(spec.findOption(name)));
        if (workload == Workload.LEASE) {
            Stream.of("--keys", "--key-size", "--value-size", "--keep")
                    .forEach(name -> spec.remove(spec.findOption(name)));
        }
    }

    boolean json() {
        return output == ClientOptions.Output.json;
    }

    /** Where the page is to be written, if there is to be one. */
    Optional<Path> html() {
        return Optional.ofNullable(html);
    }

    /**
     * What is to be done to each of these.
     *
     * @throws CommandFailed if the numbers make no sense
     */
    LoadPlan plan(Workload workload, List<Target> targets) {
        int endpointsOfOne = targets.stream()
                .mapToInt(target -> target.endpoints().size())
                .max()
                .orElse(1);
        int usual = Math.max(endpointsOfOne, Math.min(clients, DEFAULT_CONNECTIONS));
        if (html != null) {
            requireWritable(html);
        }
        try {
            return new LoadPlan(
                    workload,
                    clients,
                    connections == null ? Math.max(1, usual) : connections,
                    new LoadPlan.Pace(duration, warmup, repetitions, Optional.ofNullable(rate)),
                    workload == Workload.LEASE ? LoadPlan.Data.NONE : new LoadPlan.Data(keys, keyBytes, valueBytes),
                    readShare(),
                    watchers,
                    timeout,
                    keep);
        } catch (IllegalArgumentException e) {
            throw CommandFailed.usage(
                    e.getMessage() + "; 'quorate bench " + workload.text() + " --help' explains the usage");
        }
    }

    /** Nobody wants to hear it when all is measured. */
    private static void requireWritable(Path file) {
        Path folder = file.toAbsolutePath().normalize().getParent();
        if (file.toString().isEmpty() || folder == null || Files.isDirectory(file)) {
            throw CommandFailed.usage("--html takes a file, and not \"" + file + "\"; name one, as in --html put.html");
        }
        if (!Files.isDirectory(folder)) {
            throw CommandFailed.usage("--html: there is no directory for " + file + "; make it first");
        }
        if (!Files.isWritable(Files.exists(file) ? file : folder)) {
            throw CommandFailed.usage("--html: " + file + " cannot be written; name another file");
        }
    }

    private double readShare() {
        if (mix != null && readPercent != null) {
            throw CommandFailed.usage("--mix and --read-share say the same; give one of them");
        }
        if (readPercent != null) {
            return readPercent / PERCENT;
        }
        return mix == null ? Mix.a.readShare : mix.readShare;
    }

    /** @throws CommandFailed if they are not named as they should be */
    List<Target> targets() {
        String whoAsks =
                isOnCommandLine(ClientOptions.USER_OPTION) ? ClientOptions.USER_OPTION : ClientOptions.USER_VARIABLE;
        Optional<Target.Login> login = Credentials.parse(whoAsks, user)
                .map(credentials -> new Target.Login(credentials.name(), credentials.password()));
        if (compare.isEmpty()) {
            List<URI> urls = urls(
                    isOnCommandLine(ClientOptions.ENDPOINTS_OPTION)
                            ? ClientOptions.ENDPOINTS_OPTION
                            : ClientOptions.ENDPOINTS_VARIABLE,
                    endpoints);
            return List.of(new Target(urls.getFirst().getAuthority(), urls, login, tls.partyFor(urls)));
        }
        if (isOnCommandLine(ClientOptions.ENDPOINTS_OPTION)) {
            throw CommandFailed.usage("--compare names the endpoints of both; leave --endpoints out");
        }
        String[] both = compare.split(",", -1);
        if (both.length != 2) {
            throw CommandFailed.usage("--compare takes two clusters, separated by a comma, and not " + both.length
                    + "; join the members of one by '+'");
        }
        List<Target> targets = new ArrayList<>();
        for (String one : both) {
            targets.add(target(one, login));
        }
        if (targets.getFirst().name().equals(targets.getLast().name())) {
            throw CommandFailed.usage(
                    "--compare has the same cluster twice; name them, as in a=http://h:2379,b=http://h:2379");
        }
        return targets;
    }

    private boolean isOnCommandLine(String option) {
        return command.commandLine().getParseResult().hasMatchedOption(option);
    }

    private Target target(String text, Optional<Target.Login> login) {
        int equals = text.indexOf('=');
        List<URI> urls = urls("--compare", text.substring(equals + 1).replace('+', ','));
        String name = equals <= 0
                ? urls.getFirst().getAuthority()
                : text.substring(0, equals).strip();
        return new Target(name, urls, login, tls.partyFor(urls));
    }

    private List<URI> urls(String where, String text) {
        return MemberUrls.parseList(where, text, tls.scheme());
    }

    /** A time as elsewhere, or none. */
    static final class TimeOrNone implements ITypeConverter<Duration> {

        @Override
        public Duration convert(String text) {
            return text.matches("0(ms|s|m|h)?") ? Duration.ZERO : new ClientOptions.TimeConverter().convert(text);
        }
    }
}
