/**
 * The write-ahead log: entries and hard state in checksummed, preallocated segments, and the in-memory view of them.
 *
 * <p>What belongs here is how the log is kept, read, recovered and compacted. What does not: which entries are right
 * (core), and what they mean (the application).
 */
@NullMarked
package io.quorate.engine.log;

import org.jspecify.annotations.NullMarked;
