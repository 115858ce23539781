/**
 * The Raft algorithm as a pure, single-threaded machine: {@link io.quorate.core.RaftCore#step one event in, effects
 * out}.
 *
 * <p>What belongs here is whatever the members agree on and how: elections, replication, commitment, linearizable
 * reads, leadership transfer, snapshot transfer. What does not: I/O, threads, clocks, ambient randomness, and the
 * content of entries. The core names ranges of the log; the engine fills them with bytes.
 */
@NullMarked
package io.quorate.core;

import org.jspecify.annotations.NullMarked;
