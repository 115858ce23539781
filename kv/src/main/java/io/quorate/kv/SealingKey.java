package io.quorate.kv;

import io.quorate.encryption.Sealer;

/** The data key that seals a store's records at present, and how many it has sealed. For one thread at a time, but for what {@link #seal()} tells. */
final class SealingKey {
    /** A data key has sealed enough then, and another one goes on. */
    private static final long MAX_RECORDS = 1L << 32;

    /** So many records are noted at a time as sealed: whoever opens the store after a crash counts them all. */
    private static final long NOTED_AT_A_TIME = 1L << 24;

    private final Sealer sealer;
    private volatile StoreSeal seal;
    private boolean isStored;
    private long records;

    /** @param isStored whether the store says of itself what {@code seal} says */
    SealingKey(StoreSeal seal, Sealer sealer, boolean isStored) {
        this.seal = seal;
        this.sealer = sealer;
        this.isStored = isStored;
        this.records = seal.reserved();
    }

    /** What the store is to say of itself. */
    StoreSeal seal() {
        return seal;
    }

    /** Whether the store must say so before so many more are sealed. */
    boolean isToBeNoted(int more) {
        return !isStored || records + more > seal.reserved();
    }

    boolean isUsedUp() {
        return records >= MAX_RECORDS;
    }

    /** Counts so many more as sealed, and some beyond that; to be called if {@link #isToBeNoted}. */
    StoreSeal note(int more) {
        seal = seal.withReserved(records + more + NOTED_AT_A_TIME);
        isStored = false;
        return seal;
    }

    /** All that was to be sealed anew is. */
    void settle() {
        seal = seal.asSettled();
        isStored = false;
    }

    /** The store has what was noted. */
    void stored() {
        isStored = true;
    }

    byte[] seal(byte[] key, byte[] plain) {
        records++;
        return SealedRecord.seal(key, plain, seal.current(), sealer);
    }
}
