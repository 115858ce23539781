package io.quorate.kv;

/** Opens what a cursor over a sealed store finds. */
final class SealedCursor implements OrderedStore.Cursor {
    private final OrderedStore.Cursor below;
    private final DataKeys keys;

    /** Takes over the cursor. */
    SealedCursor(OrderedStore.Cursor below, DataKeys keys) {
        this.below = below;
        this.keys = keys;
    }

    @Override
    public void seek(byte[] key) {
        below.seek(key);
    }

    @Override
    public boolean isValid() {
        return below.isValid();
    }

    @Override
    public void next() {
        below.next();
    }

    @Override
    public byte[] key() {
        return below.key();
    }

    @Override
    public byte[] value() {
        return SealedRecord.opened(below.key(), below.value(), keys);
    }

    @Override
    public int value(byte[] into) {
        int size = below.value(into);
        if (StoreKeys.isVersion(below.key())) {
            SealedRecord.maskHead(into, Math.min(size, into.length));
        }
        return size;
    }

    @Override
    public void close() {
        below.close();
    }
}
