package io.quorate.kv;

/**
 * Tells all members that a user has proved who it is, and by what it will be known.
 *
 * @param tokenHash of the token that the client gets: who reads the log must not be able to use it
 * @param authRevision at which the password was compared; if users or roles have changed since, it must be compared again
 */
public record Login(String user, Bytes tokenHash, long authRevision) implements Command {
    /** Says nothing of the token. */
    @Override
    public String toString() {
        return "Login[" + user + ", revision " + authRevision + "]";
    }
}
