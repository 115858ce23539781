package io.quorate.engine.detection;

import io.quorate.core.Suspicion;

/** What can be detected. */
public enum DetectionKind {
    /** Two members act as the leader of one term. */
    TWO_LEADERS("two_leaders", Proof.OF_A_LIE),
    /** A member has given its vote to another and campaigns itself, in one term. */
    DOUBLE_VOTE("double_vote", Proof.OF_A_LIE),
    /** A leader has another content in the place of an entry that is here already. */
    CONTRADICTED_ENTRY("contradicted_entry", Proof.OF_A_LIE),
    /** A term that no cluster gets to, or that its sender cannot know. */
    IMPOSSIBLE_TERM("impossible_term", Proof.OF_A_LIE),
    /** An index that no log has, or not the one which it is said of. */
    IMPOSSIBLE_INDEX("impossible_index", Proof.OF_A_LIE),
    /** An answer to what was never asked. */
    UNASKED_ANSWER("unasked_answer", Proof.OF_A_LIE),
    /** What has come before on the same connection, in an order in which no member sends. */
    REPLAYED_FRAME("replayed_frame", Proof.OF_A_LIE),
    /** Bytes that are not of the peer protocol, or a frame whose checksum is wrong; or nothing, where a handshake was to come. */
    GARBAGE("garbage", Proof.NONE),
    /** More frames or bytes than any member sends. */
    FLOOD("flood", Proof.NONE),
    /** Somebody at the peer port who is not let in: removed, of another cluster, or not known. */
    FOREIGN_PEER("foreign_peer", Proof.NONE),
    /** Somebody who is no member speaks in a later term, which is not taken over from him. */
    STRANGERS_TERM("strangers_term", Proof.NONE);

    private enum Proof {
        OF_A_LIE,
        /** A mistake, a broken network card or somebody curious would look the same. */
        NONE
    }

    private final String label;
    private final Proof proof;

    DetectionKind(String label, Proof proof) {
        this.label = label;
        this.proof = proof;
    }

    /** Its name in metrics and reports. */
    public String label() {
        return label;
    }

    /** Whether the sender is a member that lies, or has lost what its disk was to keep: no network and no mistake does that. */
    public boolean provesALie() {
        return proof == Proof.OF_A_LIE;
    }

    /** What the core has a suspicion of. */
    public static DetectionKind of(Suspicion.Kind kind) {
        return switch (kind) {
            case TWO_LEADERS -> TWO_LEADERS;
            case DOUBLE_VOTE -> DOUBLE_VOTE;
            case CONTRADICTED_ENTRY -> CONTRADICTED_ENTRY;
            case IMPOSSIBLE_TERM -> IMPOSSIBLE_TERM;
            case IMPOSSIBLE_INDEX -> IMPOSSIBLE_INDEX;
            case UNASKED_ANSWER -> UNASKED_ANSWER;
        };
    }
}
