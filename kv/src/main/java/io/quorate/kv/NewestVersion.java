package io.quorate.kv;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32C;

/**
 * Which of a key's versions is the newest, and what went into the digest for it if this store has written it of late.
 *
 * @param written empty if only the index record is known, or if the version is a deletion, which the digest has nothing of
 */
record NewestVersion(CurrentVersion current, Optional<Written> written) {

    /**
     * What is remembered of a version from when it was written.
     *
     * @param hash of its pair, as it was added to the digest
     * @param checksum the CRC32C of its record
     * @param epoch the store's {@link OrderedStore#memoryEpoch} before that
     */
    record Written(DigestSum hash, int checksum, OptionalLong epoch) {
        static Written of(DigestSum hash, byte[] record, OptionalLong epoch) {
            return new Written(hash, checksumOf(record), epoch);
        }

        /** Whether the record has been nowhere but in memory since, by what the store's epoch is now. */
        boolean isInMemory(OptionalLong now) {
            return now.isPresent() && now.equals(epoch);
        }

        /** Whether a record is the one that was written; another one of the same checksum is one of 2^32. */
        boolean is(byte[] record) {
            return checksum == checksumOf(record);
        }

        private static int checksumOf(byte[] record) {
            CRC32C crc = new CRC32C();
            crc.update(record);
            return (int) crc.getValue();
        }
    }

    static NewestVersion fromIndex(CurrentVersion current) {
        return new NewestVersion(current, Optional.empty());
    }

    boolean isDeletion() {
        return current.version().deleted();
    }
}
