/**
 * What a load costs the members that run on this machine: processor time, memory, syncs and bytes written, as the system and the
 * members tell. Here belongs what is read from outside of a member's process.
 */
@NullMarked
package io.quorate.bench.cost;

import org.jspecify.annotations.NullMarked;
