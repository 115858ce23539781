package io.quorate.bench;

import java.util.List;

/**
 * How much load for how long.
 *
 * @param inflight proposals under way at a time, one level after the other
 * @param seconds measured in each repetition
 * @param warmupSeconds before the first repetition of each level, not measured
 * @param repetitions of each level; what is reported are medians over them
 * @param commandBytes size of each command
 */
public record LoadSettings(List<Integer> inflight, int seconds, int warmupSeconds, int repetitions, int commandBytes) {

    /** The least that a command needs to be told from all others. */
    public static final int MIN_COMMAND_BYTES = 16;

    /** 1, 16, 64 and 256 in flight, 256 bytes, three times ten seconds each. */
    public static final LoadSettings DEFAULT = new LoadSettings(List.of(1, 16, 64, 256), 10, 5, 3, 256);

    public LoadSettings {
        inflight = List.copyOf(inflight);
        if (inflight.isEmpty() || inflight.stream().anyMatch(level -> level < 1 || level > 10_000)) {
            throw new IllegalArgumentException("the proposals in flight must be between 1 and 10000");
        }
        if (seconds < 1 || warmupSeconds < 0 || repetitions < 1) {
            throw new IllegalArgumentException("a measurement takes at least one second and one repetition");
        }
        if (commandBytes < MIN_COMMAND_BYTES || commandBytes > 1 << 20) {
            throw new IllegalArgumentException("a command has between " + MIN_COMMAND_BYTES + " and 1048576 bytes");
        }
    }
}
