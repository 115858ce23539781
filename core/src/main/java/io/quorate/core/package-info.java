/**
 * The Raft algorithm as a pure, single-threaded machine: one event in, effects out.
 */
@NullMarked
package io.quorate.core;

import org.jspecify.annotations.NullMarked;
