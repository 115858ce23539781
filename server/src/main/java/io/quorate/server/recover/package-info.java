/**
 * What is left of a cluster that has lost its quorum: which survivor to go on from, and what becomes of the entries. Everything
 * here only looks; {@code NewEpoch} makes the cluster that goes on.
 */
@NullMarked
package io.quorate.server.recover;

import org.jspecify.annotations.NullMarked;
