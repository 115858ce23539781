package io.quorate.kv;

/**
 * Gives up the history below a revision (etcd's {@code CompactionRequest}).
 *
 * @param revision the oldest revision that stays readable
 * @param physical whether the caller waits until the history is gone from the store; the store itself does not care
 */
public record Compact(long revision, boolean physical) implements Command {}
