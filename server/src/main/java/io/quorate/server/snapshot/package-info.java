/**
 * Snapshots as etcd's: made of a member's store, and made into one. Both ways all that is in a store goes along: keys with
 * their whole history, leases, alarms, users and roles.
 */
@NullMarked
package io.quorate.server.snapshot;

import org.jspecify.annotations.NullMarked;
