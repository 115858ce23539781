package io.quorate.kv;

import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;

/**
 * Judges whether a caller may do what it asks for: the one place that goes through requests of every shape. Immutable, and as
 * true as the users and roles that it was made with.
 *
 * <p>As long as nobody has enabled authentication, everything is allowed.
 */
public final class AccessCheck {
    private static final Optional<KvError> ALLOWED = Optional.empty();
    private static final Optional<KvError> DENIED = Optional.of(KvError.PERMISSION_DENIED);

    private static final KeyRange EVERY_KEY = new KeyRange.From(Bytes.wrap(new byte[1]));

    private final AuthState auth;
    private final Caller caller;
    private final LongFunction<List<Bytes>> leaseKeys;

    /** @param leaseKeys answers which keys are attached to a lease */
    public AccessCheck(AuthState auth, Caller caller, LongFunction<List<Bytes>> leaseKeys) {
        this.auth = auth;
        this.caller = caller;
        this.leaseKeys = leaseKeys;
    }

    /** Whether the caller is a user at all, and the one that logged in. */
    public Optional<KvError> user() {
        if (!auth.isEnabled()) {
            return ALLOWED;
        }
        if (caller.user().isEmpty()) {
            return Optional.of(KvError.USER_EMPTY);
        }
        Optional<User> user = auth.user(caller.user());
        if (user.isEmpty()) {
            return DENIED;
        }
        boolean over = caller.loginRevision() < user.get().passwordRevision();
        return over ? Optional.of(KvError.INVALID_AUTH_TOKEN) : ALLOWED;
    }

    /** Whether the caller administers. */
    public Optional<KvError> root() {
        return user().or(() -> isRoot() ? ALLOWED : DENIED);
    }

    /** Whether the caller may do what concerns the cluster as a whole, and neither its keys nor its users. */
    public Optional<KvError> operator() {
        return user().or(() -> isRoot() || isOperator() ? ALLOWED : DENIED);
    }

    /** Whether the caller may see what roles a user has: its own, unless it administers. */
    public Optional<KvError> userDetails(String name) {
        return user().or(() -> isRoot() || caller.user().equals(name) ? ALLOWED : DENIED);
    }

    /** Whether the caller may see what a role allows: one of its own, unless it administers. */
    public Optional<KvError> roleDetails(String name) {
        return user().or(() -> isRoot() || hasRole(name) ? ALLOWED : DENIED);
    }

    /** Whether the caller may do this with keys, and with every part of it. */
    public Optional<KvError> operation(Operation operation) {
        return keyUser().or(() -> walk(operation));
    }

    /** Whether the caller may see the changes of these keys. */
    public Optional<KvError> watch(WatchRequest request) {
        return keyUser().or(() -> read(request.range()));
    }

    /** As {@link #watch}, for somebody who was allowed to when the watch began, whatever roles have changed since. */
    public Optional<KvError> goOnWatching(WatchRequest request) {
        return user().or(() -> read(request.range()));
    }

    /** Whether the caller may end a lease, and with it the keys that are attached to it. */
    public Optional<KvError> revoke(long lease) {
        return keyUser().or(() -> writeAttached(lease));
    }

    /** Whether the caller may see which keys are attached to a lease. */
    public Optional<KvError> attachedKeys(long lease) {
        return keyUser().or(() -> firstError(leaseKeys.apply(lease), key -> read(new KeyRange.Single(key))));
    }

    /**
     * Whether the caller may have a command applied. What nobody but a user who administers may do is listed by name; a
     * command without keys that is not among these is every user's.
     */
    public Optional<KvError> command(Command command) {
        return switch (command) {
            case Put put -> operation(put);
            case DeleteRange delete -> operation(delete);
            case Txn txn -> operation(txn);
            case LeaseRevoke revoke -> revoke(revoke.id());
            case Compact compact -> user();
            case LeaseGrant grant -> user();
            case AlarmChange change -> operator();
            case AuthChange change -> root();
            case Login login -> ALLOWED;
            case Authorized nested -> DENIED;
            case Audited nested -> DENIED;
            case AuditEvents events -> root();
            case ChangeAuditSettings change -> root();
            case PublishMember publish -> root();
            case Verify verify -> root();
            case DigestReport report -> root();
            case NoteOperation note -> operator();
            case LeaseExpiry expiry -> root();
            case LeaseTakeover takeover -> root();
            case LeaseCheckpoint checkpoint -> root();
        };
    }

    /** A user, whose roles are still those that it had when it said who it is. */
    private Optional<KvError> keyUser() {
        if (!auth.isEnabled()) {
            return ALLOWED;
        }
        if (caller.user().isEmpty()) {
            return Optional.of(KvError.USER_EMPTY);
        }
        return caller.authRevision() < auth.revision() ? Optional.of(KvError.AUTH_OLD_REVISION) : user();
    }

    private Optional<KvError> walk(Operation operation) {
        return switch (operation) {
            case Range range -> read(KeyRange.of(range.key(), range.rangeEnd()));
            case Put put -> walk(put);
            case DeleteRange delete -> {
                KeyRange range = KeyRange.of(delete.key(), delete.rangeEnd());
                yield write(range).or(() -> delete.prevKv() ? read(range) : ALLOWED);
            }
            case Txn txn ->
                firstError(txn.compares(), compare -> read(KeyRange.of(compare.key(), compare.rangeEnd())))
                        .or(() -> firstError(txn.success(), this::walk))
                        .or(() -> firstError(txn.failure(), this::walk));
        };
    }

    /** Whoever attaches a key to a lease lets it end with the others there: so they must all be the caller's to delete. */
    private Optional<KvError> walk(Put put) {
        KeyRange key = new KeyRange.Single(put.key());
        return write(key)
                .or(() -> put.lease() == 0 ? ALLOWED : writeAttached(put.lease()))
                .or(() -> put.prevKv() ? read(key) : ALLOWED);
    }

    private Optional<KvError> writeAttached(long lease) {
        // Without authentication nobody is kept waiting for the keys of a lease.
        // Nor is somebody who may delete any of them.
        return write(EVERY_KEY).isEmpty()
                ? ALLOWED
                : firstError(leaseKeys.apply(lease), key -> write(new KeyRange.Single(key)));
    }

    private Optional<KvError> read(KeyRange range) {
        return allowsAll() || permissions().map(of -> of.mayRead(range)).orElse(false) ? ALLOWED : DENIED;
    }

    private Optional<KvError> write(KeyRange range) {
        return allowsAll() || permissions().map(of -> of.mayWrite(range)).orElse(false) ? ALLOWED : DENIED;
    }

    private boolean allowsAll() {
        return !auth.isEnabled() || isRoot();
    }

    private boolean isRoot() {
        return auth.user(caller.user()).map(User::isRoot).orElse(false) || !auth.isEnabled();
    }

    private boolean isOperator() {
        return auth.user(caller.user()).map(auth::isOperator).orElse(false);
    }

    private boolean hasRole(String name) {
        return auth.user(caller.user()).map(user -> user.roles().contains(name)).orElse(false);
    }

    private Optional<KeyPermissions> permissions() {
        return auth.user(caller.user()).map(auth::permissions);
    }

    private interface Judgement<T> {
        Optional<KvError> of(T part);
    }

    private static <T> Optional<KvError> firstError(List<? extends T> parts, Judgement<T> judgement) {
        for (T part : parts) {
            Optional<KvError> error = judgement.of(part);
            if (error.isPresent()) {
                return error;
            }
        }
        return ALLOWED;
    }
}
