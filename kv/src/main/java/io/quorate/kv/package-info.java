/**
 * What the replicated commands mean: a multi-version key-value store with etcd's revisions, transactions and ranges.
 *
 * <p>Here belong the commands that go through the log, their encoding, the rules by which they are judged and applied,
 * and the ordered store that holds the result. Neither gRPC nor Raft belongs here: the store is handed committed commands
 * with their log indexes and neither knows nor asks where those come from.
 */
@NullMarked
package io.quorate.kv;

import org.jspecify.annotations.NullMarked;
