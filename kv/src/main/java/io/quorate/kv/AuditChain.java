package io.quorate.kv;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Verifies an audit log line by line, and says exactly what was changed, is missing, or does not follow. For one thread.
 *
 * <p>It needs nothing but the lines: a record that was changed is not what its hash says; one that was taken out or put in has neighbours
 * that do not follow each other; what was given up is on record with the hash of its last record. That the newest are missing, or all from one
 * on were made anew, only somebody can tell who knows the head from elsewhere.
 */
public final class AuditChain {
    /** Whoever has so many need not be told of more. */
    private static final int MAX_PROBLEMS = 20;

    /** No number has more digits: whoever writes one that has is not believed. */
    private static final Pattern GIVEN_UP = Pattern.compile(
            "\"kind\":\"audit\",\"action\":\"give up\",\"object\":\"records (\\d{1,18}) to (\\d{1,18}), the last with hash"
                    + " ([0-9a-f]{64})\"");

    private final List<String> problems = new ArrayList<>();

    /** By the number of the last record that was given up, its hash. */
    private final Map<Long, String> givenUp = new HashMap<>();

    private Optional<AuditRecord> first = Optional.empty();
    private Optional<AuditRecord> last = Optional.empty();
    private long lines;

    /** The event that puts on record what was given up. */
    static AuditEvent givenUp(long from, AuditLog log) {
        return new AuditEvent(
                log.lastMillis(),
                0,
                "",
                "",
                AuditEvent.Kind.AUDIT,
                "give up",
                "records " + from + " to " + (log.first() - 1) + ", the last with hash " + log.anchor(),
                AuditEvent.OK,
                1);
    }

    /** The next line. */
    public void add(String line) {
        lines++;
        AuditRecord record;
        try {
            record = AuditRecord.parse(line);
        } catch (DecodeException e) {
            problem("line " + lines + " is no audit record, or was changed: " + e.getMessage());
            return;
        }
        if (!record.isGenuine()) {
            problem("record " + record.number() + " was changed: it is not what its hash says");
        } else {
            noteGivenUp(record);
        }
        last.ifPresent(before -> follow(before, record));
        first = first.or(() -> Optional.of(record));
        last = Optional.of(record);
    }

    private void noteGivenUp(AuditRecord record) {
        Matcher told = GIVEN_UP.matcher(record.line());
        if (told.find()) {
            givenUp.put(Long.parseLong(told.group(2)), told.group(3));
        }
    }

    private void follow(AuditRecord before, AuditRecord record) {
        long expected = before.number() + 1;
        if (record.number() > expected) {
            problem(missing(expected, record.number() - 1) + ": record " + before.number() + " is followed by record "
                    + record.number());
        } else if (record.number() < expected) {
            problem("record " + record.number() + " stands behind record " + before.number()
                    + ": it was put there, or the records were put in another order");
        } else if (!record.previous().equals(before.hash())) {
            problem("the chain breaks between record " + before.number() + " and record " + record.number()
                    + ": one of them is not the one that was there");
        }
    }

    private static String missing(long from, long to) {
        return from == to ? "record " + from + " is missing" : "records " + from + " to " + to + " are missing";
    }

    private void problem(String sentence) {
        if (problems.size() < MAX_PROBLEMS) {
            problems.add(sentence);
        }
    }

    /** What is wrong with all lines so far, in their order; empty if nothing is. */
    public List<String> problems() {
        List<String> all = new ArrayList<>(problems);
        first.flatMap(this::problemBefore).ifPresent(all::addFirst);
        return all;
    }

    /** The first record that is there must be the first that ever was, or follow what was given up. */
    private Optional<String> problemBefore(AuditRecord oldest) {
        if (oldest.number() == 1) {
            return oldest.previous().equals(AuditRecord.BEGINNING)
                    ? Optional.empty()
                    : Optional.of("record 1 follows another record: it is not the first one that was there");
        }
        String anchor = givenUp.get(oldest.number() - 1);
        if (anchor == null) {
            return Optional.of(missing(1, oldest.number() - 1) + ", and no record says that they were given up");
        }
        return anchor.equals(oldest.previous())
                ? Optional.empty()
                : Optional.of("record " + oldest.number() + " does not follow what was given up before it");
    }
}
