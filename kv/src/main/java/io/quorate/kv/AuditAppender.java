package io.quorate.kv;

import java.nio.charset.StandardCharsets;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Appends records to the audit log in one batch of the store, and gives up the oldest when there are too many. For one thread.
 *
 * <p>What is given up is on record itself, with the hash of the last one: so that what is left can still be verified, and nobody can take
 * away more than the settings do.
 */
final class AuditAppender {
    /** A part of all records is given up at once, so that a record of that is not needed each time. */
    private static final long PARTS = 64;

    private final OrderedStore store;
    private final WriteBatch batch;
    private final AuditLog before;

    /** So many records make room at a time, for all members apply this at the same moment; the rest does with those that come. */
    private static final int MAX_GIVEN_UP = 1000;

    /** Those of this batch, which the store does not have yet. */
    private final NavigableMap<Long, AuditRecord> appended = new TreeMap<>();

    private AuditLog log;

    AuditAppender(OrderedStore store, WriteBatch batch, AuditLog log) {
        this.store = store;
        this.batch = batch;
        this.before = log;
        this.log = log;
    }

    AuditLog log() {
        return log;
    }

    void append(AuditEvent event) {
        put(event);
        if (log.keepsTooMuch()) {
            giveUp();
        }
    }

    /** To be called before what comes with the same command is appended: it counts by the new settings. */
    void change(AuditSettings settings) {
        log = log.with(settings);
    }

    /** To be called once, when everything is appended. */
    void complete() {
        if (!log.equals(before)) {
            batch.put(StoreKeys.AUDIT_LOG, AuditCodec.encode(log));
        }
    }

    private void put(AuditEvent event) {
        AuditRecord record = AuditRecord.of(log.last() + 1, log.head(), event);
        appended.put(record.number(), record);
        batch.put(StoreKeys.auditRecord(record.number()), record.line().getBytes(StandardCharsets.US_ASCII));
        log = log.with(record, event.millis());
    }

    private void giveUp() {
        long from = log.first();
        AuditSettings limits = log.settings();
        long keptRecords = limits.maxRecords() - limits.maxRecords() / PARTS;
        long keptBytes = limits.maxBytes() - limits.maxBytes() / PARTS;
        int givenUp = 0;
        while (log.count() > 1 && givenUp++ < MAX_GIVEN_UP && (log.count() > keptRecords || log.bytes() > keptBytes)) {
            AuditRecord dropped = find(log.first());
            batch.delete(StoreKeys.auditRecord(dropped.number()));
            appended.remove(dropped.number());
            log = log.without(dropped, dropped.line().length());
        }
        put(AuditChain.givenUp(from, log));
    }

    private AuditRecord find(long number) {
        AuditRecord ofBatch = appended.get(number);
        return ofBatch == null ? stored(number) : ofBatch;
    }

    private AuditRecord stored(long number) {
        byte[] line = store.get(StoreKeys.auditRecord(number))
                .orElseThrow(() -> new StoreException("the store has lost record " + number + " of its audit log"));
        try {
            return AuditRecord.parse(new String(line, StandardCharsets.US_ASCII));
        } catch (DecodeException e) {
            throw new StoreException(
                    "record " + number + " of the store's audit log cannot be read: " + e.getMessage(), e);
        }
    }
}
