package io.quorate.core;

/** Why a proposal, a read or a transfer was refused. Nothing has happened in any of these cases. */
public enum Rejection {
    /** This member does not lead; where a leader is known, it may be asked. */
    NOT_LEADER,
    /** No leader is known. */
    NO_LEADER,
    /** Leadership is being transferred; proposals go through again when that has ended. */
    TRANSFER_IN_PROGRESS,
    /** Too much is appended and not yet committed. */
    TOO_MANY_UNCOMMITTED,
    /** The leader's disk has no room for more of the log; it takes proposals again once there is (corner case 26). */
    NO_ROOM,
    /** The target is not a voter of the configuration, or its priority is 0. */
    BAD_TRANSFER_TARGET,
    /** The target of the transfer could not lead at once: it lacks entries or its state, or was not there all the time lately. */
    TRANSFER_TARGET_NOT_READY,
    /** Another change of members has not ended yet. */
    CHANGE_IN_PROGRESS,
    /** The leader has not committed an entry of its own term yet; it will soon (corner case 16). */
    NOTHING_COMMITTED_YET,
    /** The configuration has no voter that may lead and holds data, is joint, or makes a member a witness that is none. */
    BAD_CONFIGURATION
}
