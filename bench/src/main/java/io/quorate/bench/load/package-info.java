/**
 * Load on an etcd v3 endpoint, whoever's: connections, clients, what they ask for and when, and what came of it. Here belongs
 * what a client of a cluster can do and see; it knows the wire and nothing of any server.
 */
@NullMarked
package io.quorate.bench.load;

import org.jspecify.annotations.NullMarked;
