package io.quorate.cli;

import io.quorate.server.proto.etcdserverpb.ClusterGrpc;
import io.quorate.server.proto.etcdserverpb.MemberListRequest;
import io.quorate.server.proto.etcdserverpb.MemberListResponse;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.ITypeConverter;
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

    private static final String ENDPOINTS_OPTION = "--endpoints";
    private static final String ENDPOINTS_VARIABLE = "QUORATE_ENDPOINTS";
    private static final String DEV_ENDPOINTS = "127.0.0.1:2379,127.0.0.1:22379,127.0.0.1:32379";

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

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command = CommandSpec.create();

    /** Lets the environment say which endpoints to use where the command line does not; an empty variable counts as not set. */
    static IDefaultValueProvider from(Map<String, String> environment) {
        String variable = environment.getOrDefault(ENDPOINTS_VARIABLE, "");
        return argument -> !variable.isEmpty()
                        && argument instanceof OptionSpec option
                        && option.longestName().equals(ENDPOINTS_OPTION)
                ? variable
                : null;
    }

    boolean json() {
        return output == Output.json;
    }

    List<URI> endpointUrls() {
        boolean onCommandLine = command.commandLine().getParseResult().hasMatchedOption(ENDPOINTS_OPTION);
        String where = onCommandLine ? ENDPOINTS_OPTION : ENDPOINTS_VARIABLE;
        List<URI> urls = MemberUrls.parseList(where, endpoints);
        urls.stream().filter(url -> !url.getScheme().equals("http")).findFirst().ifPresent(url -> {
            throw CommandFailed.usage(
                    where + " has " + url + ", but this release connects without TLS alone; use http://");
        });
        return urls;
    }

    ClusterClient connect() {
        return new ClusterClient(endpointUrls(), timeout);
    }

    /**
     * The cluster's members, as the first endpoint that answers names them.
     *
     * @throws CommandFailed if none does
     */
    MemberListResponse members() {
        try (ClusterClient cluster = connect()) {
            return cluster.read((channel, deadline) -> ClusterGrpc.newBlockingStub(channel)
                    .withDeadline(deadline)
                    .memberList(MemberListRequest.getDefaultInstance()));
        }
    }

    /** Reads {@code 500ms}, {@code 5s}, {@code 1m}, or a bare number of seconds. */
    static final class TimeConverter implements ITypeConverter<Duration> {

        private static final Pattern TIME = Pattern.compile("(\\d{1,9})(ms|s|m|)");

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
                default -> Duration.ofSeconds(number);
            };
        }
    }
}
