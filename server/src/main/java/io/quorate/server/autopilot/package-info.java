/**
 * What the member that leads does to keep the cluster as a policy wants it. The rules are pure functions of what the leader knows; only
 * {@link io.quorate.server.autopilot.Autopilot} has a memory, and nothing here has a thread.
 */
@NullMarked
package io.quorate.server.autopilot;

import org.jspecify.annotations.NullMarked;
