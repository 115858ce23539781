package io.quorate.kv;

/**
 * A command that is applied together with the record of it, so that there is none without the other. Not proposed before the audit log
 * has begun: from then on every member is known to have a release that reads it.
 *
 * @param origin where it has come from
 * @param command not itself an {@code Audited}
 */
public record Audited(AuditOrigin origin, Command command) implements Command {

    public Audited {
        if (command instanceof Audited) {
            throw new IllegalArgumentException("a command has one origin");
        }
    }
}
