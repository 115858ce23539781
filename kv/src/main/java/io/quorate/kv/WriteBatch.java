package io.quorate.kv;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** Changes to an {@link OrderedStore} that take effect together, in the order in which they were added. */
public final class WriteBatch {
    private static final byte[] NO_VALUE = new byte[0];

    /** About as many changes as a batch of a few commands has. */
    private static final int USUAL_SIZE = 32;

    private final List<byte[]> keys = new ArrayList<>(USUAL_SIZE);
    private final List<byte[]> values = new ArrayList<>(USUAL_SIZE);
    private final BitSet deletions = new BitSet();

    /** Sets a key; both arrays are the batch's from then on. */
    public void put(byte[] key, byte[] value) {
        keys.add(key);
        values.add(value);
    }

    /** Removes a key, if it is there. */
    public void delete(byte[] key) {
        deletions.set(keys.size());
        keys.add(key);
        values.add(NO_VALUE);
    }

    public boolean isEmpty() {
        return keys.isEmpty();
    }

    public int size() {
        return keys.size();
    }

    /** What takes a put; {@code E} is what it throws if it cannot. */
    public interface OnPut<E extends Exception> {
        void put(byte[] key, byte[] value) throws E;
    }

    /** What takes a deletion; {@code E} is what it throws if it cannot. */
    public interface OnDelete<E extends Exception> {
        void delete(byte[] key) throws E;
    }

    /** Hands each change to one of two receivers, in order. */
    public <E extends Exception> void writeTo(OnPut<E> onPut, OnDelete<E> onDelete) throws E {
        for (int i = 0; i < keys.size(); i++) {
            if (deletions.get(i)) {
                onDelete.delete(keys.get(i));
            } else {
                onPut.put(keys.get(i), values.get(i));
            }
        }
    }
}
