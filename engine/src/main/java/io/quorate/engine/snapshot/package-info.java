/**
 * Snapshots: folders of files with a manifest of checksums, how they are written, received in pieces, and read.
 *
 * <p>What the files mean is the state machine's affair.
 */
@NullMarked
package io.quorate.engine.snapshot;

import org.jspecify.annotations.NullMarked;
