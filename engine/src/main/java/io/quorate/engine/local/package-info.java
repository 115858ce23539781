/**
 * A whole cluster in one process, for tests and for trying things out: real log, real network, a firewall between the
 * members.
 */
@NullMarked
package io.quorate.engine.local;

import org.jspecify.annotations.NullMarked;
