package io.quorate.kv;

/**
 * One change as the store's history has it.
 *
 * @param revision at which it was made
 * @param sub its place among the changes of that revision, from 0
 * @param deletion whether the key was deleted; of the pair, only the key and the revision mean anything then
 * @param kv what the key was from then on
 */
public record StoredChange(long revision, int sub, boolean deletion, KeyValue kv) {}
