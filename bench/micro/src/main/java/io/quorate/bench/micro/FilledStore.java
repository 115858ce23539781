package io.quorate.bench.micro;

import io.quorate.kv.Bytes;
import io.quorate.kv.HeapStore;
import io.quorate.kv.LoggedCommand;
import io.quorate.kv.MvccStore;
import io.quorate.kv.OrderedStore;
import io.quorate.kv.Put;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** A key-value store with 100,000 keys, each written once, with values of 256 bytes; in a folder of its own. */
final class FilledStore implements AutoCloseable {

    static final int KEYS = 100_000;

    private static final int VALUE_BYTES = 256;
    private static final int BATCH = 1_000;

    private final ScratchFolder folder;
    private final OrderedStore filled;
    private MvccStore store;

    private FilledStore(ScratchFolder folder, OrderedStore filled) {
        this.folder = folder;
        this.filled = filled;
        this.store = MvccStore.open(filled);
    }

    static FilledStore open(StoreKind kind) throws IOException {
        ScratchFolder folder = ScratchFolder.create();
        FilledStore opened = new FilledStore(folder, kind.open(folder.path().resolve("store")));
        opened.fill();
        opened.store.flush();
        return opened;
    }

    private void fill() {
        SplittableRandom random = new SplittableRandom(KEYS);
        for (int from = 0; from < KEYS; from += BATCH) {
            List<LoggedCommand> batch = new ArrayList<>(BATCH);
            for (int number = from; number < from + BATCH; number++) {
                batch.add(LoggedCommand.of(number + 1, Put.of(key(number), value(random))));
            }
            store.apply(batch, batch.getLast().index());
        }
    }

    /** The key of a number from 0 up to and without {@link #KEYS}, or the first key behind all of them; in the order of the numbers. */
    static Bytes key(int number) {
        return Bytes.utf8(String.format(Locale.ROOT, "/registry/pods/%06d", number));
    }

    /** A value that does not compress. */
    static Bytes value(SplittableRandom random) {
        byte[] value = new byte[VALUE_BYTES];
        random.nextBytes(value);
        return Bytes.wrap(value);
    }

    MvccStore store() {
        return store;
    }

    /**
     * Forgets what was written since it was filled, if that would take the heap sooner or later. Allocates next to nothing, so that it
     * does not show in what a measurement finds to be allocated.
     */
    void forgetIfInMemory() {
        if (filled instanceof HeapStore heap) {
            store = MvccStore.open(heap.copy());
        }
    }

    @Override
    public void close() throws IOException {
        store.close();
        folder.close();
    }
}
