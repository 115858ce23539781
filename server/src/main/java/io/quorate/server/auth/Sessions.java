package io.quorate.server.auth;

import io.quorate.kv.AuthChange;
import io.quorate.kv.Bytes;
import io.quorate.kv.Caller;
import io.quorate.kv.Result;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * The logins that this member knows of: it learns of them from the log, as all members do, and forgets those that were not used
 * here for some time. Thread-safe.
 *
 * <p>They are not part of the state: a member that starts again knows but those that it replays, and clients log in once more.
 */
public final class Sessions {

    private final long ttlNanos;
    private final LongSupplier nanoTime;
    private final Map<Bytes, Session> sessions = new ConcurrentHashMap<>();

    private static final class Session {
        private final String user;
        private final long index;
        private final long authRevision;
        private volatile long usedNanos;

        Session(String user, long index, long authRevision, long usedNanos) {
            this.user = user;
            this.index = index;
            this.authRevision = authRevision;
            this.usedNanos = usedNanos;
        }
    }

    /**
     * @param ttl how long an unused login is remembered
     * @param nanoTime a monotonic clock
     */
    public Sessions(Duration ttl, LongSupplier nanoTime) {
        this.ttlNanos = ttl.toNanos();
        this.nanoTime = nanoTime;
    }

    /** What was applied, in order; by the thread that applies. */
    public void applied(List<Result> results) {
        for (Result result : results) {
            switch (result) {
                case Result.LoginResult login -> begin(login);
                case Result.AuthResult change -> follow(change.change());
                default -> {
                    // Nothing else is about users.
                }
            }
        }
    }

    /** The state was replaced: what has ended sessions up to there is not told one by one, and who began is asked again. */
    public void restored() {
        sessions.clear();
    }

    private void begin(Result.LoginResult login) {
        long now = nanoTime.getAsLong();
        sessions.values().removeIf(session -> isOver(session, now));
        sessions.put(login.tokenHash(), new Session(login.user(), login.index(), login.authRevision(), now));
    }

    /** Who has another password, or is gone, has to prove anew who it is. */
    private void follow(AuthChange change) {
        switch (change) {
            case AuthChange.Disable disable -> sessions.clear();
            case AuthChange.DeleteUser delete -> endAllOf(delete.name());
            case AuthChange.ChangePassword password -> endAllOf(password.name());
            default -> {
                // Roles are looked up whenever they are asked for.
            }
        }
    }

    private void endAllOf(String user) {
        sessions.values().removeIf(session -> session.user.equals(user));
    }

    /**
     * Whose login this is; to be asked when it is used.
     *
     * @param authRevision of the users and roles by which the caller is to be judged
     */
    public Optional<Caller> caller(Bytes tokenHash, long index, long authRevision) {
        Session session = sessions.get(tokenHash);
        long now = nanoTime.getAsLong();
        if (session == null || session.index != index || isOver(session, now)) {
            return Optional.empty();
        }
        session.usedNanos = now;
        return Optional.of(new Caller(session.user, authRevision, session.authRevision));
    }

    private boolean isOver(Session session, long now) {
        return now - session.usedNanos > ttlNanos;
    }

    /** How many are remembered, some of which may be over. */
    public int size() {
        return sessions.size();
    }
}
