package io.quorate.kv;

import java.util.Optional;

/**
 * Sets what is on record beside what always is, and how much is kept. Begins the audit log if it has not begun.
 *
 * @param settings all of them
 * @param expected what they are, as far as whoever changes them knows: if they are others, nothing is changed; empty: whatever they are
 */
public record ChangeAuditSettings(AuditSettings settings, Optional<AuditSettings> expected) implements Command {

    /** Whatever the settings are before. */
    public ChangeAuditSettings(AuditSettings settings) {
        this(settings, Optional.empty());
    }
}
