package io.quorate.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import org.HdrHistogram.Histogram;

/** Measures what durability costs on this machine: one write and fdatasync after the other, in a preallocated file. */
public final class DiskProbe {

    private static final int WRITE_BYTES = 4096;
    private static final int FILE_BYTES = 16 << 20;

    private DiskProbe() {}

    /**
     * Measures for a while, after a tenth of that unmeasured.
     *
     * @param folder on the disk in question; left as it was
     */
    public static DiskResult run(Path folder, Duration time) throws IOException {
        Path file = Files.createTempFile(folder, "disk-probe", ".tmp");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer zeros = ByteBuffer.allocateDirect(FILE_BYTES);
            while (zeros.hasRemaining()) {
                channel.write(zeros, zeros.position());
            }
            channel.force(true);
            syncs(channel, time.dividedBy(10));
            long begin = System.nanoTime();
            Histogram histogram = syncs(channel, time);
            double seconds = (System.nanoTime() - begin) / 1e9;
            return new DiskResult(
                    WRITE_BYTES,
                    histogram.getTotalCount() / seconds,
                    histogram.getValueAtPercentile(50) / 1e3,
                    histogram.getValueAtPercentile(99) / 1e3,
                    histogram.getMaxValue() / 1e3);
        } finally {
            Files.delete(file);
        }
    }

    private static Histogram syncs(FileChannel channel, Duration time) throws IOException {
        Histogram histogram = new Histogram(3);
        ByteBuffer content = ByteBuffer.allocateDirect(WRITE_BYTES);
        long end = System.nanoTime() + time.toNanos();
        for (long position = 0; System.nanoTime() - end < 0; position = (position + WRITE_BYTES) % FILE_BYTES) {
            content.putLong(0, System.nanoTime()).clear();
            long begin = System.nanoTime();
            while (content.hasRemaining()) {
                channel.write(content, position + content.position());
            }
            channel.force(false);
            histogram.recordValue(System.nanoTime() - begin);
        }
        return histogram;
    }
}
