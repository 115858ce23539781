/**
 * The services of the etcd v3 API: what a request means in terms of the replicated store, and how its outcome is told.
 *
 * <p>How requests get here is the affair of {@code io.quorate.server.wire}, what the store makes of them that of
 * {@code io.quorate.kv}.
 */
@NullMarked
package io.quorate.server.api;

import org.jspecify.annotations.NullMarked;
