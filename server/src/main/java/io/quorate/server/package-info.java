/**
 * The etcd v3 API over the engine and the key-value store; what is agreed and what it means is decided below, in those two.
 */
@NullMarked
package io.quorate.server;

import org.jspecify.annotations.NullMarked;
