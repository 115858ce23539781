/**
 * What a cluster withstands and how fast it commits, by arithmetic alone: of its members as they are, or as a change would leave them.
 * Knows neither members that run nor their reports; what is not known stays unknown, and is never taken for 0.
 */
@NullMarked
package io.quorate.server.quorum;

import org.jspecify.annotations.NullMarked;
