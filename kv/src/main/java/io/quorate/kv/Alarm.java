package io.quorate.kv;

/**
 * An alarm that a member has raised and nobody has disarmed.
 *
 * @param memberId the member it concerns; 0 if a client raised it for none
 */
public record Alarm(long memberId, Type type) implements Comparable<Alarm> {

    /** What is wrong; numbered as in etcd's protocol buffers. */
    public enum Type implements Numbered {
        /** The store has reached its quota: puts are refused until the alarm is disarmed. */
        NOSPACE(1),
        /** Members differ: everything is refused until the alarm is disarmed. */
        CORRUPT(2);

        private final int number;

        Type(int number) {
            this.number = number;
        }

        @Override
        public int number() {
            return number;
        }
    }

    /** By member, then by type. */
    @Override
    public int compareTo(Alarm other) {
        int byMember = Long.compareUnsigned(memberId, other.memberId);
        return byMember != 0 ? byMember : type.compareTo(other.type);
    }
}
