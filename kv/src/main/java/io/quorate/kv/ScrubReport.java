package io.quorate.kv;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a {@link StateScrub} has found.
 *
 * @param appliedIndex the place in the log at which the store was looked at
 * @param buckets the digest's buckets in which the content is not what was written there
 * @param keys those, or the first of them, whose newest version is not the one that the store's index names
 * @param errors what could not be read, a sentence each; nothing can be said of {@code buckets} then
 */
public record ScrubReport(long appliedIndex, List<Integer> buckets, List<Bytes> keys, List<String> errors) {

    private static final int SHOWN_KEYS = 5;

    public ScrubReport {
        buckets = List.copyOf(buckets);
        keys = List.copyOf(keys);
        errors = List.copyOf(errors);
    }

    /** Whether everything could be read and is as it was written. */
    public boolean isIntact() {
        return buckets.isEmpty() && keys.isEmpty() && errors.isEmpty();
    }

    /** Half a sentence that says where the content is not what was written, as far as that could be compared; empty if nowhere. */
    public Optional<String> difference() {
        if (buckets.isEmpty() && keys.isEmpty()) {
            return Optional.empty();
        }
        String shown = keys.stream().limit(SHOWN_KEYS).map(Bytes::toString).collect(Collectors.joining(", "));
        return Optional.of("what it holds at log index " + appliedIndex
                + " is not what was written there, though every checksum is right (buckets " + buckets
                + (shown.isEmpty() ? "" : ", keys " + shown) + ")");
    }
}
