package io.quorate.kv;

/** Opens what a cursor over a sealed store finds. */
final class SealedCursor implements OrderedStore.Cursor {
    private final OrderedStore.Cursor below;
    private final SealedView view;

    /** Takes over the cursor. */
    SealedCursor(OrderedStore.Cursor below, SealedView view) {
        this.below = below;
        this.view = view;
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
        return view.opened(below.key(), below.value());
    }

    @Override
    public int value(byte[] into) {
        int size = below.value(into);
        view.openHead(below.key(), into, Math.min(size, into.length));
        return size;
    }

    @Override
    public void close() {
        below.close();
    }
}
