package io.quorate.kv;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Fills an empty store with a history that came about elsewhere. What comes of it depends on nothing but what is added, so that
 * members which import the same have the same state. For one thread.
 *
 * <p>Nothing is atomic here: a store whose import was not finished is to be thrown away.
 */
public final class StoreImport {
    /**
     * The greatest revision that is taken, of the history and of users and roles: none was ever counted up to anywhere near it, and
     * from there on there are as many left. A store at the last one there is would be ruined by its next write.
     */
    public static final long MAX_REVISION = 1L << 62;

    private static final int BATCH_BYTES = 4 << 20;

    private final Optional<OrderedStore> store;
    private final long appliedIndex;
    private final HistoryRecord.Writer history = new HistoryRecord.Writer();
    private WriteBatch batch = new WriteBatch();
    private int batchBytes;
    private long lastRevision;
    private int lastSub = -1;

    /**
     * Begins.
     *
     * @param store without any content
     * @param appliedIndex the log index that the state shall stand at
     */
    public StoreImport(OrderedStore store, long appliedIndex) {
        try (OrderedStore.Cursor cursor = store.cursor()) {
            cursor.seek(new byte[0]);
            if (cursor.isValid()) {
                throw new IllegalArgumentException("the store is not empty");
            }
        }
        this.store = Optional.of(store);
        this.appliedIndex = appliedIndex;
    }

    private StoreImport() {
        this.store = Optional.empty();
        this.appliedIndex = 1;
    }

    /** An import that only judges what is added, and keeps nothing of it: it is not to be finished. */
    public static StoreImport thatOnlyJudges() {
        return new StoreImport();
    }

    /**
     * Adds a change.
     *
     * @throws IllegalArgumentException with a sentence without its full stop if it is not later than the one before, or no
     *     store could have made it
     */
    public void add(StoredChange change) {
        requirePossible(change);
        lastRevision = change.revision();
        lastSub = change.sub();
        KeyValue kv = change.kv();
        Version version = change.deletion()
                ? Version.TOMBSTONE
                : new Version(false, kv.createRevision(), kv.version(), kv.lease(), kv.value());
        CurrentVersion current = new CurrentVersion(change.revision(), change.sub(), version.withoutValue());
        put(StoreKeys.version(kv.key(), change.revision(), change.sub()), version.encode());
        note(new HistoryRecord.Change(change.revision(), change.sub(), kv.key()));
        put(StoreKeys.current(kv.key()), current.encode());
    }

    private void note(HistoryRecord.Change change) {
        if (!history.takes(change)) {
            history.moveTo(batch);
        }
        history.add(change);
    }

    private void requirePossible(StoredChange change) {
        String place = "the change " + change.revision() + "/" + change.sub();
        boolean later =
                change.revision() > lastRevision || (change.revision() == lastRevision && change.sub() > lastSub);
        if (!later || change.revision() < 1 || change.sub() < 0) {
            throw new IllegalArgumentException(place + " comes after " + lastRevision + "/" + lastSub);
        }
        if (change.revision() > MAX_REVISION) {
            throw new IllegalArgumentException(place + " is beyond the greatest revision there can be, 2^62");
        }
        KeyValue kv = change.kv();
        if (kv.key().isEmpty()) {
            throw new IllegalArgumentException(place + " has no key");
        }
        boolean possible = change.deletion()
                || (kv.modRevision() == change.revision()
                        && kv.createRevision() >= 1
                        && kv.createRevision() <= kv.modRevision()
                        && kv.version() >= 1
                        && kv.version() <= MAX_REVISION);
        if (!possible) {
            throw new IllegalArgumentException(place + " was made at revision " + kv.modRevision()
                    + " of a key of version " + kv.version() + " that was created at revision " + kv.createRevision());
        }
    }

    /**
     * Adds a lease.
     *
     * @param ttlSeconds how long it lasts after a renewal
     * @param remainingSeconds how much of that is left of it; 0 if all is
     */
    public void addLease(long id, long ttlSeconds, long remainingSeconds) {
        long ttl = Math.max(ttlSeconds, 1);
        Lease lease =
                new Lease(id, ttl, ttl, appliedIndex).withRemaining(remainingSeconds > 0 ? remainingSeconds : ttl);
        put(StoreKeys.lease(id), LeaseCodec.encode(lease));
    }

