package io.quorate.server.members;

import java.time.Duration;

/**
 * The times that a member reckons with.
 *
 * @param tick by which a node counts how long it has not heard of another
 * @param electionTimeout the time after which one that was not heard of is taken to be gone
 * @param patience how long a request is worked at
 */
public record ServerTiming(Duration tick, Duration electionTimeout, Duration patience) {}
