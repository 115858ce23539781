package io.quorate.cli;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The options that every command has which talks to a running cluster. */
final class ClientOptions {

    /** How a command prints its result. */
    enum Output {
        table,
        json
    }

    @Option(
            names = "--endpoints",
            paramLabel = "<urls>",
            description = {
                "Members to talk to, separated by commas; the first that can be reached is used.",
                "Default: the three of 'quorate dev', ${DEFAULT-VALUE}"
            },
            defaultValue = "127.0.0.1:2379,127.0.0.1:22379,127.0.0.1:32379")
    String endpoints = "";

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

    boolean json() {
        return output == Output.json;
    }

    List<URI> endpointUrls() {
        List<URI> urls = MemberUrls.parseList("--endpoints", endpoints);
        urls.stream().filter(url -> !url.getScheme().equals("http")).findFirst().ifPresent(url -> {
            throw CommandFailed.usage(
                    "--endpoints has " + url + ", but this release connects without TLS alone; use http://");
        });
        return urls;
    }

    ClusterClient connect() {
        return new ClusterClient(endpointUrls(), timeout);
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
