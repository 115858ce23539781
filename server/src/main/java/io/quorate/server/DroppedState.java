package io.quorate.server;

import io.quorate.engine.disk.OwnersAlone;
import io.quorate.server.store.ScratchFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state and the snapshots that a member does not trust any more, set aside in its data directory. They are the only ones
 * that the member has until it gets others, and tell afterwards what had happened to them. For one thread at a time.
 *
 * <pre>
 *  state, snapshots   ── drop ──>   state.dropped/{state,snapshots}   ── keep ──>   state.damaged-20261125T193739Z
 *                                   as long as there is no other state              until the next one takes its place
 * </pre>
 *
 * @param folder the data directory
 */
record DroppedState(Path folder) {

    /** The state's place in the data directory. */
    static final String STATE = "state";

    /** What the names of the folders begin with in which dropped states are kept. */
    static final String KEPT = "state.damaged-";

    private static final Logger LOG = LoggerFactory.getLogger(DroppedState.class);
    private static final String DROPPED = "state.dropped";
    private static final String SNAPSHOTS = "snapshots";
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    /** What is kept must leave this many times its own size for what the member still has to write. */
    private static final long ROOM = 2;

    /**
     * Moves state and snapshots away, before they are opened: they may be damaged such that they cannot be. May be done
     * again after a crash: what a repair that had been begun had put in their place is deleted then.
     *
     * @throws IOException if they can neither be moved nor deleted
     */
    void drop() throws IOException {
        move(STATE);
        move(SNAPSHOTS);
    }

    private void move(String name) throws IOException {
        Path from = folder.resolve(name);
        Path dropped = folder.resolve(DROPPED);
        Path to = dropped.resolve(name);
        if (!Files.exists(from)) {
            return;
        }
        if (!Files.exists(to)) {
            try {
                OwnersAlone.makeFolders(dropped);
                Files.move(from, to);
                LOG.warn("{} is set aside, in {}", from, dropped);
                return;
            } catch (IOException e) {
                LOG.warn("{} cannot be set aside, and is deleted: {}", from, e.toString());
            }
        }
        ScratchFolder.delete(from);
    }

    /**
     * The member has a state that it can go on with. What it has dropped, if it has, is kept for people to look at, in the
     * place of what was kept before; unless that would leave too little room on the disk.
     *
     * @param usableBytes how much room there is on the disk
     */
    void keep(Instant now, long usableBytes) throws IOException {
        Path dropped = folder.resolve(DROPPED);
        if (!Files.exists(dropped)) {
            return;
        }
        for (Path older : kept()) {
            ScratchFolder.delete(older);
        }
        long bytes = bytes(dropped);
        if (usableBytes < ROOM * bytes) {
            LOG.warn(
                    "The state that was dropped is deleted: it takes {} bytes, and {} are left on the disk.",
                    bytes,
                    usableBytes);
            ScratchFolder.delete(dropped);
            return;
        }
        Path kept = folder.resolve(KEPT + TIME.format(now));
        Files.move(dropped, kept);
        LOG.warn("The state that was dropped is kept in {}, {} bytes; delete it when nobody needs it.", kept, bytes);
    }

    /** The states that are kept. */
    List<Path> kept() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry -> entry.getFileName().toString().startsWith(KEPT))
                    .sorted()
                    .toList();
        }
    }

    private static long bytes(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
