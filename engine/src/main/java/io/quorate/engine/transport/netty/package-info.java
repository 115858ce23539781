/**
 * The network between members over TCP, on Netty.
 *
 * <p>What belongs here is connections: who dials whom, the handshake, queues and their bounds, what is logged about
 * them. What does not: the form of frames (the package above) and what they mean.
 */
@NullMarked
package io.quorate.engine.transport.netty;

import org.jspecify.annotations.NullMarked;
