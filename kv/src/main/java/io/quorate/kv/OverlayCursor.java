package io.quorate.kv;

import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/** The store under a cursor together with entries that are not written yet and hide those of the same key. */
final class OverlayCursor implements OrderedStore.Cursor {
    private final OrderedStore.Cursor below;
    private final NavigableMap<byte[], byte[]> overlay;
    private Map.@Nullable Entry<byte[], byte[]> above;

    /** The overlay may grow while the cursor is open. */
    OverlayCursor(OrderedStore.Cursor below, NavigableMap<byte[], byte[]> overlay) {
        this.below = below;
        this.overlay = overlay;
    }

    @Override
    public void seek(byte[] key) {
        below.seek(key);
        above = overlay.ceilingEntry(key);
    }

    @Override
    public boolean isValid() {
        return above != null || below.isValid();
    }

    @Override
    public void next() {
        Map.Entry<byte[], byte[]> current = current();
        if (below.isValid() && (current == null || Arrays.equals(current.getKey(), below.key()))) {
            below.next();
        }
        if (current != null) {
            above = overlay.higherEntry(current.getKey());
        }
    }

    @Override
    public byte[] key() {
        Map.Entry<byte[], byte[]> current = current();
        return current == null ? below.key() : current.getKey();
    }

    @Override
    public byte[] value() {
        Map.Entry<byte[], byte[]> current = current();
        return current == null ? below.value() : current.getValue();
    }

    @Override
    public int value(byte[] into) {
        Map.Entry<byte[], byte[]> current = current();
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
    }

    /** The entry above if it is the one at hand, else null. */
    private Map.@Nullable Entry<byte[], byte[]> current() {
        Map.Entry<byte[], byte[]> entry = above;
        if (entry == null || !below.isValid()) {
            return entry;
        }
        return Arrays.compareUnsigned(entry.getKey(), below.key()) <= 0 ? entry : null;
    }
}
