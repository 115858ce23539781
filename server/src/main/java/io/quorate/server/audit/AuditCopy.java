package io.quorate.server.audit;

import io.quorate.kv.AuditChain;
import io.quorate.kv.AuditEvent;
import io.quorate.kv.AuditRecord;
import io.quorate.kv.DecodeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * An audit log as one place has it, a member or a file: whether it is whole, and whether it says the same as another one. For one thread.
 *
 * <p>A chain that somebody has made anew from one record on is whole in itself; what gives it away is that others have another one.
 */
public final class AuditCopy {

    private final String place;
    private final AuditChain chain = new AuditChain();

    /** The hash of each record, as the record says itself. */
    private final TreeMap<Long, String> hashes = new TreeMap<>();

    private Optional<Head> head = Optional.empty();

    private record Head(long number, String hash) {}

    /** @param place for people: {@code member a}, or a file */
    public AuditCopy(String place) {
        this.place = place;
    }

    public String place() {
        return place;
    }

    /** The next record. */
    public void add(String line) {
        chain.add(line);
        try {
            AuditRecord record = AuditRecord.parse(line);
            hashes.put(record.number(), record.hash());
        } catch (DecodeException e) {
            // The chain tells.
        }
    }

    /** The kinds that records are of, as their lines say it. */
    public static List<String> kinds() {
        return Stream.of(AuditEvent.Kind.values())
                .map(kind -> kind.name().toLowerCase(Locale.ROOT))
                .toList();
    }

    /** The number of a record that is a line of an audit log; empty if the line is none. */
    public static OptionalLong number(String line) {
        try {
            return OptionalLong.of(AuditRecord.parse(line).number());
        } catch (DecodeException e) {
            return OptionalLong.empty();
        }
    }

    /** Whether a line follows another one, as far as both say. */
    public static boolean follows(String before, String line) {
        try {
            AuditRecord first = AuditRecord.parse(before);
            AuditRecord second = AuditRecord.parse(line);
            return second.number() == first.number() + 1 && second.previous().equals(first.hash());
        } catch (DecodeException e) {
            return false;
        }
    }

    /** What the place says that its last record is, beside the records themselves. */
    public void endsWith(long number, String hash) {
        head = Optional.of(new Head(number, hash));
    }

    /** How many records it has. */
    public int size() {
        return hashes.size();
    }

    /** The number of its last record; 0 if it has none. */
    public long last() {
        return hashes.isEmpty() ? 0 : hashes.lastKey();
    }

    /** The hash of its last record; empty if it has none. */
    public Optional<String> lastHash() {
        return Optional.ofNullable(hashes.lastEntry()).map(entry -> entry.getValue());
    }

    /** What is wrong with it by itself, each in one sentence that begins with the place. */
    public List<String> problems() {
        List<String> problems = new ArrayList<>(chain.problems());
        head.ifPresent(told -> {
            if (told.number() > last()) {
                problems.add("records " + (last() + 1) + " to " + told.number() + " are missing at the end");
            } else if (told.number() > 0 && !told.hash().equals(hashes.get(told.number()))) {
                problems.add("record " + told.number() + " is not the one that it says is its last one");
            }
        });
        return problems.stream().map(problem -> place + ": " + problem).toList();
    }

    /** What two of them do not agree on, in one sentence; empty if they agree on all that both have. */
    public Optional<String> differenceFrom(AuditCopy other) {
        for (var entry : hashes.entrySet()) {
            String theirs = other.hashes.get(entry.getKey());
            if (theirs != null && !theirs.equals(entry.getValue())) {
                return Optional.of("record " + entry.getKey() + " is another one at " + place + " than at "
                        + other.place + ": one of them was made anew, with all that follow");
            }
        }
        return Optional.empty();
    }

    /** What this one has and a newer one should have, and does not; empty if nothing. */
    public Optional<String> beyond(AuditCopy newer) {
        return last() > newer.last()
                ? Optional.of("records " + (newer.last() + 1) + " to " + last() + " are at " + place + " and not at "
                        + newer.place + ": they were taken away there, or it is another cluster")
                : Optional.empty();
    }
}
