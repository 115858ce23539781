package io.quorate.kv;

/** Sets what is on record beside what always is, and how much is kept. Begins the audit log if it has not begun. */
public record ChangeAuditSettings(AuditSettings settings) implements Command {}
