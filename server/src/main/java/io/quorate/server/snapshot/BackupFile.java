package io.quorate.server.snapshot;

import io.quorate.encryption.MasterKeys;
import io.quorate.encryption.MissingKeyException;
import io.quorate.server.bolt.RandomInput;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** A snapshot in a file: as etcd has it, or sealed. */
public final class BackupFile {

    private BackupFile() {}

    /**
     * Opens what a file holds, whether it is sealed or not.
     *
     * @param master opens it, if it is sealed
     * @throws io.quorate.encryption.KeyException if it is sealed, and a master key is missing or wrong
     * @throws InvalidSnapshotException if it is sealed, and its end is missing or damaged
     */
    public static RandomInput open(Path file, Optional<MasterKeys> master) throws IOException {
        RandomInput raw = RandomInput.of(FileChannel.open(file, StandardOpenOption.READ));
        try {
            if (!SealedInput.isSealed(raw)) {
                return raw;
            }
            if (master.isEmpty()) {
                String id = SealedInput.masterKeyId(raw);
                throw new MissingKeyException(
                        id,
                        file + " is encrypted, under the master key " + id
                                + ": give the ring that has it with --encryption-key-file");
            }
            return SealedInput.open(raw, master.get());
        } catch (IOException | RuntimeException e) {
            raw.close();
            throw e;
        }
    }

    /** The master key that a file is sealed under; empty if it is not sealed. */
    public static Optional<String> masterKeyId(Path file) throws IOException {
        try (RandomInput raw = RandomInput.of(FileChannel.open(file, StandardOpenOption.READ))) {
            return SealedInput.isSealed(raw) ? Optional.of(SealedInput.masterKeyId(raw)) : Optional.empty();
        }
    }
}
