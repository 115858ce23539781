package io.quorate.kv;

import io.quorate.encryption.NotAuthenticException;
import java.util.Optional;
import java.util.Set;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

/**
 * The store below could not read or write, or does not hold what it must: the member cannot go on with it.
 *
 * <p>Never the fault of a command; those end in a {@link Result.Rejected}.
 */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final Set<Status.Code> PASSING = Set.of(
            Status.Code.IOError,
            Status.Code.Incomplete,
            Status.Code.TimedOut,
            Status.Code.Aborted,
            Status.Code.Busy,
            Status.Code.TryAgain);

    public StoreException(String message) {
        super(message);
    }

    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }

    /** A record is not what was sealed in its place, as can be told before it is opened. */
    static StoreException ofForged(String sentence) {
        return new StoreException(sentence, new NotAuthenticException(sentence));
    }

    /** Whether the store's files are not what was written: a checksum or a seal is wrong, or something is missing. */
    public boolean isDamage() {
        return getCause() instanceof NotAuthenticException
                || code().filter(Status.Code.Corruption::equals).isPresent();
    }

    /** Whether the system refused for now, be it for want of memory or of open files: that tells nothing of the files. */
    public boolean maySucceedLater() {
        return code().filter(PASSING::contains).isPresent();
    }

    private Optional<Status.Code> code() {
        return getCause() instanceof RocksDBException failure
                ? Optional.ofNullable(failure.getStatus()).map(Status::getCode)
                : Optional.empty();
    }
}
