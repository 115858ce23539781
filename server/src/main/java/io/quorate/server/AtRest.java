package io.quorate.server;

import io.quorate.encryption.KeyCommand;
import io.quorate.encryption.KeyFile;
import io.quorate.encryption.MasterKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where the master keys are from, with which what a member has on its disk is sealed. Nothing is sealed where neither is given.
 *
 * @param keyFile a file with the key ring
 * @param keyCommand what prints the key ring, for the shell
 */
public record AtRest(Optional<Path> keyFile, Optional<String> keyCommand) {

    /** Nothing is sealed. */
    public static final AtRest PLAIN = new AtRest(Optional.empty(), Optional.empty());

    /** A service that has not answered by then will not. */
    private static final Duration COMMAND_DEADLINE = Duration.ofSeconds(30);

    public AtRest {
        if (keyFile.isPresent() && keyCommand.isPresent()) {
            throw new IllegalArgumentException(
                    "--encryption-key-file and --encryption-key-command both say where the keys are; give one of them");
        }
        if (keyCommand.filter(String::isBlank).isPresent()) {
            throw new IllegalArgumentException(
                    "--encryption-key-command is empty; give a command that prints a key ring");
        }
    }

    public static AtRest ofFile(Path keyFile) {
        return new AtRest(Optional.of(keyFile), Optional.empty());
    }

    /**
     * Reads the key ring, as it is now.
     *
     * @return empty if nothing is to be sealed
     * @throws IOException with one sentence if there is no ring where one should be
     */
    public Optional<MasterKeys> keys() throws IOException {
        if (keyFile.isPresent()) {
            return Optional.of(KeyFile.read(keyFile.get()));
        }
        return keyCommand.isPresent()
                ? Optional.of(KeyCommand.run(keyCommand.get(), COMMAND_DEADLINE))
                : Optional.empty();
    }
}
