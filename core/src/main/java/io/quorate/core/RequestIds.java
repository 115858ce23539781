package io.quorate.core;

import java.util.random.RandomGenerator;

/**
 * Ids for requests to a leader, none of which is used twice: not by a retry, and not after a restart either, for which
 * the first is drawn at random from 64 bits (corner case 27).
 */
final class RequestIds {

    private long next;

    RequestIds(RandomGenerator random) {
        next = random.nextLong();
    }

    long fresh() {
        next++;
        return next;
    }
}
