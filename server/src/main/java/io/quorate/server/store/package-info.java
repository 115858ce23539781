/**
 * The key-value store as one member of a cluster has it: the state machine under the log, and the way of writes into the
 * log and of reads around it.
 *
 * <p>What belongs here knows Raft and the store, and nothing of the API that is served with them.
 */
@NullMarked
package io.quorate.server.store;

import org.jspecify.annotations.NullMarked;
