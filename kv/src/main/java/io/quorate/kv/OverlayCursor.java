package io.quorate.kv;

import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/** The store under a cursor together with entries that are not written yet and hide those of the same key. */
final class OverlayCursor implements OrderedStore.Cursor {
    private final OrderedStore.Cursor below;
    private final NavigableMap<byte[], byte[]> overlay;

    /** The next one of the overlay, if it has any more. */
    private Map.@Nullable Entry<byte[], byte[]> above;

    /** The same one if it is the one at hand, else null. */
    private Map.@Nullable Entry<byte[], byte[]> current;

    /** The overlay may grow while the cursor is open. */
    OverlayCursor(OrderedStore.Cursor below, NavigableMap<byte[], byte[]> overlay) {
        this.below = below;
        this.overlay = overlay;
    }

    @Override
    public void seek(byte[] key) {
        below.seek(key);
        above = overlay.ceilingEntry(key);
        settle();
    }

    /** Finds out which of the two entries comes first; that of the overlay hides the one below if the key is the same. */
    private void settle() {
        Map.Entry<byte[], byte[]> entry = above;
        boolean isFirst =
                entry != null && (!below.isValid() || Arrays.compareUnsigned(entry.getKey(), below.key()) <= 0);
        current = isFirst ? entry : null;
    }

    @Override
    public boolean isValid() {
        return current != null || below.isValid();
    }

    @Override
    public void next() {
        Map.Entry<byte[], byte[]> entry = current;
        if (below.isValid() && (entry == null || Arrays.equals(entry.getKey(), below.key()))) {
            below.next();
        }
        if (entry != null) {
            above = overlay.higherEntry(entry.getKey());
        }
        settle();
    }

    @Override
    public byte[] key() {
        return current == null ? below.key() : current.getKey();
    }

    @Override
    public byte[] value() {
        return current == null ? below.value() : current.getValue();
    }

    @Override
    public int value(byte[] into) {
        if (current == null) {
            return below.value(into);
        }
        byte[] value = current.getValue();
        System.arraycopy(value, 0, into, 0, Math.min(value.length, into.length));
        return value.length;
    }

    /** The cursor below stays open: it belongs to whoever opened it. */
    @Override
    public void close() {
        above = null;
        current = null;
    }
}
