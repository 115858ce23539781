package io.quorate.server.gateway;

import io.grpc.Metadata;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What the headers of a request say about the call that it stands for, as in etcd's gateway.
 *
 * @param metadata the header {@code Authorization}, and every {@code Grpc-Metadata-X} as {@code x}
 * @param timeoutNanos after which the client does not wait any more, from {@code Grpc-Timeout}
 */
record CallSettings(Metadata metadata, Optional<Long> timeoutNanos) {

    private static final String METADATA_PREFIX = "grpc-metadata-";
    private static final String BINARY_SUFFIX = "-bin";

    /** What gRPC itself puts into metadata is not for clients to set. */
    private static final String RESERVED_PREFIX = "grpc-";

    private static final int MAX_TIMEOUT_DIGITS = 8;
    private static final Map<Character, TimeUnit> TIMEOUT_UNITS = Map.of(
            'H', TimeUnit.HOURS,
            'M', TimeUnit.MINUTES,
            'S', TimeUnit.SECONDS,
            'm', TimeUnit.MILLISECONDS,
            'u', TimeUnit.MICROSECONDS,
            'n', TimeUnit.NANOSECONDS);

    /** @throws BadRequestException if a header cannot be understood */
    static CallSettings of(HttpHeaders headers) throws BadRequestException {
        Metadata metadata = new Metadata();
        for (Map.Entry<String, String> header : headers) {
            String name = header.getKey().toLowerCase(Locale.ROOT);
            if (name.contentEquals(HttpHeaderNames.AUTHORIZATION)) {
                put(metadata, name, header.getValue());
            } else if (name.startsWith(METADATA_PREFIX)) {
                put(metadata, name.substring(METADATA_PREFIX.length()), header.getValue());
            }
        }
        return new CallSettings(metadata, timeoutNanos(headers));
    }

    private static void put(Metadata metadata, String name, String value) throws BadRequestException {
        if (name.startsWith(RESERVED_PREFIX) || name.endsWith(BINARY_SUFFIX)) {
            return;
        }
        if (!value.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw BadRequestException.invalid("the header for " + name + " has characters that are not ASCII");
        }
        try {
            metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value);
        } catch (IllegalArgumentException e) {
            throw BadRequestException.invalid("metadata cannot have the name \"" + name + "\"");
        }
    }

    private static Optional<Long> timeoutNanos(HttpHeaders headers) throws BadRequestException {
        String text = headers.get("grpc-timeout");
        if (text == null || text.isEmpty()) {
            return Optional.empty();
        }
        int digits = text.length() - 1;
        TimeUnit unit = TIMEOUT_UNITS.get(text.charAt(digits));
        boolean number = digits >= 1
                && digits <= MAX_TIMEOUT_DIGITS
                && text.chars().limit(digits).allMatch(c -> c >= '0' && c <= '9');
        if (unit == null || !number) {
            throw BadRequestException.invalid("invalid grpc-timeout: " + text);
        }
        return Optional.of(unit.toNanos(Long.parseLong(text.substring(0, digits))));
    }
}
