package io.quorate.bench.micro;

import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import io.quorate.engine.disk.ForwardingDisk;
import java.io.IOException;

/** A disk that says that files are durable when they were only written, so that everything but the sync can be measured. */
final class UnsyncedDisk extends ForwardingDisk {

    UnsyncedDisk(Disk real) {
        super(real);
    }

    @Override
    public DiskFile create(String name) throws IOException {
        return new UnsyncedFile(super.create(name));
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return new UnsyncedFile(super.open(name));
    }

    private static final class UnsyncedFile extends ForwardingFile {

        UnsyncedFile(DiskFile real) {
            super(real);
        }

        @Override
        public void sync() {
            // What is lost in a crash is not missed here.
        }
    }
}
