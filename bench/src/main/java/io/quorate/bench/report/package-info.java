/**
 * Reports of loads: medians over repetitions, ratios of two targets, as tables, as JSON and as a page. Here belongs what turns
 * figures into something to read, and nothing that measures.
 */
@NullMarked
package io.quorate.bench.report;

import org.jspecify.annotations.NullMarked;
