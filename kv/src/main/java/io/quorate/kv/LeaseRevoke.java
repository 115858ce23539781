package io.quorate.kv;

/** Ends a lease because a client wants it, and deletes its keys in one revision. */
public record LeaseRevoke(long id) implements Command {}
