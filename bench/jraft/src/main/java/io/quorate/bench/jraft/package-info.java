/** The baseline: SOFAJRaft under the load that Quorate's engine is measured with, and the comparison of both. */
@NullMarked
package io.quorate.bench.jraft;

import org.jspecify.annotations.NullMarked;
