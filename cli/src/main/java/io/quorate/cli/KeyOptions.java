package io.quorate.cli;

import io.quorate.encryption.MasterKeys;
import io.quorate.server.AtRest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Where a command that reads members' data directories, or reads and writes snapshots, has the master keys from, by the options of {@code quorate server}. */
final class KeyOptions {

    @Option(
            names = "--encryption-key-file",
            paramLabel = "<file>",
            description = "The key ring that what is read or written here is sealed with.")
    private Optional<Path> file = Optional.empty();

    @Option(
            names = "--encryption-key-command",
            paramLabel = "<command>",
            description = "A command that prints the key ring; the shell runs it.")
    private Optional<String> command = Optional.empty();

    /** The keys; empty if none of the options was given. */
    Optional<MasterKeys> keys() {
        try {
            return new AtRest(file, command).keys();
        } catch (IllegalArgumentException e) {
            throw new CommandFailed(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILED, e.getMessage() == null ? e.toString() : e.getMessage(), e);
        }
    }
}
