package io.quorate.cli;

import io.quorate.engine.disk.OwnersAlone;
import java.io.IOException;
import java.io.StringReader;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The directory that holds the members of a {@code quorate dev} cluster, marked with what that cluster was founded with.
 *
 * <p>The number of members and their peer URLs are part of the cluster's identity, so a start with others is refused here,
 * before a member could take them for a cluster of their own. Client ports are free to change.
 */
final class DevDataDir {

    private static final String MARKER = "dev-cluster.properties";
    private static final String FORMAT = "1";

    private DevDataDir() {}

    /**
     * Checks that the directory is new or was made by the same cluster, and marks a new one.
     *
     * @param secure whether the members speak TLS, which is a part of their URLs
     * @throws CommandFailed if it belongs to something else
     */
    static void claim(DevCluster cluster, boolean secure) {
        try {
            Optional<Properties> made = marker(cluster.dataDir());
            if (made.isPresent()) {
                requireSame(cluster, secure, made.get());
            } else {
                requireEmpty(cluster.dataDir());
                mark(cluster, secure);
            }
        } catch (IOException e) {
            throw new CommandFailed(
                    ExitCode.FAILED,
                    "the data directory " + cluster.dataDir() + " cannot be used (" + e
                            + "); choose another with --data-dir",
                    e);
        }
    }

    private static void requireSame(DevCluster cluster, boolean secure, Properties made) {
        String nodes = made.getProperty("nodes", "?");
        String peerPorts = made.getProperty("peer-ports", "?");
        if (!made.getProperty("format", "?").equals(FORMAT)) {
            throw new CommandFailed(
                    ExitCode.FAILED,
                    "the data directory " + cluster.dataDir() + " was made by another release of quorate, in format "
                            + made.getProperty("format", "?") + "; use that release, or choose another --data-dir");
        }
        if (!nodes.equals(Integer.toString(cluster.nodes()))) {
            throw new CommandFailed(
                    ExitCode.FAILED,
                    "the data directory " + cluster.dataDir() + " holds a cluster of " + nodes + ", not of "
                            + cluster.nodes() + "; start it with --nodes " + nodes + ", or choose another --data-dir");
        }
        if (secure != Boolean.parseBoolean(made.getProperty("secure", "false"))) {
            throw new CommandFailed(
                    ExitCode.FAILED,
                    "the data directory " + cluster.dataDir() + " holds a cluster that speaks "
                            + (secure ? "plain text; start it without" : "TLS; start it with")
                            + " --secure, or choose another --data-dir");
        }
        if (!peerPorts.equals(join(cluster.peerPorts()))) {
            throw new CommandFailed(
                    ExitCode.FAILED,
                    "the data directory " + cluster.dataDir() + " holds a cluster with the peer ports " + peerPorts
                            + "; start it with --peer-ports " + peerPorts + ", or choose another --data-dir");
        }
    }

    private static void requireEmpty(Path dir) throws IOException {
        if (!Files.exists(dir)) {
            return;
        }
        try (Stream<Path> entries = Files.list(dir)) {
            if (entries.anyMatch(entry -> !entry.getFileName().toString().startsWith(MARKER))) {
                throw new CommandFailed(
                        ExitCode.FAILED,
                        "the directory " + dir + " holds files that are not from 'quorate dev'; choose another or an"
                                + " empty one with --data-dir");
            }
        }
    }

    private static Optional<Properties> marker(Path dir) throws IOException {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(Files.readString(dir.resolve(MARKER))));
            return Optional.of(properties);
        } catch (NoSuchFileException e) {
            // No cluster was founded here yet.
            return Optional.empty();
        }
    }

    /** Written aside, synced and renamed, so that a crash leaves a whole marker or none. */
    private static void mark(DevCluster cluster, boolean secure) throws IOException {
        Path dir = cluster.dataDir();
        OwnersAlone.makeFolders(dir);
        String text =
                "# The cluster of 'quorate dev' in this directory.\nformat=" + FORMAT + "\nnodes=" + cluster.nodes()
                        + "\npeer-ports=" + join(cluster.peerPorts()) + "\n" + (secure ? "secure=true\n" : "");
        Path aside = dir.resolve(MARKER + ".new");
        // What a start that was broken off has left would keep the rights that it has.
        Files.deleteIfExists(aside);
        Files.createFile(aside, OwnersAlone.file(aside));
        Files.writeString(aside, text);
        sync(aside, StandardOpenOption.WRITE);
        Files.move(aside, dir.resolve(MARKER), StandardCopyOption.ATOMIC_MOVE);
        sync(dir, StandardOpenOption.READ);
    }

    private static void sync(Path path, StandardOpenOption mode) throws IOException {
        try (FileChannel channel = FileChannel.open(path, mode)) {
            channel.force(true);
        }
    }

    private static String join(List<Integer> ports) {
        return ports.stream().map(String::valueOf).collect(Collectors.joining(","));
    }
}
