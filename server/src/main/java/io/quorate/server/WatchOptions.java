package io.quorate.server;

import java.time.Duration;

/**
 * What a member allows those who watch; an instance that exists is valid.
 *
 * @param progressInterval the time without an event after which watches that want to know are told how far they are
 * @param maxPerConnection how many watches a client may have by one connection: each costs this member about a kilobyte; one with a key of
 *     more than that counts as several
 * @param maxInTotal how many watches all clients may have together
 */
public record WatchOptions(Duration progressInterval, int maxPerConnection, int maxInTotal) {

    /** etcd's interval, and far more watches than an honest client has. */
    public static final WatchOptions DEFAULT = new WatchOptions(Duration.ofMinutes(10), 100_000, 1_000_000);

    /** With as many in total as by default. */
    public WatchOptions(Duration progressInterval, int maxPerConnection) {
        this(progressInterval, maxPerConnection, DEFAULT.maxInTotal);
    }

    public WatchOptions {
        if (progressInterval.toMillis() <= 0) {
            throw new IllegalArgumentException(
                    "--experimental-watch-progress-notify-interval is 0; give a time, such as 10m");
        }
        if (maxPerConnection <= 0) {
            throw new IllegalArgumentException(
                    "--max-watches-per-connection is " + maxPerConnection + "; it must be at least 1");
        }
        if (maxInTotal <= 0) {
            throw new IllegalArgumentException("--max-watches is " + maxInTotal + "; it must be at least 1");
        }
    }
}
