package io.quorate.kv;

/**
 * Where a command has come from, for the record of it.
 *
 * @param millis the time since 1970, by the clock of the member that proposed it
 * @param member that proposed it
 * @param address of the client that asked for it; empty if that is not known
 */
public record AuditOrigin(long millis, long member, String address) {}
