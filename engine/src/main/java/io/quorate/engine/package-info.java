/**
 * Running Raft: the node loop, the application's {@link io.quorate.engine.StateMachine} port, and what is needed to embed
 * a member in a program of one's own.
 *
 * <p>What belongs here is execution: the order of effects, who waits for what, the threads. What does not: the
 * algorithm (core), and the meaning of commands (the application).
 */
@NullMarked
package io.quorate.engine;

import org.jspecify.annotations.NullMarked;
