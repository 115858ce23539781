package io.quorate.kv;

/**
 * Something that belongs on record: who did what, from where, and what came of it. Never a value, a password, a token or a hash of one:
 * there is no field that could hold it. What is told of operations is what their reports say, which have none of that either. Immutable.
 *
 * @param millis the time since 1970, by the clock of the member that saw it
 * @param member that saw it; 0 if that is not known
 * @param user who did it, as far as that was proved; empty if it was nobody, or a member by itself
 * @param address where from; empty if that is not known
 * @param kind of event
 * @param action what was done
 * @param object to what: a user, a role, a member, a range of keys
 * @param result {@code ok}, or why not
 * @param count of how many such events this stands; more than 1 if there were too many to be told one by one
 */
public record AuditEvent(
        long millis,
        long member,
        String user,
        String address,
        Kind kind,
        String action,
        String object,
        String result,
        long count) {

    /** What is told of an event whose end is as it was meant to be. */
    public static final String OK = "ok";

    /** The longest text in an event, in characters: names may be chosen by strangers. */
    public static final int MAX_TEXT = 256;

    private static final String CUT = "...";

    /** What an event is about. */
    public enum Kind implements Numbered {
        /** Logins, tokens that are none, and whether users are asked for at all. */
        AUTHENTICATION(1),
        /** Somebody was not allowed to do something. */
        AUTHORIZATION(2),
        USER(3),
        ROLE(4),
        MEMBERSHIP(5),
        /** An operation of the manager. */
        OPERATION(6),
        /** What concerns a member or the cluster as a whole beside operations: compactions, alarms, copies. */
        MAINTENANCE(7),
        /** Keys that a rule names were read or written. */
        KEY(8),
        /** The audit log itself. */
        AUDIT(9);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        @Override
        public int number() {
            return number;
        }
    }

    public AuditEvent {
        user = shortened(user);
        address = shortened(address);
        action = shortened(action);
        object = shortened(object);
        result = shortened(result);
        if (count < 1) {
            throw new IllegalArgumentException("an event happened at least once");
        }
    }

    /** So many of such events. */
    public AuditEvent times(long many) {
        return new AuditEvent(millis, member, user, address, kind, action, object, result, many);
    }

    private static String shortened(String text) {
        return shortened(text, MAX_TEXT);
    }

    /** A text of so many characters at most, which tells that it was cut. */
    static String shortened(String text, int max) {
        if (text.length() <= max) {
            return text;
        }
        int end = max - CUT.length();
        // Half of a character is none.
        return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end) + CUT;
    }
}
