package io.quorate.kv;

import io.quorate.encryption.DataKey;
import io.quorate.encryption.NotAuthenticException;
import io.quorate.encryption.Opener;
import io.quorate.encryption.Sealer;

/** How the records of an export lie on the disk while they are sorted. */
sealed interface SortedRecords {

    SortedRecords PLAIN = new Plain();

    /** What lies on the disk in place of a record. */
    byte[] stored(byte[] place, byte[] record);

    /**
     * The record that was stored.
     *
     * @throws StoreException if that is not what was stored there
     */
    byte[] opened(byte[] place, byte[] stored);

    /** As they are. */
    record Plain() implements SortedRecords {
        @Override
        public byte[] stored(byte[] place, byte[] record) {
            return record;
        }

        @Override
        public byte[] opened(byte[] place, byte[] stored) {
            return stored;
        }
    }

    /** Sealed with a key that is gone afterwards. For one thread. */
    final class Sealed implements SortedRecords {
        private final Sealer sealer;
        private final Opener opener;

        Sealed(DataKey key) {
            this.sealer = key.sealer();
            this.opener = key.opener();
        }

        @Override
        public byte[] stored(byte[] place, byte[] record) {
            return sealer.seal(record, place);
        }

        @Override
        public byte[] opened(byte[] place, byte[] stored) {
            try {
                return opener.open(stored, place);
            } catch (NotAuthenticException e) {
                throw new StoreException("what was sorted is not what was written", e);
            }
        }
    }
}
