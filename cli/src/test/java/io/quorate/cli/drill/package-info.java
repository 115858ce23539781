/**
 * Operations on clusters of real processes under load, with a verdict: commands of their own, which take minutes. What belongs into every
 * build stands in the package {@code processes}.
 */
@NullMarked
package io.quorate.cli.drill;

import org.jspecify.annotations.NullMarked;