    public void addAlarm(Alarm alarm) {
        put(StoreKeys.alarm(alarm), new byte[0]);
    }

    /** Sets the users and roles; they are none without this. */
    public void setAuth(boolean enabled, long revision, List<User> users, List<Role> roles) {
        requireRevision(revision);
        Map<String, User> usersByName = users.stream().collect(Collectors.toMap(User::name, Function.identity()));
        Map<String, Role> rolesByName = roles.stream().collect(Collectors.toMap(Role::name, Function.identity()));
        AuthState auth = AuthState.of(enabled, Math.max(revision, 1), usersByName, rolesByName);
        if (auth.equals(AuthState.INITIAL)) {
            return;
        }
        put(StoreKeys.AUTH, AuthCodec.encodeNumbers(auth));
        auth.users().forEach(user -> put(StoreKeys.user(user.name()), AuthCodec.encode(user)));
        auth.roles().forEach(role -> put(StoreKeys.role(role.name()), AuthCodec.encode(role)));
    }

    /** The revision of the last change that was added; 0 if there was none. */
    public long lastRevision() {
        return lastRevision;
    }

    /**
     * Completes the store.
     *
     * @param revision of the last change there ever was; at least the last one's that was added, and at least 1
     * @param compactedRevision the oldest that can be read; -1 if nothing was compacted
     * @return the store that came of it; closing it closes the one below
     */
    public MvccStore finish(long revision, long compactedRevision) {
        requireRevision(revision);
        if (revision < Math.max(1, lastRevision) || compactedRevision > revision) {
            throw new IllegalArgumentException("a store whose last change is " + lastRevision
                    + " cannot be at revision " + revision + " and compacted up to " + compactedRevision);
        }
        OrderedStore filled = store.orElseThrow(() -> new IllegalStateException("what was only judged makes no store"));
        write();
        attachLeases(filled);
        put(StoreKeys.APPLIED_INDEX, StoreKeys.number(appliedIndex));
        put(StoreKeys.REVISION, StoreKeys.number(revision));
        put(StoreKeys.COMPACTED_REVISION, StoreKeys.number(compactedRevision));
        put(StoreKeys.FORMAT, StoreKeys.number(StoreState.FORMAT_VERSION));
        write();
        DigestBuckets.compute(filled).writeTo(batch, appliedIndex);
        write();
        MvccStore finished = MvccStore.open(filled);
        while (finished.removeCompacted()) {
            // It is removed in chunks.
        }
        finished.flush();
        return finished;
    }

    private static void requireRevision(long revision) {
        if (revision > MAX_REVISION) {
            throw new IllegalArgumentException("there can be no revision beyond 2^62, such as " + revision);
        }
    }

    /** Which lease a key has is said by its newest version alone. */
    private void attachLeases(OrderedStore filled) {
        try (OrderedStore.Cursor cursor = filled.cursor()) {
            for (cursor.seek(new byte[] {StoreKeys.CURRENT});
                    cursor.isValid() && cursor.key()[0] == StoreKeys.CURRENT;
                    cursor.next()) {
                Version version = CurrentVersion.decode(cursor.value()).version();
                if (!version.deleted() && version.lease() != 0) {
                    Bytes key = Bytes.wrap(cursor.key(), 1, cursor.key().length - 1);
                    put(StoreKeys.attachment(version.lease(), key), new byte[0]);
                }
            }
        }
        write();
    }

    private void put(byte[] key, byte[] value) {
        batch.put(key, value);
        batchBytes += key.length + value.length;
        if (batchBytes >= BATCH_BYTES) {
            write();
        }
    }

    private void write() {
        history.moveTo(batch);
        if (!batch.isEmpty()) {
            store.ifPresent(filled -> filled.write(batch));
        }
        batch = new WriteBatch();
        batchBytes = 0;
    }
}
