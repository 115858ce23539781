/**
 * Looking at the data directories of members that do not run, one by one and against each other; nothing is ever written.
 *
 * <p>What belongs here brings log, snapshots and store together, which know nothing of each other where they are read: in
 * {@link io.quorate.engine.log}, {@link io.quorate.engine.snapshot} and {@link io.quorate.kv}. What does not: how findings
 * are printed.
 */
@NullMarked
package io.quorate.server.inspect;

import org.jspecify.annotations.NullMarked;
