package io.quorate.server;

import io.quorate.core.quorum.Configuration;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.log.ConfigurationCodec;
import io.quorate.engine.log.CorruptFrameException;
import java.io.IOException;
import java.util.Optional;

/**
 * The file {@code beginning} of a data directory: with which configuration the member's log begins. The log itself knows only what
 * has changed since.
 *
 * <p>It is a {@link ChecksummedFile} of the configuration in its binary form.
 */
final class BeginningFile {

    private static final ChecksummedFile FILE = new ChecksummedFile("beginning", 0x51424547);

    private BeginningFile() {}

    /** Writes it durably: before the member runs first, or for data of a release that did not. */
    static void write(Disk disk, Configuration beginning) throws IOException {
        FILE.write(disk, ConfigurationCodec.encode(beginning));
    }

    /**
     * Reads it; empty for data of a release that did not write it.
     *
     * @throws DataDirectoryException if it is damaged
     */
    static Optional<Configuration> read(Disk disk) throws IOException {
        if (!FILE.exists(disk)) {
            return Optional.empty();
        }
        try {
            return Optional.of(ConfigurationCodec.decode(FILE.read(disk).orElseThrow(() -> damaged(disk))));
        } catch (CorruptFrameException e) {
            throw damaged(disk);
        }
    }

    private static DataDirectoryException damaged(Disk disk) {
        return new DataDirectoryException("The file " + FILE.name() + " of data directory " + disk
                + " is damaged: remove the member from the cluster and add it anew with an empty directory.");
    }
}
