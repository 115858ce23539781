/**
 * Mutants: known bugs of consensus and storage, each put into the real source by an edit of one place, compiled in memory, and
 * hunted by the simulator. They prove that the simulator can fail; production code knows nothing of them.
 */
@NullMarked
package io.quorate.simulator.mutant;

import org.jspecify.annotations.NullMarked;
