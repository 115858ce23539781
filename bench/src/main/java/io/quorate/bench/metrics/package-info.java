/** Members' metrics, as they are read over HTTP in the text format of Prometheus, and what they say. */
@NullMarked
package io.quorate.bench.metrics;

import org.jspecify.annotations.NullMarked;
