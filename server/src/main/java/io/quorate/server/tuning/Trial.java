package io.quorate.server.tuning;

import io.quorate.core.SendBounds;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * A setting to be tried in the place of another.
 *
 * @param from how it is
 * @param to how it would be; one of the two bounds differs
 * @param reason what speaks for it, as half a sentence
 * @param gain the share of a write's time that it can save at most; empty if that is not known
 */
public record Trial(SendBounds from, SendBounds to, String reason, OptionalDouble gain) {

    /** The flag of {@code quorate server} that sets a leader's bound on messages under way. */
    public static final String MESSAGES_FLAG = "--max-inflight-messages";

    /** The flag of {@code quorate server} that sets the bound on the size of a message. */
    public static final String BATCH_FLAG = "--max-batch-bytes";

    private static final double PERCENT = 100;

    private boolean changesMessages() {
        return from.maxInflightMessages() != to.maxInflightMessages();
    }

    /** The flag by which it is set, with its value. */
    public String flag() {
        return changesMessages()
                ? MESSAGES_FLAG + " " + to.maxInflightMessages()
                : BATCH_FLAG + " " + to.maxMessageBytes();
    }

    /** The value that it has now. */
    public long now() {
        return changesMessages() ? from.maxInflightMessages() : from.maxMessageBytes();
    }

    /** For people: what it may bring. */
    public String gainText() {
        return gain.isPresent()
                ? "at most " + Math.round(gain.getAsDouble() * PERCENT) + " % of a write's time"
                : "not known: the ways to the others are not measured yet";
    }

    static String percent(double share) {
        return String.format(Locale.ROOT, "%.0f %%", share * PERCENT);
    }
}
