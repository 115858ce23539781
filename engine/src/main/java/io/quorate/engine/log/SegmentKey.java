package io.quorate.engine.log;

import io.quorate.encryption.DataKey;
import io.quorate.encryption.WrappedKey;

/**
 * What a segment is sealed with.
 *
 * @param key the segment's own
 * @param wrapped as it lies in the segment's file
 */
record SegmentKey(DataKey key, WrappedKey wrapped) {}
