package io.quorate.server;

import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.DiskFile;
import io.quorate.engine.disk.ForwardingDisk;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A disk that does what it is asked, and takes its time for each sync once it is told to. As safe for threads as the disk below. */
final class SlowDisk extends ForwardingDisk {

    private volatile long syncMillis;

    SlowDisk(Disk disk) {
        super(disk);
    }

    /** From now on each sync takes so long at least. */
    void syncTakes(long millis) {
        syncMillis = millis;
    }

    @Override
    public DiskFile create(String name) throws IOException {
        return new SlowFile(super.create(name));
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return new SlowFile(super.open(name));
    }

    private final class SlowFile extends ForwardingFile {

        SlowFile(DiskFile file) {
            super(file);
        }

        @Override
        public void sync() throws IOException {
            long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(syncMillis);
            super.sync();
            for (long left = endNanos - System.nanoTime(); left > 0; left = endNanos - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
        }
    }
}
