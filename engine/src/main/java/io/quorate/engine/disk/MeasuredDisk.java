package io.quorate.engine.disk;

import java.io.IOException;
import java.util.function.LongSupplier;

/** A disk that tells how long each sync of a file took. As safe for threads as the disk that it measures. */
public final class MeasuredDisk extends ForwardingDisk {

    /** What is told of syncs, by whatever thread has synced; must not block. */
    @FunctionalInterface
    public interface SyncListener {

        /** A file is about to be synced: one that hangs is never told of otherwise. */
        default void syncBegins(String file) {}

        /** What had begun has failed. */
        default void syncFailed(String file) {}

        /**
         * A file was synced, without a failure.
         *
         * @param file its name when it was opened
         */
        void synced(String file, long nanos);
    }

    private final LongSupplier nanoTime;
    private final SyncListener listener;

    /** @param nanoTime a monotonic clock */
    public MeasuredDisk(Disk disk, LongSupplier nanoTime, SyncListener listener) {
        super(disk);
        this.nanoTime = nanoTime;
        this.listener = listener;
    }

    @Override
    public DiskFile create(String name) throws IOException {
        return new MeasuredFile(name, super.create(name));
    }

    @Override
    public DiskFile open(String name) throws IOException {
        return new MeasuredFile(name, super.open(name));
    }

    private final class MeasuredFile extends ForwardingFile {

        private final String name;

        MeasuredFile(String name, DiskFile file) {
            super(file);
            this.name = name;
        }

        @Override
        public void sync() throws IOException {
            listener.syncBegins(name);
            long begin = nanoTime.getAsLong();
            try {
                super.sync();
            } catch (IOException | RuntimeException e) {
                listener.syncFailed(name);
                throw e;
            }
            listener.synced(name, nanoTime.getAsLong() - begin);
        }
    }
}
