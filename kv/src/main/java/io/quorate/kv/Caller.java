package io.quorate.kv;

/**
 * Who asks for something.
 *
 * @param user empty if the client has not said who it is
 * @param authRevision of the users and roles as they were when the client was last looked up; if its token is not looked up
 *     but says itself who it is, when the client logged in
 * @param loginRevision of the users and roles when the client proved who it is: a login does not outlive the password, nor
 *     the user, that it was made with
 */
public record Caller(String user, long authRevision, long loginRevision) {
    /** A client that has not said who it is. */
    public static final Caller NOBODY = new Caller("", 0);

    /** Somebody of whom nothing was looked up since the login. */
    public Caller(String user, long authRevision) {
        this(user, authRevision, authRevision);
    }
}
