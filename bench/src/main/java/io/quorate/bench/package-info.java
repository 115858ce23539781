/**
 * Measures: load, latency percentiles, what an operation costs, and what the machine's disk allows. Here
 * belongs what produces and reports figures; what is measured lies elsewhere and knows nothing of it.
 */
@NullMarked
package io.quorate.bench;

import org.jspecify.annotations.NullMarked;
