package io.quorate.engine.log;

import io.quorate.encryption.DataKey;
import io.quorate.encryption.KeyException;
import io.quorate.encryption.MasterKeys;
import io.quorate.encryption.MissingKeyException;
import io.quorate.encryption.WrappedKey;
import io.quorate.encryption.WrongKeyException;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import java.io.IOException;
import java.util.Optional;

/**
 * Where the segments of a log have their keys from. With master keys, what is written is sealed; without, it is not, and a log that holds
 * sealed segments cannot be opened. Segments that were written in plain can be read in either case.
 *
 * <p>Immutable; safe for use by many threads.
 */
public final class LogKeys {

    /** No keys: a log that is not sealed. */
    public static final LogKeys NONE = new LogKeys(Optional.empty());

    /** For nothing else can what it wraps be unwrapped. */
    private static final String PURPOSE = "quorate log segment";

    private final Optional<MasterKeys> masters;

    private LogKeys(Optional<MasterKeys> masters) {
        this.masters = masters;
    }

    public static LogKeys of(MasterKeys masters) {
        return new LogKeys(Optional.of(masters));
    }

    public static LogKeys of(Optional<MasterKeys> masters) {
        return new LogKeys(masters);
    }

    /** Whether what is written from now on is sealed. */
    boolean seals() {
        return masters.isPresent();
    }

    /** A key for a segment that is about to begin; none if the log is not sealed. */
    Optional<SegmentKey> newKey() throws KeyException {
        if (masters.isEmpty()) {
            return Optional.empty();
        }
        DataKey key = masters.get().newDataKey();
        return Optional.of(new SegmentKey(key, masters.get().wrap(key, PURPOSE)));
    }

    /**
     * The key of a segment.
     *
     * @param segment as it is called where it lies
     * @throws KeyException if a master key is missing or wrong: one sentence names it, and the segment
     */
    SegmentKey unwrap(WrappedKey wrapped, String segment) throws KeyException {
        String needed = "The log segment " + segment + " is sealed with the master key " + wrapped.keyId();
        if (masters.isEmpty()) {
            throw new MissingKeyException(
                    wrapped.keyId(),
                    needed + ", and no keys were given: give --encryption-key-file or --encryption-key-command.");
        }
        try {
            return new SegmentKey(masters.get().unwrap(wrapped, PURPOSE), wrapped);
        } catch (MissingKeyException e) {
            throw new MissingKeyException(e.keyId(), needed + ": " + e.getMessage() + ".");
        } catch (WrongKeyException e) {
            throw new WrongKeyException(e.keyId(), needed + ": " + e.getMessage() + ".");
        }
    }

    /** Whether a key would be wrapped otherwise by now. */
    boolean isOutdated(WrappedKey wrapped) {
        return masters.isPresent() && !masters.get().currentId().equals(wrapped.keyId());
    }

    /** The same key, wrapped by the current master key. */
    SegmentKey rewrapped(SegmentKey key) throws KeyException {
        return masters.isEmpty() ? key : new SegmentKey(key.key(), masters.get().wrap(key.key(), PURPOSE));
    }

    /**
     * Makes sure, before anything in a data directory is touched, that every segment of its log can be read. What is damaged is passed over.
     *
     * @throws KeyException if a master key is missing or wrong
     */
    public void requireFor(Disk disk) throws IOException {
        if (!disk.exists(LogFiles.FOLDER)) {
            return;
        }
        for (String name : disk.list(LogFiles.FOLDER)) {
            if (LogDiagnosis.isSegment(name)) {
                try (DiskFile file = disk.open(LogFiles.FOLDER + "/" + name)) {
                    SegmentHeader.read(file, LogDiagnosis.sequenceOf(name), name, this);
                }
            }
        }
    }
}
