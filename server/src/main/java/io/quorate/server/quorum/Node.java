package io.quorate.server.quorum;

import java.util.Optional;

/**
 * One member of a cluster.
 *
 * @param id in hexadecimal; of one that is only thought of, its name
 * @param name empty if it has told none
 * @param zone what it may fail together with, if that is known
 * @param sync how long its log takes to become durable, if that is known
 * @param priority by which it is to lead rather than others; 0 if it never leads
 * @param witness whether it votes and holds no data, and so never leads
 */
public record Node(
        String id,
        String name,
        Optional<String> zone,
        Optional<Spread> sync,
        Condition condition,
        int priority,
        boolean witness) {

    /** The priority of a member of which nothing else was said. */
    public static final int USUAL_PRIORITY = 1;

    /** One with data, and of the usual priority. */
    public Node(String id, String name, Optional<String> zone, Optional<Spread> sync, Condition condition) {
        this(id, name, zone, sync, condition, USUAL_PRIORITY, false);
    }

    /** Whether a member takes part in decisions now. */
    public enum Condition {
        /** It does. */
        GOOD,
        /** It is there, and does not have the log yet, or may not vote. */
        BEHIND,
        /** Nobody hears of it. */
        DOWN
    }

    /** How people call it. */
    public String called() {
        return name.isEmpty() ? id : name;
    }

    public boolean isGood() {
        return condition == Condition.GOOD;
    }

    public boolean mayLead() {
        return priority > 0;
    }

    boolean isIn(String someZone) {
        return zone.equals(Optional.of(someZone));
    }
}
