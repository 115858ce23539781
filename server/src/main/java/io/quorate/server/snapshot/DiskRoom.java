package io.quorate.server.snapshot;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.util.function.LongSupplier;

/**
 * The room that a disk has for snapshots: what they take up must never be what the member's own log and state need. For one
 * thread.
 */
final class DiskRoom {

    /** What is left to the member, whatever happens: some segments of its log. */
    static final long RESERVE_BYTES = 128L << 20;

    /** A snapshot may write so much between two looks at the disk. */
    static final long CHECK_BYTES = 4L << 20;

    /** What is sorted first, and the file that comes of it. */
    private static final int COPIES = 2;

    private final LongSupplier usableBytes;
    private long uncheckedBytes;

    /** @param usableBytes asks the disk how much of it is free */
    DiskRoom(LongSupplier usableBytes) {
        this.usableBytes = usableBytes;
    }

    /**
     * Looks before anything is written.
     *
     * @param storeBytes the size of what the snapshot is of
     * @throws StatusRuntimeException if it would not fit
     */
    void requireFor(long storeBytes) {
        require(COPIES * storeBytes);
    }

    /** @throws StatusRuntimeException if the member needs what is left for itself */
    void requireReserve() {
        require(0);
    }

    /**
     * Counts what is written, and looks every few MiB.
     *
     * @throws StatusRuntimeException if the member needs what is left for itself
     */
    void written(long bytes) {
        uncheckedBytes += bytes;
        if (uncheckedBytes >= CHECK_BYTES) {
            uncheckedBytes = 0;
            requireReserve();
        }
    }

    private void require(long bytes) {
        long usable = usableBytes.getAsLong();
        if (usable - RESERVE_BYTES < bytes) {
            throw Status.RESOURCE_EXHAUSTED
                    .withDescription("etcdserver: not enough room on the disk for a snapshot: " + usable
                            + " bytes are free, " + bytes + " are needed for it, and " + RESERVE_BYTES
                            + " are kept for the member itself")
                    .asRuntimeException();
        }
    }
}
