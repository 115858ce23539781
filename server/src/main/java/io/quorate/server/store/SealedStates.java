package io.quorate.server.store;

import io.quorate.kv.Seals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which master keys a member's snapshots need, and the state that it has laid aside: as long as one of them needs a key, it must not be taken out of
 * the ring. Each is opened once, since nothing is written to it when it is complete. Thread-safe.
 */
public final class SealedStates {

    private static final Logger LOG = LoggerFactory.getLogger(SealedStates.class);

    private static final String SNAPSHOTS = "snapshots";

    /** Empty of a member that has nothing on a disk. */
    private final Optional<Path> dataDir;

    private final AtomicBoolean looking = new AtomicBoolean();

    /** What there was when it could last be told. */
    private volatile List<Kept> lately;

    /** By their folders; used by whoever holds this. */
    private Map<Path, Known> known = new HashMap<>();

    public SealedStates(Optional<Path> dataDir) {
        this.dataDir = dataDir;
        this.lately = dataDir.isPresent() ? List.of(notKnown(SNAPSHOTS)) : List.of();
    }

    /** A key that this may need must not be taken for one that nothing needs. */
    private static Kept notKnown(String what) {
        return new Kept(what + ", not known now", Optional.empty(), false, 0, 0);
    }

    /**
     * A state in a folder of its own.
     *
     * @param what {@code snapshots} or {@code ahead-of-log}, and that it is not known where it could not be looked at
     * @param keyId the master key that it needs; empty if nothing in it is sealed
     * @param settled whether all of its values are sealed as they are to be
     */
    public record Kept(String what, Optional<String> keyId, boolean settled, int files, long bytes) {}

    /** @param made when the store in the folder was: another one may get its name */
    private record Known(FileTime made, Kept kept) {}

    /** What there is now. Waits for the disk. */
    public synchronized List<Kept> look() {
        if (dataDir.isEmpty()) {
            return List.of();
        }
        try {
            Map<Path, Known> found = new HashMap<>();
            List<Kept> all = new ArrayList<>();
            for (Path folder : EncryptionCheck.snapshots(dataDir.get())) {
                known(folder, SNAPSHOTS, found).ifPresent(all::add);
            }
            known(EncryptionCheck.aside(dataDir.get()), "ahead-of-log", found).ifPresent(all::add);
            known = found;
            lately = List.copyOf(all);
        } catch (IOException | UncheckedIOException e) {
            LOG.debug("which keys snapshots need cannot be told now, since they come and go", e);
        }
        return lately;
    }

    /** What there was when somebody last looked; looks again meanwhile, and waits for nothing. */
    public List<Kept> lately() {
        if (looking.compareAndSet(false, true)) {
            Thread.ofVirtual().name("quorate-sealed-states").start(() -> {
                try {
                    look();
                } finally {
                    looking.set(false);
                }
            });
        }
        return lately;
    }

    /** What there was when somebody last looked; waits for nothing. */
    public List<Kept> last() {
        return lately;
    }

    private Optional<Kept> known(Path folder, String what, Map<Path, Known> found) throws IOException {
        Path current = folder.resolve("CURRENT");
        if (!Files.exists(current)) {
            return Optional.empty();
        }
        FileTime made = Files.getLastModifiedTime(current);
        Optional<Known> same = Optional.ofNullable(known.get(folder))
                .filter(before -> before.made().equals(made));
        Optional<Known> now = same.isPresent() ? same : opened(folder, what, made);
        now.ifPresent(each -> found.put(folder, each));
        return Optional.of(now.map(Known::kept).orElseGet(() -> notKnown(what)));
    }

    private static Optional<Known> opened(Path folder, String what, FileTime made) throws IOException {
        Optional<Seals.Told> told = Seals.told(folder);
        if (told.isEmpty()) {
            return Optional.empty();
        }
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(Files::isRegularFile).toList();
        }
        long bytes = 0;
        for (Path file : files) {
            bytes += Files.size(file);
        }
        Optional<String> keyId =
                Optional.of(String.join(", ", told.get().masterKeyIds())).filter(ids -> !ids.isEmpty());
        return Optional.of(new Known(made, new Kept(what, keyId, told.get().settled(), files.size(), bytes)));
    }
}
