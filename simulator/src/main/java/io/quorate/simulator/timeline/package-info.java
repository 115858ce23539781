/** The picture of a run: who did what when, and who told whom. */
@NullMarked
package io.quorate.simulator.timeline;

import org.jspecify.annotations.NullMarked;
