/**
 * Histories of what clients asked and were answered, and whether they are linearizable.
 *
 * <p>What belongs here: the form of a history, its text form, the checker, and how a verdict is shown. What does not: where
 * a history comes from. Knows nothing of Raft.
 */
@NullMarked
package io.quorate.simulator.history;

import org.jspecify.annotations.NullMarked;
