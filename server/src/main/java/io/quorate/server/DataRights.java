package io.quorate.server;

import io.quorate.engine.disk.OwnersAlone;
import io.quorate.engine.disk.OwnersAlone.Narrowed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes a data directory to other users than its owner, if it was made by hand, restored, or brought from elsewhere with wider rights.
 *
 * <p>A member writes passwords' hashes and everything that clients have stored there, so it does not only warn, as etcd does. But a directory
 * that also holds what is not a member's, such as a home, is left as it is, with a warning: others may have a right to that.
 */
final class DataRights {

    private static final Logger LOG = LoggerFactory.getLogger(DataRights.class);

    /** The names in a data directory: see ARCHITECTURE.md. Others' may be much like them, such as {@code logs}. */
    private static final Set<String> OWN = Set.of(
            "identity",
            "beginning",
            "founding",
            "storage-ids",
            "lock",
            "log",
            "snapshots",
            "state",
            "state-repair",
            "state.dropped",
            "import-unfinished");

    /** What the names of those begin with of which there may be several. */
    private static final List<String> OWN_BEGINNINGS = List.of("state.damaged-", "quarantine-");

    /** What the name of a file that is being written ends with. */
    private static final String UNFINISHED = ".new";

    /** What the root of a file system has, where that is the data directory. */
    private static final String LOST_AND_FOUND = "lost+found";

    private DataRights() {}

    /** Closes it, and says so in the log if it was open; to be called by the member whose directory it is. */
    static void close(Path dataDir) throws IOException {
        // The directory may be a symbolic link to where the data really are.
        Path folder = dataDir.toRealPath();
        List<Path> contents = contents(folder);
        List<Path> foreign = contents.stream()
                .filter(path -> !isOwn(path))
                .map(Path::getFileName)
                .filter(name -> !name.toString().equals(LOST_AND_FOUND))
                .toList();
        Narrowed narrowed = foreign.isEmpty() ? OwnersAlone.narrowItself(folder) : new Narrowed(0, 0);
        for (Path path : contents) {
            if (isOwn(path)) {
                narrowed = narrowed.and(OwnersAlone.narrow(path));
            }
        }
        if (narrowed.closed() > 0) {
            LOG.warn(
                    "Others than its owner had rights to {} files and folders of the data directory {}: these are taken away",
                    narrowed.closed(),
                    dataDir);
        }
        if (narrowed.left() > 0) {
            LOG.warn(
                    "Others than this process's user may have rights to {} files and folders of the data directory {}, which"
                            + " it cannot change: make it their owner, on a file system that keeps modes",
                    narrowed.left(),
                    dataDir);
        }
        if (!foreign.isEmpty() && OwnersAlone.isOpenToOthers(folder)) {
            LOG.warn(
                    "Others than its owner have rights to the data directory {}; they are left to them since it also holds {}:"
                            + " give the member a directory of its own, or 'chmod 700' this one",
                    dataDir,
                    foreign);
        }
    }

    private static boolean isOwn(Path path) {
        String name = path.getFileName().toString();
        String finished = name.endsWith(UNFINISHED) ? name.substring(0, name.length() - UNFINISHED.length()) : name;
        return OWN.contains(finished) || OWN_BEGINNINGS.stream().anyMatch(name::startsWith);
    }

    private static List<Path> contents(Path folder) throws IOException {
        try (Stream<Path> names = Files.list(folder)) {
            return names.toList();
        }
    }
}
