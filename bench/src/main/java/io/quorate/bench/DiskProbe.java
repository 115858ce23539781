package io.quorate.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.HdrHistogram.Histogram;

/**
 * Measures what durability costs on this machine: one write and fdatasync after the other, in a file that was filled before, or in
 * one that each write makes longer, so that its length is to be synced as well.
 */
public final class DiskProbe {

    private static final int WRITE_BYTES = 4096;
    private static final int FILE_BYTES = 16 << 20;

    /** So that a long measurement does not fill the disk: a growing file begins anew then. */
    private static final int MAX_GROWING_BYTES = 256 << 20;

    private final FileChannel channel;
    private final DiskResult.File kind;
    private long position;

    private DiskProbe(FileChannel channel, DiskResult.File kind) {
        this.channel = channel;
        this.kind = kind;
    }

    /** As {@link #run(Path, DiskResult.File, Duration)}, in a preallocated file, as the members' logs are. */
    public static DiskResult run(Path folder, Duration time) throws IOException {
        return run(folder, DiskResult.File.PREALLOCATED, time);
    }

    /**
     * Measures for a while, after a tenth of that unmeasured.
     *
     * @param folder on the disk in question; left as it was
     */
    public static DiskResult run(Path folder, DiskResult.File kind, Duration time) throws IOException {
        Path file = Files.createTempFile(folder, "disk-probe", ".tmp");
        // After Ctrl-C. To remove it while it is open would be surer, but some file systems sync what has no name
        // in another way.
        file.toFile().deleteOnExit();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            DiskProbe probe = new DiskProbe(channel, kind);
            probe.fill();
            probe.syncs(time.dividedBy(10));
            long begin = System.nanoTime();
            Histogram histogram = probe.syncs(time);
            double seconds = (System.nanoTime() - begin) / 1e9;
            return new DiskResult(
                    kind,
                    WRITE_BYTES,
                    histogram.getTotalCount() / seconds,
                    histogram.getValueAtPercentile(50) / 1e3,
                    histogram.getValueAtPercentile(99) / 1e3,
                    histogram.getMaxValue() / 1e3);
        } finally {
            Files.delete(file);
        }
    }

    private void fill() throws IOException {
        if (kind == DiskResult.File.PREALLOCATED) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(FILE_BYTES);
            while (zeros.hasRemaining()) {
                channel.write(zeros, zeros.position());
            }
        }
        channel.force(true);
    }

    private Histogram syncs(Duration time) throws IOException {
        Histogram histogram = new Histogram(3);
        ByteBuffer content = ByteBuffer.allocateDirect(WRITE_BYTES);
        long end = System.nanoTime() + time.toNanos();
        while (System.nanoTime() - end < 0) {
            content.putLong(0, System.nanoTime()).clear();
            long begin = System.nanoTime();
            while (content.hasRemaining()) {
                channel.write(content, position + content.position());
            }
            channel.force(false);
            histogram.recordValue(System.nanoTime() - begin);
            advance();
        }
        return histogram;
    }

    private void advance() throws IOException {
        position += WRITE_BYTES;
        switch (kind) {
            case PREALLOCATED -> position %= FILE_BYTES;
            case GROWING -> {
                if (position >= MAX_GROWING_BYTES) {
                    channel.truncate(0).force(true);
                    position = 0;
                }
            }
        }
    }
}
