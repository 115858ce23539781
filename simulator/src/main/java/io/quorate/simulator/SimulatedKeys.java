package io.quorate.simulator;

import io.quorate.encryption.DataKey;
import io.quorate.encryption.KeyException;
import io.quorate.encryption.KeyRing;
import io.quorate.encryption.MasterKeys;
import io.quorate.encryption.WrappedKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** The keys of all members of a run, that follow from its seed; remembers each, so that invariants can open what lies on disks. */
public final class SimulatedKeys implements MasterKeys {

    private final KeyRing ring;
    private final List<DataKey> given = new ArrayList<>();

    public SimulatedKeys(long seed) {
        this.ring = KeyRing.simulated("simulated", new SplittableRandom(seed));
    }

    /** All data keys that there are, the oldest first; more may come. */
    public List<DataKey> given() {
        return Collections.unmodifiableList(given);
    }

    @Override
    public String currentId() {
        return ring.currentId();
    }

    @Override
    public Set<String> ids() {
        return ring.ids();
    }

    @Override
    public DataKey newDataKey() {
        DataKey key = ring.newDataKey();
        given.add(key);
        return key;
    }

    @Override
    public WrappedKey wrap(DataKey key, String purpose) throws KeyException {
        return ring.wrap(key, purpose);
    }

    @Override
    public DataKey unwrap(WrappedKey wrapped, String purpose) throws KeyException {
        return ring.unwrap(wrapped, purpose);
    }
}
