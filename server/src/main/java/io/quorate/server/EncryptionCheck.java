package io.quorate.server;

import io.quorate.encryption.MasterKeys;
import io.quorate.kv.Seals;
import io.quorate.kv.StoreException;
import io.quorate.server.store.KvStateMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Makes sure that a data directory can be opened with the keys that were given, before anything in it is touched. */
final class EncryptionCheck {

    private static final String SNAPSHOTS = "snapshots";

    private EncryptionCheck() {}

    /**
     * Looks at the store and at all snapshots.
     *
     * @throws IOException with one sentence if a master key is missing or wrong
     */
    static void require(Path dataDir, Optional<MasterKeys> keys) throws IOException {
        for (Path store : stores(dataDir)) {
            try {
                Seals.require(store, keys);
            } catch (StoreException e) {
                throw new IOException(dataDir.relativize(store) + " in " + dataDir + ": " + e.getMessage(), e);
            }
        }
    }

    private static List<Path> stores(Path dataDir) throws IOException {
        Path state = dataDir.resolve(DroppedState.STATE);
        List<Path> stores =
                new ArrayList<>(List.of(state.resolve(KvStateMachine.STORE), state.resolve(KvStateMachine.ASIDE)));
        Path snapshots = dataDir.resolve(SNAPSHOTS);
        if (Files.isDirectory(snapshots)) {
            try (Stream<Path> folders = Files.list(snapshots)) {
                folders.filter(Files::isDirectory).forEach(stores::add);
            }
        }
        return stores;
    }
}
