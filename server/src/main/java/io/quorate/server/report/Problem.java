package io.quorate.server.report;

/**
 * Something that is wrong with a cluster.
 *
 * @param subject who or what has it: a member, two members, or the cluster
 * @param what is wrong, as a sentence without its full stop that goes on after the subject
 * @param remedy what to do about it, likewise
 */
public record Problem(Urgency urgency, String subject, String what, String remedy) {

    /** Who has what concerns all. */
    static final String CLUSTER = "the cluster";

    /** The most urgent first. */
    public enum Urgency {
        /** Clients are refused, or what they are told cannot be trusted. */
        CRITICAL,
        /** Clients wait, or one failure more would stop them. */
        SERIOUS,
        /** It could be better. */
        NOTICE
    }
}
