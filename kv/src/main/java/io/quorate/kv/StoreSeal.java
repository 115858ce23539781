package io.quorate.kv;

import io.quorate.encryption.NotAuthenticException;
import io.quorate.encryption.WrappedKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * What a sealed store says of its data keys: one record in the store itself, so that its checkpoints have it too.
 *
 * <p>Form, big endian: {@code byte version, int oldestWanted, byte settled, long reserved, int count}, then for each key
 * {@code int number} and the {@link WrappedKey}.
 *
 * @param keys at least one, by rising numbers; the last one seals
 * @param oldestWanted what is plain, or sealed with a key of a lower number, is to be sealed anew
 * @param settled whether nothing of that kind is left
 * @param reserved how many records the last key may have sealed: whoever opens the store does not know how many of them a crash took away
 */
record StoreSeal(List<NumberedKey> keys, int oldestWanted, boolean settled, long reserved) {
    private static final byte VERSION = 1;

    /** A data key, as the records that it seals name it. */
    record NumberedKey(int number, WrappedKey wrapped) {}

    StoreSeal {
        keys = List.copyOf(keys);
    }

    /** The record, where the store is sealed. */
    static Optional<StoreSeal> in(Function<byte[], Optional<byte[]>> store) {
        return store.apply(StoreKeys.SEAL).map(StoreSeal::decode);
    }

    /** With one key; {@code isEmpty} tells that there is nothing that it is to seal anew. */
    static StoreSeal first(WrappedKey wrapped, boolean isEmpty) {
        return new StoreSeal(List.of(new NumberedKey(1, wrapped)), 1, isEmpty, 0);
    }

    /** The ids of the master keys that are needed to open the store. */
    SortedSet<String> masterKeyIds() {
        SortedSet<String> ids = new TreeSet<>();
        keys.forEach(key -> ids.add(key.wrapped().keyId()));
        return ids;
    }

    /** The number of the key that seals. */
    int current() {
        return keys.getLast().number();
    }

    /** With another key, which seals from now on. */
    StoreSeal with(WrappedKey wrapped) {
        List<NumberedKey> all = new ArrayList<>(keys);
        all.add(new NumberedKey(current() + 1, wrapped));
        return new StoreSeal(all, oldestWanted, settled, 0);
    }

    /** With a key that was wrapped by another master key. */
    StoreSeal rewrapped(int number, WrappedKey wrapped) {
        List<NumberedKey> all = keys.stream()
                .map(key -> key.number() == number ? new NumberedKey(number, wrapped) : key)
                .toList();
        return new StoreSeal(all, oldestWanted, settled, reserved);
    }

    /** Wants everything sealed anew with the key that seals. */
    StoreSeal unsettled() {
        return new StoreSeal(keys, current(), false, reserved);
    }

    /** Everything is sealed with keys that are wanted: the others go. */
    StoreSeal asSettled() {
        return new StoreSeal(
                keys.stream().filter(key -> key.number() >= oldestWanted).toList(), oldestWanted, true, reserved);
    }

    StoreSeal withReserved(long records) {
        return new StoreSeal(keys, oldestWanted, settled, records);
    }

    byte[] encode() {
        int size = 2 + 2 * Integer.BYTES + Long.BYTES;
        for (NumberedKey key : keys) {
            size += Integer.BYTES + key.wrapped().size();
        }
        ByteBuffer out = ByteBuffer.allocate(size);
        out.put(VERSION).putInt(oldestWanted).put((byte) (settled ? 1 : 0)).putLong(reserved);
        out.putInt(keys.size());
        for (NumberedKey key : keys) {
            out.putInt(key.number());
            key.wrapped().writeTo(out);
        }
        return out.array();
    }

    private static StoreSeal decode(byte[] encoded) {
        ByteBuffer in = ByteBuffer.wrap(encoded);
        try {
            requireKnownForm(in);
            int oldestWanted = in.getInt();
            boolean settled = in.get() == 1;
            long reserved = in.getLong();
            int count = in.getInt();
            List<NumberedKey> keys = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                if (in.remaining() < Integer.BYTES) {
                    throw new NotAuthenticException("one is missing");
                }
                keys.add(new NumberedKey(in.getInt(), WrappedKey.decode(in)));
            }
            if (keys.isEmpty() || in.hasRemaining()) {
                throw new NotAuthenticException("there is none, or something behind them");
            }
            StoreSeal seal = new StoreSeal(keys, oldestWanted, settled, reserved);
            seal.requirePossible();
            return seal;
        } catch (IOException e) {
            throw new StoreException("the store's data keys cannot be read: " + e.getMessage(), e);
        }
    }

    /** That a later release has written them is no damage: nobody may drop the state for it. */
    private static void requireKnownForm(ByteBuffer in) throws IOException {
        if (in.hasRemaining() && in.get() != VERSION) {
            throw new IOException("they are of a form that this release does not know");
        }
        if (in.remaining() < 1 + 2 * Integer.BYTES + Long.BYTES) {
            throw new NotAuthenticException("they are cut off");
        }
    }

    /** Whoever settles drops the keys before the oldest that is wanted: the one that seals must never be among them. */
    private void requirePossible() throws IOException {
        int before = 0;
        for (NumberedKey key : keys) {
            if (key.number() <= before) {
                throw new NotAuthenticException("their numbers do not rise from 1 on");
            }
            before = key.number();
        }
        if (oldestWanted < 1 || oldestWanted > current() || reserved < 0) {
            throw new NotAuthenticException("what they say of what they have sealed cannot be");
        }
    }
}
