/**
 * What members send each other, its binary form, and the network that carries it.
 *
 * <p>Delivery is best effort: frames may be lost, never altered unnoticed. Who says what, and when, is not decided here.
 */
@NullMarked
package io.quorate.engine.transport;

import org.jspecify.annotations.NullMarked;
