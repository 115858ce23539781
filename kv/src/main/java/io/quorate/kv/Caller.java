package io.quorate.kv;

/**
 * Who asks for something.
 *
 * @param user empty if the client has not said who it is
 * @param authRevision of the users and roles as they were when the client logged in, or was last looked up
 */
public record Caller(String user, long authRevision) {
    /** A client that has not said who it is. */
    public static final Caller NOBODY = new Caller("", 0);
}
