/**
 * What goes wrong in a run, as plain data: drawn from the seed, so that a plan can be shown, cut down, and replayed.
 */
@NullMarked
package io.quorate.simulator.fault;

import org.jspecify.annotations.NullMarked;
