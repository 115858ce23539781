/**
 * What is small enough to be tried in all its cases, instead of drawn: a crash at every operation of the disk, and every
 * way in which the copies of a short log can be damaged.
 */
@NullMarked
package io.quorate.simulator.enumeration;

import org.jspecify.annotations.NullMarked;
