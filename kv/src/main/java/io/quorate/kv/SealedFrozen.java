package io.quorate.kv;

import io.quorate.encryption.MasterKeys;
import java.util.List;
import java.util.Optional;

/** A sealed store that is held, opened by its keys. */
final class SealedFrozen implements FrozenStore {
    private final FrozenStore below;
    private final SealedView view;

    /** Takes over the store. */
    SealedFrozen(FrozenStore below, SealedView view) {
        this.below = below;
        this.view = view;
    }

    /**
     * A store that may be sealed, or not; closing it closes the one below.
     *
     * @throws StoreException if it is sealed, and a master key is missing or wrong
     */
    static FrozenStore toBeRead(FrozenStore below, Optional<MasterKeys> master) {
        return Seals.open(below::get, master)
                .<FrozenStore>map(view -> new SealedFrozen(below, view))
                .orElse(below);
    }

    @Override
    public List<Part> parts() {
        return below.parts();
    }

    @Override
    public Optional<String> verify(Part part) {
        return below.verify(part);
    }

    @Override
    public Optional<byte[]> get(byte[] key) {
        return below.get(key).map(value -> view.opened(key, value));
    }

    @Override
    public OrderedStore.Cursor cursor() {
        return new SealedCursor(below.cursor(), view);
    }

    @Override
    public void close() {
        below.close();
    }
}
