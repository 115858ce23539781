package io.quorate.kv;

import java.util.Optional;

/**
 * Where the audit log's chain stands: small enough to be part of the state that is held in memory; the records are in the store. Immutable.
 *
 * <p>It is replicated: every member appends the same records in the same order, so all come to the same head.
 *
 * @param last the number of the last record; 0: it has not begun
 * @param head the hash of the last record
 * @param first the number of the oldest record that is kept
 * @param anchor the hash of the record before that one, which was given up
 * @param bytes how many the records that are kept have
 * @param lastMillis when the last one happened, for what comes without a time
 */
public record AuditLog(
        long last, String head, long first, String anchor, long bytes, long lastMillis, AuditSettings settings) {

    /** Of a cluster in which nothing was ever put on record: it has nothing of this in its state. */
    static final AuditLog NONE =
            new AuditLog(0, AuditRecord.BEGINNING, 1, AuditRecord.BEGINNING, 0, 0, AuditSettings.DEFAULTS);

    /** Whether anything was ever put on record: then every member is known to have a release that does so. */
    public boolean hasBegun() {
        return last > 0;
    }

    /** How many records are kept. */
    public long count() {
        return last - first + 1;
    }

    AuditLog with(AuditRecord record, long millis) {
        return new AuditLog(
                record.number(),
                record.hash(),
                first,
                anchor,
                bytes + record.line().length(),
                millis,
                settings);
    }

    AuditLog with(AuditSettings changed) {
        return new AuditLog(last, head, first, anchor, bytes, lastMillis, changed);
    }

    /** Without records up to one. */
    AuditLog without(AuditRecord lastDropped, long droppedBytes) {
        return new AuditLog(
                last, head, lastDropped.number() + 1, lastDropped.hash(), bytes - droppedBytes, lastMillis, settings);
    }

    boolean keepsTooMuch() {
        return count() > settings.maxRecords() || bytes > settings.maxBytes();
    }

    static AuditLog load(Optional<byte[]> stored) {
        if (stored.isEmpty()) {
            return NONE;
        }
        try {
            return AuditCodec.decode(stored.get());
        } catch (DecodeException e) {
            throw new StoreException("the store does not tell where its audit log stands: " + e.getMessage(), e);
        }
    }
}
