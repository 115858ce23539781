/**
 * Quorum arithmetic: who the members are, and what a majority of them (or of both halves of a joint configuration) has
 * decided. A leaf: it knows neither roles nor messages nor the log.
 */
@NullMarked
package io.quorate.core.quorum;

import org.jspecify.annotations.NullMarked;
