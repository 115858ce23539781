package io.quorate.cli;

import io.quorate.encryption.KeyFile;
import io.quorate.encryption.MasterKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** With which keys a command opens and seals files. */
final class EncryptionOptions {

    @Option(
            names = "--encryption-key-file",
            paramLabel = "<file>",
            description = {
                "A ring of master keys, as members have it: what is written is encrypted with the first, and what is"
                        + " read is",
                "decrypted with any. Without it, what is written is plain, and what is encrypted is refused."
            })
    private @Nullable Path keyFile;

    /**
     * The ring, if one was named.
     *
     * @throws CommandFailed with one sentence if there is none, or others can read it
     */
    Optional<MasterKeys> keys() {
        Path named = keyFile;
        if (named == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(KeyFile.read(named));
        } catch (IOException e) {
            throw CommandFailed.usage("--encryption-key-file: " + e.getMessage());
        }
    }
}
