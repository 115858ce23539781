/** The clients of a run: what they ask for, how they time out and try again, and what they remember of it. */
@NullMarked
package io.quorate.simulator.workload;

import org.jspecify.annotations.NullMarked;
