/**
 * The simulated network between members, and what can go wrong with it. No fault plan is drawn here: links are told what to
 * do.
 */
@NullMarked
package io.quorate.simulator.network;

import org.jspecify.annotations.NullMarked;
