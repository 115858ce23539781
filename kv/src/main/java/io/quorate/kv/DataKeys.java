package io.quorate.kv;

import io.quorate.encryption.DataKey;
import io.quorate.encryption.KeyException;
import io.quorate.encryption.MasterKeys;
import io.quorate.encryption.NotAuthenticException;
import io.quorate.encryption.Opener;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** The data keys of a store, unwrapped, by the numbers that its records name them by. Immutable; safe for use by many threads. */
final class DataKeys {
    /** What the data keys of stores are wrapped for. */
    static final String PURPOSE = "store";

    static final DataKeys NONE = new DataKeys(Map.of());

    private final Map<Integer, Openable> keys;

    /** A key with its openers that nobody uses at the moment: each is for one thread at a time. */
    private record Openable(DataKey key, Queue<Opener> idle) {

        void open(ByteBuffer sealed, ByteBuffer associated, ByteBuffer into) throws NotAuthenticException {
            Opener opener = idle.poll();
            if (opener == null) {
                opener = key.opener();
            }
            opener.open(sealed, associated, into);
            idle.add(opener);
        }
    }

    private DataKeys(Map<Integer, Openable> keys) {
        this.keys = Map.copyOf(keys);
    }

    /** Has all keys of a store unwrapped. */
    static DataKeys unwrapped(StoreSeal seal, MasterKeys master) throws KeyException {
        DataKeys all = NONE;
        for (StoreSeal.NumberedKey key : seal.keys()) {
            all = all.with(key.number(), master.unwrap(key.wrapped(), PURPOSE));
        }
        return all;
    }

    /** These and another one. */
    DataKeys with(int number, DataKey key) {
        Map<Integer, Openable> all = new HashMap<>(keys);
        all.put(number, new Openable(key, new ConcurrentLinkedQueue<>()));
        return new DataKeys(all);
    }

    /** @throws StoreException if there is no key of that number */
    DataKey key(int number) {
        return find(number).key();
    }

    /**
     * Opens what the key of a number has sealed.
     *
     * @throws StoreException if it was not sealed so, or there is no such key
     */
    void open(int number, ByteBuffer sealed, ByteBuffer associated, ByteBuffer into) {
        try {
            find(number).open(sealed, associated, into);
        } catch (NotAuthenticException e) {
            throw new StoreException("the store holds a record that is not what was sealed in its place", e);
        }
    }

    private Openable find(int number) {
        Openable key = keys.get(number);
        if (key == null) {
            throw StoreException.ofForged("the store holds a record that is sealed with data key " + number
                    + ", which it does not have: it is damaged");
        }
        return key;
    }
}
