package io.quorate.engine.snapshot;

import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import io.quorate.engine.log.SnapshotMetaCodec.Start;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A snapshot's folder in the making. It gets its final name, which makes it a snapshot, when all that is in it is durable.
 */
final class SnapshotFolderWriter implements SnapshotWriter {

    private final Disk disk;
    private final String path;
    private final Map<String, DiskStreams.Output> created = new HashMap<>();

    /** Begins with an empty folder; what an earlier attempt left is deleted. */
    SnapshotFolderWriter(Disk disk, String path) throws IOException {
        this.disk = disk;
        this.path = path;
        if (disk.exists(path)) {
            SnapshotFolder.delete(disk, path);
        }
        disk.createDirectory(path);
    }

    @Override
    public OutputStream create(String name) throws IOException {
        if (!Manifest.isFileName(name)) {
            throw new IOException("a snapshot cannot have a file of the name " + name);
        }
        DiskStreams.Output output = new DiskStreams.Output(disk.create(path + "/" + name));
        created.put(name, output);
        return output;
    }

    @Override
    public Optional<Path> folder() {
        return disk.path(path);
    }

    /** Writes the manifest, syncs everything, and gives the folder its name. */
    SnapshotFolder finish(Start start, String finalPath) throws IOException {
        List<Manifest.File> files = new ArrayList<>();
        for (String name : disk.list(path)) {
            files.add(describe(name));
        }
        Manifest manifest = new Manifest(start, files);
        try (DiskFile file = disk.create(path + "/" + Manifest.NAME)) {
            file.write(manifest.encode(), 0);
            file.sync();
        }
        disk.syncDirectory(path);
        if (disk.exists(finalPath)) {
            SnapshotFolder.delete(disk, finalPath);
        }
        disk.rename(path, finalPath);
        disk.syncDirectory(SnapshotStore.FOLDER);
        return new SnapshotFolder(disk, finalPath, manifest);
    }

    private Manifest.File describe(String name) throws IOException {
        String file = path + "/" + name;
        if (disk.isDirectory(file) || !Manifest.isFileName(name)) {
            throw new IOException("a snapshot cannot hold " + name);
        }
        DiskStreams.Output output = created.get(name);
        if (output != null) {
            return output.describe(name);
        }
        try (DiskFile linked = disk.open(file)) {
            linked.sync();
        }
        return SnapshotFolder.describe(disk, path, name);
    }

    /** Gives up. */
    void abandon() throws IOException {
        if (disk.exists(path)) {
            SnapshotFolder.delete(disk, path);
        }
    }
}
