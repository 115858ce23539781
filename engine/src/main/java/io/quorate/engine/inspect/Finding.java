package io.quorate.engine.inspect;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Something worth telling about a member's files.
 *
 * @param file relative to the data directory; empty if it is about the directory as a whole
 * @param offset in that file, in bytes
 * @param entries of the log that are concerned
 * @param what one sentence that says what is the matter
 * @param remedy one sentence that says by which repair it ends, and what that would lose; empty if nothing is to be done
 */
public record Finding(
        Severity severity, String file, OptionalLong offset, Optional<EntryRange> entries, String what, String remedy) {

    /** How bad it is. */
    public enum Severity {
        /** Nothing is wrong, though people may wonder. */
        NOTE,
        /** Something that was durable is damaged or contradicts something else. */
        DAMAGE
    }

    /** The entries from one index to another, both included. */
    public record EntryRange(long first, long last) {

        @Override
        public String toString() {
            return first == last ? "entry " + first : "entries " + first + " to " + last;
        }
    }

    public static Finding note(String file, String what) {
        return new Finding(Severity.NOTE, file, OptionalLong.empty(), Optional.empty(), what, "");
    }

    public static Finding damage(String file, String what, String remedy) {
        return new Finding(Severity.DAMAGE, file, OptionalLong.empty(), Optional.empty(), what, remedy);
    }

    public boolean isDamage() {
        return severity == Severity.DAMAGE;
    }

    public Finding at(long fileOffset) {
        return new Finding(severity, file, OptionalLong.of(fileOffset), entries, what, remedy);
    }

    public Finding concerning(EntryRange range) {
        return new Finding(severity, file, offset, Optional.of(range), what, remedy);
    }

    public Finding withRemedy(String newRemedy) {
        return new Finding(severity, file, offset, entries, what, newRemedy);
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(file);
        offset.ifPresent(position -> text.append(" at offset ").append(position));
        return text.append(text.isEmpty() ? "" : ": ").append(what).toString();
    }
}
