package io.quorate.engine.log;

/** What an entry is for. The code is its byte on disk and on the wire. */
public enum EntryKind {
    /** The empty entry with which a leader begins its term. */
    NO_OP(0),
    /** A command of the application. */
    COMMAND(1),
    /** A configuration of the cluster. */
    CONFIGURATION(2),
    /** That there is a command, without the command: what a witness has of it. Never to be taken for an empty one. */
    WITNESSED(3);

    private final byte code;

    EntryKind(int code) {
        this.code = (byte) code;
    }

    public byte code() {
        return code;
    }
}
