package io.quorate.kv;

import java.util.List;

/**
 * What a {@link StateScrub} has found.
 *
 * @param appliedIndex the place in the log at which the store was looked at
 * @param buckets the digest's buckets in which the content is not what was written there
 * @param keys those, or the first of them, whose newest version is not the one that the store's index names
 * @param errors what could not be read, a sentence each; nothing can be said of {@code buckets} then
 */
public record ScrubReport(long appliedIndex, List<Integer> buckets, List<Bytes> keys, List<String> errors) {

    public ScrubReport {
        buckets = List.copyOf(buckets);
        keys = List.copyOf(keys);
        errors = List.copyOf(errors);
    }

    /** Whether everything could be read and is as it was written. */
    public boolean isIntact() {
        return buckets.isEmpty() && keys.isEmpty() && errors.isEmpty();
    }
}
