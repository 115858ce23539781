package io.quorate.cli;

import io.quorate.server.proto.etcdserverpb.ClusterGrpc;
import io.quorate.server.proto.etcdserverpb.MemberListRequest;
import io.quorate.server.proto.etcdserverpb.MemberListResponse;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** The options that every command has which talks to a running cluster. */
final class ClientOptions {

    /** How a command prints its result. */
    enum Output {
        table,
        json
    }

    static final String ENDPOINTS_OPTION = "--endpoints";
    static final String ENDPOINTS_VARIABLE = "QUORATE_ENDPOINTS";
    static final String USER_OPTION = "--user";

    /** Keeps a password off the command line, which others can see. */
    static final String USER_VARIABLE = "QUORATE_USER";

    static final String DEV_ENDPOINTS = "127.0.0.1:2379,127.0.0.1:22379,127.0.0.1:32379";

    @Option(
            names = ENDPOINTS_OPTION,
            paramLabel = "<urls>",
            description = {
                "Members to talk to, separated by commas; the first that can be reached is used.",
                "Default: " + ENDPOINTS_VARIABLE + " in the environment, or the three of 'quorate dev',",
                DEV_ENDPOINTS
            },
            defaultValue = DEV_ENDPOINTS)
    private String endpoints = "";

    @Option(
            names = "--output",
            paramLabel = "table|json",
            description = {
                "What to print: a table for people, or JSON for programs. Default: ${DEFAULT-VALUE}",
                "In JSON, keys and values are base64; \"key_text\" and \"value_text\" give those that are"
                        + " printable UTF-8 once more as text. Ids are strings of hexadecimal digits."
            },
            defaultValue = "table")
    Output output = Output.table;

    @Option(
            names = "--timeout",
            paramLabel = "<time>",
            description = "How long to try, such as 500ms, 5s or 1m. Default: ${DEFAULT-VALUE}",
            defaultValue = "5s",
            converter = TimeConverter.class)
    Duration timeout = Duration.ZERO;

    @Option(
            names = USER_OPTION,
            paramLabel = "<name>[:<password>]",
            description = {
                "Who asks, where the cluster has users. Without a password, it is asked for at the terminal.",
                "Default: " + USER_VARIABLE + " in the environment, where other users of the machine do not see it."
            },
            defaultValue = "")
    private String user = "";

    @Mixin
    private final TlsOptions tls = new TlsOptions();

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    /** Known once somebody connects: a password is asked for only then, and once. */
    private Optional<Credentials> credentials = Optional.empty();

    private boolean asked;

    /** Lets the environment say what the command line does not; an empty variable counts as not set. */
    static IDefaultValueProvider from(Map<String, String> environment) {
        Map<String, String> variables = new HashMap<>(TlsOptions.VARIABLES);
        variables.put(ENDPOINTS_OPTION, ENDPOINTS_VARIABLE);
        variables.put(USER_OPTION, USER_VARIABLE);
        return argument -> {
            String variable =
                    argument instanceof OptionSpec option ? variables.getOrDefault(option.longestName(), "") : "";
            String value = environment.getOrDefault(variable, "");
            return value.isEmpty() ? null : value;
        };
    }

    private boolean isOnCommandLine(String option) {
        return command.commandLine().getParseResult().hasMatchedOption(option);
    }

    boolean json() {
        return output == Output.json;
    }

    List<URI> endpointUrls() {
        String where = isOnCommandLine(ENDPOINTS_OPTION) ? ENDPOINTS_OPTION : ENDPOINTS_VARIABLE;
        return MemberUrls.parseList(where, endpoints, tls.scheme());
    }

    /** How members are spoken to over TLS. */
    TlsOptions tls() {
        return tls;
    }

    /** Speaks to the pages of members, over TLS where their URLs ask for it. */
    HttpClient http(List<URI> urls) {
        HttpClient.Builder builder = HttpClient.newBuilder().connectTimeout(timeout);
        tls.partyFor(urls)
                .ifPresent(party -> builder.sslContext(party.sockets()).sslParameters(party.socketParameters()));
        return builder.build();
    }

    /** A client of the endpoints. */
    ClusterClient connect() {
        return connect(endpointUrls());
    }

    /** A client of these. */
    ClusterClient connect(List<URI> urls) {
        return new ClusterClient(urls, credentials(), timeout, tls);
    }

    /** A client of these, which is known by the same token as others. */
    ClusterClient connect(List<URI> urls, TokenMemory tokens) {
        return new ClusterClient(urls, credentials(), timeout, tokens, tls);
    }

    private Optional<Credentials> credentials() {
        if (!asked) {
            credentials = Credentials.parse(isOnCommandLine(USER_OPTION) ? USER_OPTION : USER_VARIABLE, user);
            asked = true;
        }
        return credentials;
    }

    /**
     * The cluster's members, as the first endpoint that answers names them.
     *
     * @throws CommandFailed if none does
     */
    MemberListResponse members() {
        try (ClusterClient cluster = connect()) {
            return members(cluster);
        }
    }

    /** As {@link #members()}, asked by a client that is there already. */
    static MemberListResponse members(ClusterClient cluster) {
        return cluster.read((channel, deadline) -> ClusterGrpc.newBlockingStub(channel)
                .withDeadline(deadline)
                .memberList(MemberListRequest.getDefaultInstance()));
    }

    /** Reads {@code 500ms}, {@code 5s}, {@code 1m}, {@code 1h}, or a bare number of seconds. */
    static final class TimeConverter implements ITypeConverter<Duration> {

        private static final Pattern TIME = Pattern.compile("(\\d{1,9})(ms|s|m|h|)");

        @Override
        public Duration convert(String text) {
            Matcher time = TIME.matcher(text);
            if (!time.matches() || Long.parseLong(time.group(1)) == 0) {
                throw new TypeConversionException("\"" + text + "\" is not a time; write 500ms, 5s or 1m");
            }
            long number = Long.parseLong(time.group(1));
            return switch (time.group(2)) {
                case "ms" -> Duration.ofMillis(number);
                case "m" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                default -> Duration.ofSeconds(number);
            };
        }
    }
}
