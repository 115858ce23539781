package io.quorate.cli;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times as settings have them: a number with a unit, as etcd writes them; 0 needs none. */
final class WrittenTime {

    /** What a time looks like, in words. */
    static final String FORM = "a whole number with ms, s, m or h";

    /** No more digits than any unit can be multiplied with. */
    private static final Pattern TIME = Pattern.compile("(?<number>\\d{1,9})(?<unit>ms|s|m|h)|(?<zero>0)");

    private WrittenTime() {}

    /** Reads a time; empty if the text is none. */
    static Optional<Duration> parse(String text) {
        Matcher matcher = TIME.matcher(text.strip());
        if (!matcher.matches()) {
            return Optional.empty();
        }
        if (matcher.group("zero") != null) {
            return Optional.of(Duration.ZERO);
        }
        long number = Long.parseLong(matcher.group("number"));
        return Optional.of(
                switch (matcher.group("unit")) {
                    case "ms" -> Duration.ofMillis(number);
                    case "m" -> Duration.ofMinutes(number);
                    case "h" -> Duration.ofHours(number);
                    default -> Duration.ofSeconds(number);
                });
    }
}
