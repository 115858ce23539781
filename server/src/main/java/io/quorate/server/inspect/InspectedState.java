package io.quorate.server.inspect;

import io.quorate.kv.MvccStore;

/**
 * What a store holds, as far as it is compared.
 *
 * @param file where the store is, relative to the data directory
 * @param digest what the store says of its state
 * @param content a checksum of everything that can be read from it; equal on all members at one index, as the digest is
 */
public record InspectedState(
        String file, long appliedIndex, long revision, long compactedRevision, String digest, String content) {

    /** The one place that says by what stores are compared. Reads the whole store. */
    static InspectedState of(String file, MvccStore store) {
        return new InspectedState(
                file,
                store.appliedIndex(),
                store.currentRevision(),
                store.compactedRevision(),
                store.digest().total().toString(),
                Long.toHexString(store.hash()));
    }

    /** Whether two stores at one index hold the same. */
    boolean isSameAs(InspectedState other) {
        return digest.equals(other.digest) && content.equals(other.content);
    }
}
