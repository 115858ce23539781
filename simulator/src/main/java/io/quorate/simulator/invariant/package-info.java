/** What must hold after every step of a run, one class for each; none changes what it looks at. */
@NullMarked
package io.quorate.simulator.invariant;

import org.jspecify.annotations.NullMarked;
