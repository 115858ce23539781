package io.quorate.server.audit;

/** Is told what becomes of events that belong on record. Thread-safe. */
@FunctionalInterface
public interface AuditListener {

    /** What becomes of them. */
    enum Outcome {
        /** They are on record. */
        RECORDED,
        /** There were too many of their kind: their number is put on record instead. */
        SUPPRESSED,
        /** They are not, and never will be: the log takes nothing, or some member's release knows of no records. */
        LOST
    }

    /** So many events have come to this. */
    void became(Outcome outcome, long events);
}
