/**
 * The disk port: everything that touches files goes through {@link io.quorate.engine.disk.Disk}, so that a simulator can
 * stand in for it, and the data directory with its identity.
 *
 * <p>What belongs here is how bytes get into files durably. What does not: what the bytes mean.
 */
@NullMarked
package io.quorate.engine.disk;

import org.jspecify.annotations.NullMarked;
