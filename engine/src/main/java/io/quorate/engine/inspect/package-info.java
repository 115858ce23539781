/**
 * What looking at a member's files found: plain data, for whoever reports it or mends it.
 *
 * <p>What belongs here is the form of a finding. What does not: how files are read, which is known where they are written,
 * in {@link io.quorate.engine.log} and {@link io.quorate.engine.snapshot}.
 */
@NullMarked
package io.quorate.engine.inspect;

import org.jspecify.annotations.NullMarked;
