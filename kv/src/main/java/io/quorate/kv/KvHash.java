package io.quorate.kv;

/**
 * A checksum of the history, equal on all members at one revision.
 *
 * @param hash CRC32C, as an unsigned number
 * @param revision the revision up to which changes count
 * @param compactedRevision the compacted revision when it was taken; hashes with different ones are not comparable
 */
public record KvHash(long hash, long revision, long compactedRevision) {}
