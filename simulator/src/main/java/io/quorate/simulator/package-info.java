/**
 * A whole cluster on one thread, under virtual time and one seed: the production engine and store over a simulated clock,
 * disk and network.
 *
 * <p>What belongs here: the simulated ports, fault plans, invariants, workloads, and what judges a run. What does not:
 * anything that production code needs to run.
 */
@NullMarked
package io.quorate.simulator;

import org.jspecify.annotations.NullMarked;
