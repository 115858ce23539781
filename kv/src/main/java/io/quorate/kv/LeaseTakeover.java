package io.quorate.kv;

/**
 * A leader takes over the leases: from here on in the log, nothing counts any more that an earlier one says of their time.
 *
 * @param term that it leads
 */
public record LeaseTakeover(long term) implements Command {}
