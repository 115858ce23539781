package io.quorate.kv;

import java.util.OptionalLong;

/**
 * How far a store is sealed as it should be.
 *
 * @param masterKeyId the master key that all its data keys are wrapped with
 * @param dataKeys how many data keys there are
 * @param settled whether nothing is left that is plain, or sealed with a data key that is not wanted any more
 * @param left how many values are, roughly; empty as long as they are not counted
 */
public record SealProgress(String masterKeyId, int dataKeys, boolean settled, OptionalLong left) {}
