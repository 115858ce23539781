package io.quorate.bench;

import com.google.gson.annotations.SerializedName;
import java.util.Locale;

/**
 * What one thread gets out of the disk that the members write to.
 *
 * @param file what is written to
 * @param writeBytes written before each fdatasync
 * @param syncsPerSecond of write and fdatasync
 * @param p50Micros of one write and fdatasync
 */
public record DiskResult(
        File file, int writeBytes, double syncsPerSecond, double p50Micros, double p99Micros, double maxMicros) {

    /** What is written to. */
    public enum File {

        /** One that was filled before: a sync has nothing but content to write. */
        @SerializedName("preallocated")
        PREALLOCATED("preallocated"),

        /** One that each write makes longer: a sync writes its length and where it lies, too. */
        @SerializedName("growing")
        GROWING("growing");

        private final String text;

        File(String text) {
            this.text = text;
        }
    }

    /** One line of text. */
    public String line() {
        return String.format(
                Locale.ROOT,
                "disk: write of %d bytes and fdatasync in a %s file: p50 %.0f us, p99 %.0f us, max %.0f us, %.0f a second",
                writeBytes,
                file.text,
                p50Micros,
                p99Micros,
                maxMicros,
                syncsPerSecond);
    }
}
