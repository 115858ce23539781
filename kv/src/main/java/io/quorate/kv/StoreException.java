package io.quorate.kv;

import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * The store below could not read or write, or does not hold what it must: the member cannot go on with it.
 *
 * <p>Never the fault of a command; those end in a {@link Result.Rejected}.
 */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoreException(String message) {
        super(message);
    }

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Whether the store's files are not what was written: a checksum is wrong, or something is missing. */
    public boolean isDamage() {
        return getCause() instanceof RocksDBException failure
                && failure.getStatus() != null
                && failure.getStatus().getCode() == Status.Code.Corruption;
    }
}
