package io.quorate.simulator.workload;

import io.quorate.kv.AuthState;
import io.quorate.kv.Authorized;
import io.quorate.kv.Caller;
import io.quorate.kv.Command;
import io.quorate.kv.KvError;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Result;

/**
 * Who a client says it is, once authentication is enabled. As at a server there are two kinds of tokens: those that a member
 * looks up stand for the users and roles as this member knows them, and signed ones for those of the client's login.
 */
final class Identity {

    /** Of a login that is not valid any more: no users and roles ever had it. */
    private static final long LOGGED_OUT = 0;

    private final String user;
    private final boolean signed;
    private long loginRevision = LOGGED_OUT;

    /**
     * Somebody who has not logged in yet.
     *
     * @param user empty: nobody
     * @param signed whether the token says which users and roles there were when the client logged in
     */
    Identity(String user, boolean signed) {
        this.user = user;
        this.signed = signed;
    }

    /** A client that never says who it is. */
    static Identity nobody() {
        return new Identity("", false);
    }

    String user() {
        return user;
    }

    /** Who asks a member that knows these users and roles. */
    Caller caller(AuthState known) {
        if (!known.isEnabled() || user.isEmpty()) {
            return Caller.NOBODY;
        }
        if (loginRevision == LOGGED_OUT) {
            loginRevision = known.revision();
        }
        return signed ? new Caller(user, loginRevision) : new Caller(user, known.revision(), loginRevision);
    }

    /** What a member proposes when it is asked for a command: without a caller as long as nobody asks for one. */
    Command signed(Command command, MvccStore asked) {
        return asked.auth().isEnabled() ? new Authorized(caller(asked.auth()), command) : command;
    }

    /** Whoever is told that the users and roles, or its password, are others by now logs in again. */
    void answered(Result result) {
        if (result instanceof Result.Rejected rejected
                && (rejected.error() == KvError.AUTH_OLD_REVISION || rejected.error() == KvError.INVALID_AUTH_TOKEN)) {
            loginRevision = LOGGED_OUT;
        }
    }
}
