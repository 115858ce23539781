package io.quorate.simulator.enumeration;

import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import io.quorate.engine.disk.ForwardingDisk;
import java.io.IOException;

/** A disk that does not do what it says: what an enumeration of crashes must notice. */
final class LyingDisk extends ForwardingDisk {

    /** What it leaves undone. */
    enum Lie {
        /** A file that is synced is not. */
        FILE_SYNCS,
        /** A folder that is synced is not. */
        FOLDER_SYNCS,
        /** A file of a snapshot that is synced is not. */
        SNAPSHOT_SYNCS
    }

    private final Lie lie;

    LyingDisk(Disk real, Lie lie) {
        super(real);
        this.lie = lie;
    }

    @Override
    public DiskFile create(String name) throws IOException {
        return new LyingFile(name, super.create(name));
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return new LyingFile(name, super.open(name));
    }

    @Override
    public void syncDirectory(String directory) throws IOException {
        if (lie != Lie.FOLDER_SYNCS) {
            super.syncDirectory(directory);
        }
    }

    private final class LyingFile extends ForwardingFile {

        private final String name;

        LyingFile(String name, DiskFile file) {
            super(file);
            this.name = name;
        }

        @Override
        public void sync() throws IOException {
            boolean lies = lie == Lie.FILE_SYNCS || (lie == Lie.SNAPSHOT_SYNCS && name.startsWith("snapshots/"));
            if (!lies) {
                super.sync();
            }
        }
    }
}
