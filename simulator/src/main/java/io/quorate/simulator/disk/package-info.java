/** The simulated disk of a member: what it keeps in a crash, and what can go wrong with it. */
@NullMarked
package io.quorate.simulator.disk;

import org.jspecify.annotations.NullMarked;
