package io.quorate.engine.snapshot;

import io.quorate.core.SnapshotMeta;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.log.CorruptFrameException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The complete snapshots on disk: the newest one, and those that somebody holds. What nobody holds is deleted when a newer
 * one is there; what is damaged is set aside. Safe for use by many threads.
 */
final class SnapshotShelf {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotShelf.class);

    /** A snapshot and how many hold it. Guarded by the shelf. */
    static final class Held {
        private final SnapshotFolder folder;
        private int holders;
        private boolean verified;
        /** A piece behind the beginning was sent: if the beginning is asked for again, something was wrong. */
        private boolean sentFurther;

        private Held(SnapshotFolder folder) {
            this.folder = folder;
        }

        SnapshotFolder folder() {
            return folder;
        }

        SnapshotMeta meta() {
            return folder.manifest().meta();
        }
    }

    private final Disk disk;
    private final List<String> report = new ArrayList<>();
    /** By index: the newest, and those that someone holds. */
    private final NavigableMap<Long, Held> snapshots = new TreeMap<>();

    private Optional<Held> newest = Optional.empty();

    /** Finds the snapshots, by their manifests alone; sets damaged ones aside and clears up what a crash left. */
    SnapshotShelf(Disk disk) throws IOException {
        this.disk = disk;
        for (String name : disk.list(SnapshotStore.FOLDER)) {
            String path = SnapshotStore.FOLDER + "/" + name;
            if (path.startsWith(SnapshotStore.UNFINISHED)) {
                SnapshotFolder.delete(disk, path);
            } else if (name.startsWith(SnapshotStore.PREFIX)) {
                try {
                    SnapshotFolder folder = SnapshotFolder.read(disk, path);
                    snapshots.put(folder.manifest().meta().last().index(), new Held(folder));
                } catch (CorruptFrameException e) {
                    setAside(path, e);
                }
            }
        }
        // A crash may have come before this: the newest must be durable before the older ones go.
        disk.syncDirectory(SnapshotStore.FOLDER);
        newest = Optional.ofNullable(snapshots.lastEntry()).map(Map.Entry::getValue);
        dropUnheld();
    }

    private void setAside(String path, CorruptFrameException why) throws IOException {
        int number = 1;
        while (disk.exists(SnapshotStore.FOLDER + "/" + SnapshotStore.DAMAGED + number)) {
            number++;
        }
        String aside = SnapshotStore.FOLDER + "/" + SnapshotStore.DAMAGED + number;
        disk.rename(path, aside);
        disk.syncDirectory(SnapshotStore.FOLDER);
        String sentence =
                "The snapshot " + path + " is not usable, " + why.getMessage() + "; it was set aside as " + aside + ".";
        LOG.warn(sentence);
        report.add(sentence);
    }

    /** Deletes all but the latest and those that are held. */
    private void dropUnheld() throws IOException {
        List<Held> unheld = snapshots.values().stream()
                .filter(held -> held.holders == 0 && !newest.equals(Optional.of(held)))
                .toList();
        for (Held held : unheld) {
            snapshots.values().remove(held);
            // Renamed first: half deleted it would look like a damaged one after a crash.
            String dropped = SnapshotStore.UNFINISHED + held.folder.path().substring(SnapshotStore.FOLDER.length() + 1);
            disk.rename(held.folder.path(), dropped);
            SnapshotFolder.delete(disk, dropped);
        }
    }

    /** One sentence for each thing that the opening, or a later look, found worth telling. */
    synchronized List<String> report() {
        return List.copyOf(report);
    }

    synchronized Optional<SnapshotMeta> latest() {
        return newest.map(Held::meta);
    }

    synchronized Optional<Held> find(SnapshotMeta meta) {
        return Optional.ofNullable(snapshots.get(meta.last().index()))
                .filter(held -> held.meta().equals(meta));
    }

    /** Whether it is still there, undamaged as far as is known. */
    synchronized boolean has(Held held) {
        return snapshots.containsValue(held);
    }

    synchronized void add(SnapshotFolder folder, SnapshotMeta meta) throws IOException {
        snapshots.put(meta.last().index(), new Held(folder));
        newest = Optional.of(snapshots.lastEntry().getValue());
        dropUnheld();
    }

    /** Holds a snapshot that is there and undamaged; one that is damaged is set aside. */
    Optional<Held> holdVerified(SnapshotMeta meta) throws IOException {
        Held held;
        synchronized (this) {
            Optional<Held> there = find(meta);
            if (there.isEmpty()) {
                return Optional.empty();
            }
            held = there.get();
            held.holders++;
            if (held.verified) {
                return there;
            }
        }
        try {
            held.folder.verify();
            synchronized (this) {
                held.verified = true;
            }
            return Optional.of(held);
        } catch (CorruptFrameException e) {
            setAside(held, e);
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            release(held);
            throw e;
        }
    }

    /** More of it than its beginning was sent. */
    synchronized void sentFurther(SnapshotMeta meta) {
        find(meta).ifPresent(held -> held.sentFurther = true);
    }

    /**
     * Somebody wants it from its beginning. If more was sent before, the next {@link #holdVerified} reads it anew.
     *
     * @return whether that is so
     */
    synchronized boolean doubtIfSentFurther(SnapshotMeta meta) {
        Optional<Held> doubtful = find(meta).filter(held -> held.sentFurther);
        doubtful.ifPresent(held -> {
            held.sentFurther = false;
            held.verified = false;
        });
        return doubtful.isPresent();
    }

    /** Holds whatever is there, verified or not. */
    synchronized List<Held> holdAll() {
        List<Held> all = List.copyOf(snapshots.values());
        all.forEach(held -> held.holders++);
        return all;
    }

    synchronized void release(Held held) throws IOException {
        held.holders--;
        dropUnheld();
    }

    synchronized void setAside(Held held, CorruptFrameException why) throws IOException {
        if (snapshots.values().remove(held)) {
            newest = Optional.ofNullable(snapshots.lastEntry()).map(Map.Entry::getValue);
            setAside(held.folder.path(), why);
        }
    }

    /** Deletes all snapshots, durably. Nobody may hold one. */
    synchronized void dropAll() throws IOException {
        newest = Optional.empty();
        dropUnheld();
        disk.syncDirectory(SnapshotStore.FOLDER);
    }

    synchronized long bytes() {
        return snapshots.values().stream()
                .mapToLong(held -> held.folder.streamLength())
                .sum();
    }
}
