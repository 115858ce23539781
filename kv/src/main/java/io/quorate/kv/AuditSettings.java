package io.quorate.kv;

import java.util.List;
import java.util.Optional;

/**
 * What is on record beside what always is, and how much of it is kept: part of the replicated state, since all members must put the same
 * on record and give up the same. Immutable.
 *
 * @param rules which access to keys is on record
 * @param maxRecords more are not kept: the oldest make room
 * @param maxBytes nor more than so many bytes of them
 */
public record AuditSettings(List<AuditRule> rules, long maxRecords, long maxBytes) {

    /** No access to keys, and about a year of a quiet cluster. */
    public static final AuditSettings DEFAULTS = new AuditSettings(List.of(), 100_000, 64L << 20);

    /** The most rules: each write is held against all of them. */
    public static final int MAX_RULES = 100;

    public static final long MIN_RECORDS = 100;
    public static final long MAX_RECORDS = 10_000_000;
    public static final long MIN_BYTES = 1 << 20;
    public static final long MAX_BYTES = 4L << 30;

    public AuditSettings {
        rules = List.copyOf(rules);
    }

    /** Why they cannot be set, in one sentence. */
    public Optional<String> problem() {
        if (rules.size() > MAX_RULES) {
            return Optional.of("there may be " + MAX_RULES + " audit rules, not " + rules.size());
        }
        if (maxRecords < MIN_RECORDS || maxRecords > MAX_RECORDS) {
            return Optional.of(
                    "an audit log keeps from " + MIN_RECORDS + " to " + MAX_RECORDS + " records, not " + maxRecords);
        }
        if (maxBytes < MIN_BYTES || maxBytes > MAX_BYTES) {
            return Optional.of("an audit log keeps from " + MIN_BYTES + " to " + MAX_BYTES + " bytes, not " + maxBytes);
        }
        return rules.stream().anyMatch(rule -> rule.key().isEmpty())
                ? Optional.of("an audit rule names no key")
                : Optional.empty();
    }

    /** Whether any rule speaks of reading these keys. */
    public boolean isReadOnRecord(String user, Bytes key, Bytes rangeEnd) {
        return isOnRecord(user, Permission.Access.READ, KeyRange.of(key, rangeEnd));
    }

    /** Whether any rule speaks of writing these keys. */
    boolean isWriteOnRecord(String user, Bytes key, Bytes rangeEnd) {
        return isOnRecord(user, Permission.Access.WRITE, KeyRange.of(key, rangeEnd));
    }

    private boolean isOnRecord(String user, Permission.Access access, KeyRange keys) {
        return rules.stream().anyMatch(rule -> rule.isAbout(user, access, keys));
    }
}
