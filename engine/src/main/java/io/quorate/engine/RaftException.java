package io.quorate.engine;

import io.quorate.core.Rejection;

/** Why a request to a node did not succeed, and whether it may have been carried out. */
public abstract sealed class RaftException extends RuntimeException {

    private static final long serialVersionUID = 1;

    private RaftException(String message) {
        super(message, null, false, false);
    }

    private RaftException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Nothing was done, and nothing will be. */
    public static final class Refused extends RaftException {

        private static final long serialVersionUID = 1;

        private final Rejection reason;

        public Refused(Rejection reason) {
            super(
                    switch (reason) {
                        case NOT_LEADER -> "this member does not lead";
                        case NO_LEADER -> "no leader is known";
                        case TRANSFER_IN_PROGRESS -> "leadership is being transferred";
                        case TOO_MANY_UNCOMMITTED -> "too much is appended and not yet committed";
                        case NO_ROOM -> "the leader's disk is full";
                        case BAD_TRANSFER_TARGET -> "the target of the transfer is not a voter, or never leads";
                        case TRANSFER_TARGET_NOT_READY ->
                            "the target of the transfer could not lead at once: it lacks entries or its state, or was away lately";
                        case CHANGE_IN_PROGRESS -> "another change of members has not ended yet";
                        case NOTHING_COMMITTED_YET -> "the leader has only just been elected";
                        case BAD_CONFIGURATION ->
                            "a configuration needs a voter that holds data and may lead, must not be joint, and makes nobody"
                                    + " a witness who was none";
                    });
            this.reason = reason;
        }

        public Rejection reason() {
            return reason;
        }
    }

    /** Another leader's entry stands where the proposal's was: it was not applied, and never will be. */
    public static final class Superseded extends RaftException {

        private static final long serialVersionUID = 1;

        public Superseded() {
            super("the leader changed before the proposal was committed");
        }
    }

    /** It may have been carried out, or may be later; this member cannot tell (corner case 15). */
    public static final class OutcomeUnknown extends RaftException {

        private static final long serialVersionUID = 1;

        private final boolean leaderLost;

        public OutcomeUnknown(boolean leaderLost) {
            super(leaderLost ? "the leader was lost before it answered" : "the request timed out");
            this.leaderLost = leaderLost;
        }

        /** Whether the leader that held the request is gone, as far as this member knows. */
        public boolean leaderLost() {
            return leaderLost;
        }
    }

    /** This member is a witness: it has no state that could be read, and does not see what a command results in. */
    public static final class Witness extends RaftException {

        private static final long serialVersionUID = 1;

        private final boolean committed;

        /** @param committed whether what was proposed is committed; if not, nothing was done */
        public Witness(boolean committed) {
            super(
                    committed
                            ? "it is committed; this member is a witness, and does not see what it resulted in"
                            : "this member is a witness, which has no state to read");
            this.committed = committed;
        }

        /** Whether what was proposed is committed, and so was done, or will be. If not, nothing was done. */
        public boolean committed() {
            return committed;
        }
    }

    /** The node has stopped; what was in flight may have been carried out. */
    public static final class Stopped extends RaftException {

        private static final long serialVersionUID = 1;

        public Stopped(Throwable cause) {
            super("the node has stopped: " + cause.getMessage(), cause);
        }
    }
}
