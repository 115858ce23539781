/** Where the time of writes goes, as members tell it in their metrics. */
@NullMarked
package io.quorate.bench.phase;

import org.jspecify.annotations.NullMarked;
