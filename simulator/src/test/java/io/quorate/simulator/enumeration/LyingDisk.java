package io.quorate.simulator.enumeration;

import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;

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

    private final class LyingFile implements DiskFile {

        private final String name;
        private final DiskFile file;

        LyingFile(String name, DiskFile file) {
            this.name = name;
            this.file = file;
        }

        @Override
        public int read(ByteBuffer into, long position) throws IOException {
            return file.read(into, position);
        }

        @Override
        public void write(ByteBuffer from, long position) throws IOException {
            file.write(from, position);
        }

        @Override
        public void sync() throws IOException {
            boolean lies = lie == Lie.FILE_SYNCS || (lie == Lie.SNAPSHOT_SYNCS && name.startsWith("snapshots/"));
            if (!lies) {
                file.sync();
            }
        }

        @Override
        public void preallocate(long size) throws IOException {
            file.preallocate(size);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
