/**
 * Changes of who the members are, as etcd's Cluster API asks for them.
 *
 * <p>What belongs here: which changes are allowed and what they lead to, and how they get to the member that leads. What does not:
 * how the members agree on a change (the core), and the form of the API (the package {@code api}).
 */
@NullMarked
package io.quorate.server.members;

import org.jspecify.annotations.NullMarked;
