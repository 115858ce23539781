package io.quorate.server.store;

import io.quorate.encryption.KeyException;
import io.quorate.encryption.MasterKeys;
import io.quorate.encryption.MissingKeyException;
import io.quorate.encryption.WrongKeyException;
import io.quorate.kv.Seals;
import io.quorate.kv.StoreException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Makes sure that the states in a data directory can be opened with the keys that were given, before anything in it is touched. */
public final class EncryptionCheck {

    private static final String STATE = "state";
    private static final String SNAPSHOTS = "snapshots";

    private EncryptionCheck() {}

    /**
     * Looks at the store and at all snapshots.
     *
     * @throws KeyException with one sentence if a master key is missing or wrong
     * @throws IOException if the directory cannot be read
     */
    public static void require(Path dataDir, Optional<MasterKeys> keys) throws IOException {
        for (Path store : stores(dataDir)) {
            try {
                Seals.require(store, keys);
            } catch (StoreException e) {
                throw refused(dataDir.relativize(store) + " in " + dataDir + ": " + e.getMessage(), e);
            }
        }
    }

    private static List<Path> stores(Path dataDir) throws IOException {
        Path state = dataDir.resolve(STATE);
        List<Path> stores = new ArrayList<>(List.of(state.resolve(KvStateMachine.STORE), aside(dataDir)));
        stores.addAll(snapshots(dataDir));
        return stores;
    }

    /** Where a state lies that was laid aside, if one was. */
    static Path aside(Path dataDir) {
        return dataDir.resolve(STATE).resolve(KvStateMachine.ASIDE);
    }

    /** The folders of all snapshots. */
    static List<Path> snapshots(Path dataDir) throws IOException {
        Path snapshots = dataDir.resolve(SNAPSHOTS);
        if (!Files.isDirectory(snapshots)) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(snapshots)) {
            return folders.filter(Files::isDirectory).sorted().toList();
        }
    }

    private static IOException refused(String sentence, StoreException why) {
        return switch (why.getCause()) {
            case MissingKeyException missing -> new MissingKeyException(missing.keyId(), sentence);
            case WrongKeyException wrong -> new WrongKeyException(wrong.keyId(), sentence);
            case null, default -> new IOException(sentence, why);
        };
    }
}
