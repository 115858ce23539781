package io.quorate.core;

/** An entry's place in the log: its index, and the term in which a leader appended it. */
public record EntryId(long term, long index) {}
