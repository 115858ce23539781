package io.quorate.engine.snapshot;

import io.quorate.engine.disk.Disk;
import io.quorate.engine.inspect.Finding;
import io.quorate.engine.log.CorruptFrameException;
import io.quorate.engine.log.SnapshotMetaCodec.Start;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;

/** Looks at a member's snapshots, manifests and files, byte for byte; writes nothing. */
public final class SnapshotInspection {

    /** A snapshot's folder, relative to the data directory, and what an intact one stands for. */
    public record Inspected(String folder, Optional<Start> start) {}

    private final List<Inspected> snapshots;
    private final List<Finding> findings;

    private SnapshotInspection(List<Inspected> snapshots, List<Finding> findings) {
        this.snapshots = List.copyOf(snapshots);
        this.findings = List.copyOf(findings);
    }

    /**
     * Reads all snapshots.
     *
     * @param onRead told how many bytes were read, again and again; may take its time
     */
    public static SnapshotInspection of(Disk disk, LongConsumer onRead) throws IOException {
        List<Inspected> snapshots = new ArrayList<>();
        List<Finding> findings = new ArrayList<>();
        List<String> names = disk.exists(SnapshotStore.FOLDER) ? disk.list(SnapshotStore.FOLDER) : List.of();
        for (String name : names) {
            String path = SnapshotStore.FOLDER + "/" + name;
            if (name.startsWith(SnapshotStore.PREFIX)) {
                snapshots.add(inspect(disk, path, onRead, findings));
            } else if (name.startsWith(SnapshotStore.DAMAGED)) {
                findings.add(Finding.note(path, "a damaged snapshot was set aside here; it may be deleted"));
            }
        }
        return new SnapshotInspection(snapshots, findings);
    }

    private static Inspected inspect(Disk disk, String path, LongConsumer onRead, List<Finding> findings)
            throws IOException {
        try {
            SnapshotFolder folder = SnapshotFolder.read(disk, path);
            folder.verify(onRead);
            return new Inspected(path, Optional.of(folder.manifest().start()));
        } catch (CorruptFrameException e) {
            findings.add(Finding.damage(
                    path,
                    "the snapshot is not usable, " + e.getMessage(),
                    "the next start or scrub sets it aside; a new one is taken from the state"));
            return new Inspected(path, Optional.empty());
        }
    }

    /** The oldest first. */
    public List<Inspected> snapshots() {
        return snapshots;
    }

    /** What the newest intact one stands for. */
    public Optional<Start> newest() {
        return snapshots.stream().flatMap(snapshot -> snapshot.start().stream()).reduce((older, newer) -> newer);
    }

    public List<Finding> findings() {
        return findings;
    }
}
