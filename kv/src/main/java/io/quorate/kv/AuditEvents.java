package io.quorate.kv;

import java.util.List;

/**
 * What a member has seen that does not go through the log by itself: logins, refusals, reads. The first one begins the audit log.
 *
 * @param events in the order in which they are put on record
 */
public record AuditEvents(List<AuditEvent> events) implements Command {

    /** The most in one command. */
    public static final int MAX_EVENTS = 500;

    public AuditEvents {
        events = List.copyOf(events);
        if (events.isEmpty() || events.size() > MAX_EVENTS) {
            throw new IllegalArgumentException("from 1 to " + MAX_EVENTS + " events, not " + events.size());
        }
    }
}
