package io.quorate.kv;

import io.quorate.encryption.DataKey;
import io.quorate.encryption.KeyException;
import io.quorate.encryption.MasterKeys;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * An ordered store that seals what clients have stored before another store gets it, and opens it again when it is read; {@link
 * SealedRecord} says what is sealed.
 *
 * <p>The other store has the data keys too, wrapped by a master key ({@link StoreSeal}): they come with the first record that is sealed, in
 * one batch, so a checkpoint can be opened by whoever has the master key. What a store holds that was not sealed so far, {@link
 * #rewriteSome} seals step by step.
 */
public final class SealedStore implements OrderedStore {
    /** The format that a sealed store has on the disk: a release that knows nothing of seals refuses it. */
    static final long FORMAT_VERSION = 3;

    private static final byte[] STORED_FORMAT = StoreKeys.number(FORMAT_VERSION);
    private static final byte[] PLAIN_FORMAT = StoreKeys.number(StoreState.FORMAT_VERSION);

    private final OrderedStore below;
    private final MasterKeys master;

    /** Held while records are sealed and written: none is sealed anew that has gone meanwhile. */
    private final Object writing = new Object();

    /** All that were needed since the store was loaded, for a cursor may be older than what the store has now. */
    private volatile DataKeys keys = DataKeys.NONE;

    private volatile SealWalk walk;

    /** Whether no value is in plain. Whoever reads looks at it before and after: a value was in plain rightly if it was not so at either time. */
    private volatile boolean allSealed;

    /** Sealed with by whoever holds writing. Empty if this is only to be read from. */
    private volatile Optional<SealingKey> sealing = Optional.empty();

    private SealedStore(OrderedStore below, MasterKeys master) {
        this.below = below;
        this.master = master;
        this.walk = new SealWalk(below, 0, true);
    }

    /**
     * Seals what another store keeps, which belongs to this one from then on, and is closed if that fails. If the data keys are wrapped by
     * another master key than the current one, they are wrapped by that, and another data key seals from then on.
     *
     * @throws StoreException if a master key is missing or wrong: its cause is a {@link KeyException} then, and nothing was written
     */
    public static SealedStore over(OrderedStore below, MasterKeys master) {
        SealedStore sealed = new SealedStore(below, master);
        try {
            sealed.load();
            return sealed;
        } catch (RuntimeException e) {
            below.close();
            throw e;
        }
    }

    /** A store to be read from, whether it is sealed or not; nothing is written to it. */
    static OrderedStore toBeRead(OrderedStore below, Optional<MasterKeys> master) {
        Optional<SealedView> view = Seals.open(below::get, master);
        if (view.isEmpty()) {
            return below;
        }
        SealedStore sealed = new SealedStore(below, master.orElseThrow());
        sealed.keys = view.get().keys();
        sealed.allSealed = view.get().allSealed();
        return sealed;
    }

    private void load() {
        synchronized (writing) {
            try {
                Optional<StoreSeal> stored = StoreSeal.in(below::get);
                if (stored.isEmpty()) {
                    begin();
                    return;
                }
                keys = DataKeys.unwrapped(stored.get(), master);
                if (stored.get().masterKeyIds().equals(Set.of(master.currentId()))) {
                    sealWith(stored.get(), true);
                } else {
                    rotate(stored.get());
                }
            } catch (KeyException e) {
                throw Seals.refused(e);
            }
        }
    }

    /** The store was never sealed; there may be something in it. */
    private void begin() throws KeyException {
        WriteBatch whole = wholeRecords(below.cursor());
        DataKey first = master.newDataKey();
        keys = DataKeys.NONE.with(1, first);
        StoreSeal seal = StoreSeal.first(master.wrap(first, DataKeys.PURPOSE), whole.isEmpty());
        sealWith(seal, false);
        if (!whole.isEmpty()) {
            write(whole);
            below.flush();
        }
    }

    /** The data keys are wrapped anew at once; what they have sealed is sealed with another one by and by. */
    private void rotate(StoreSeal old) throws KeyException {
        WriteBatch whole = wholeRecords(cursor());
        StoreSeal wrapped = old;
        for (StoreSeal.NumberedKey key : old.keys()) {
            wrapped = wrapped.rewrapped(key.number(), master.wrap(keys.key(key.number()), DataKeys.PURPOSE));
        }
        sealWith(withAnotherKey(wrapped).unsettled(), false);
        write(whole);
        below.flush();
    }

    private StoreSeal withAnotherKey(StoreSeal seal) throws KeyException {
        DataKey next = master.newDataKey();
        StoreSeal extended = seal.with(master.wrap(next, DataKeys.PURPOSE));
        keys = keys.with(extended.current(), next);
        return extended;
    }

    private void sealWith(StoreSeal seal, boolean isStored) {
        sealing = Optional.of(new SealingKey(seal, keys.key(seal.current()).sealer(), isStored));
        walk = new SealWalk(below, seal.oldestWanted(), seal.settled());
        allSealed = seal.settled();
    }

    /** What is sealed as a whole, and the format: so little that it is sealed all at once. Empty if there is nothing in the store. */
    private WriteBatch wholeRecords(Cursor opened) {
        WriteBatch batch = new WriteBatch();
        try (opened) {
            below.get(StoreKeys.FORMAT).ifPresent(format -> batch.put(StoreKeys.FORMAT, format));
            for (byte kind : SealedRecord.wholeKinds()) {
                for (opened.seek(new byte[] {kind}); opened.isValid() && opened.key()[0] == kind; opened.next()) {
                    batch.put(opened.key(), opened.value());
                }
            }
        }
        return batch;
    }

    @Override
    public void write(WriteBatch batch) {
        synchronized (writing) {
            WriteBatch sealed = new WriteBatch();
            SealingKey key = sealingKeyFor(batch.size(), sealed);
            batch.writeTo((place, value) -> sealed.put(place, stored(place, value, key)), sealed::delete);
            below.write(sealed);
            key.stored();
        }
    }

    private SealingKey sealingKeyFor(int records, WriteBatch batch) {
        SealingKey key = sealing.orElseThrow(() -> new UnsupportedOperationException("the store is only looked at"));
        if (!key.isToBeNoted(records)) {
            return key;
        }
        SealingKey noted = key.isUsedUp() ? another(key) : key;
        sealing = Optional.of(noted);
        batch.put(StoreKeys.SEAL, noted.note(records).encode());
        return noted;
    }

    /** The key is good for more than it has sealed: if there is no other one now, there may be the next time that it is noted. */
    private SealingKey another(SealingKey usedUp) {
        try {
            StoreSeal seal = withAnotherKey(usedUp.seal());
            return new SealingKey(seal, keys.key(seal.current()).sealer(), false);
        } catch (KeyException e) {
            return usedUp;
        }
    }

    private static byte[] stored(byte[] place, byte[] value, SealingKey key) {
        if (SealedRecord.isToBeSealed(place, value)) {
            return key.seal(place, value);
        }
        return Arrays.equals(place, StoreKeys.FORMAT) ? STORED_FORMAT : value;
    }

    /** A record as it was handed to this store. */
    private static byte[] opened(byte[] place, byte[] stored, SealedView view) {
        return Arrays.equals(place, StoreKeys.FORMAT) ? PLAIN_FORMAT : view.opened(place, stored);
    }

    /**
     * How what was read just now is opened: all keys are there by then that it is sealed with.
     *
     * @param sealedBefore whether all was sealed before it was read
     */
    private SealedView view(boolean sealedBefore) {
        return new SealedView(keys, sealedBefore && allSealed);
    }

    /** How it is sealed is not part of what the store holds. */
    @Override
    public Optional<byte[]> get(byte[] key) {
        if (Arrays.equals(key, StoreKeys.SEAL)) {
            return Optional.empty();
        }
        boolean sealedBefore = allSealed;
        return below.get(key).map(value -> opened(key, value, view(sealedBefore)));
    }

    @Override
    public Peek peek(byte[] key) {
        boolean sealedBefore = allSealed;
        return switch (below.peek(key)) {
            case Peek.Found found -> peeked(key, found.value().toByteArray(), view(sealedBefore));
            case Peek.Missing missing -> missing;
            case Peek.Unknown unknown -> unknown;
        };
    }

    /** Who reads the record from the disk tells what is wrong with it. */
    private static Peek peeked(byte[] key, byte[] value, SealedView view) {
        try {
            return new Peek.Found(Bytes.wrap(opened(key, value, view)));
        } catch (StoreException e) {
            return Peek.UNKNOWN;
        }
    }

    @Override
    public Cursor cursor() {
        boolean sealedBefore = allSealed;
        Cursor cursor = below.cursor();
        return new SealedCursor(cursor, view(sealedBefore));
    }

    @Override
    public void flush() {
        below.flush();
    }

    @Override
    public OptionalLong memoryEpoch() {
        return below.memoryEpoch();
    }

    @Override
    public void checkpointTo(Path emptyDirectory) {
        below.checkpointTo(emptyDirectory);
    }

    @Override
    public FrozenStore freeze(Path emptyDirectory) {
        boolean sealedBefore = allSealed;
        FrozenStore frozen = below.freeze(emptyDirectory);
        return new SealedFrozen(frozen, view(sealedBefore));
    }

    @Override
    public FrozenStore openCheckpoint(Path checkpoint) {
        return below.openCheckpoint(checkpoint);
    }

    @Override
    public void requireRestorable(Path checkpoint) {
        try (FrozenStore held = openCheckpoint(checkpoint)) {
            Seals.open(held::get, Optional.of(master));
        }
    }

    @Override
    public void restoreFrom(Path checkpoint) {
        synchronized (writing) {
            // What comes may be in plain, and is there before it tells.
            allSealed = false;
            below.restoreFrom(checkpoint);
            load();
        }
    }

    @Override
    public boolean rewriteSome() {
        SealWalk present = walk;
        synchronized (present) {
            if (present.isSettled()) {
                return false;
            }
            try {
                return takeStep(present);
            } catch (RuntimeException e) {
                // What the walk has found by now is not sealed, and must be found again: it would be lost once all is
                // settled.
                present.startOver();
                throw e;
            }
        }
    }

    private boolean takeStep(SealWalk present) {
        Optional<List<byte[]>> due = present.advance();
        if (due.isPresent()) {
            sealAnew(present, due.get());
            return true;
        }
        // What was there before stays in files until they are merged, and they might never be.
        if (below.defragment()) {
            settle(present);
        }
        return !present.isSettled();
    }

    private void sealAnew(SealWalk present, List<byte[]> due) {
        synchronized (writing) {
            if (due.isEmpty() || present != walk) {
                return;
            }
            WriteBatch batch = new WriteBatch();
            for (byte[] key : due) {
                // It may have been removed since it was found.
                get(key).ifPresent(value -> batch.put(key, value));
            }
            if (!batch.isEmpty()) {
                write(batch);
            }
            present.sealedAnew(due.size());
        }
    }

    private void settle(SealWalk present) {
        synchronized (writing) {
            if (present == walk) {
                sealing.ifPresent(SealingKey::settle);
                write(new WriteBatch());
                allSealed = true;
            }
            present.settle();
        }
    }

    @Override
    public Optional<SealProgress> sealProgress() {
        SealWalk present = walk;
        return sealing.map(key ->
                new SealProgress(master.currentId(), key.seal().keys().size(), present.isSettled(), present.left()));
    }

    @Override
    public Optional<DataKey> scratchKey() {
        return Optional.of(master.newDataKey());
    }

    @Override
    public long sizeBytes() {
        return below.sizeBytes();
    }

    @Override
    public long sizeInUseBytes() {
        return below.sizeInUseBytes();
    }

    @Override
    public boolean defragment() {
        return below.defragment();
    }

    @Override
    public void close() {
        below.close();
    }
}
