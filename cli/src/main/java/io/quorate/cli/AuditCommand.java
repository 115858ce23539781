package io.quorate.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quorate audit}: the parent of all that is done with the audit log. */
@Command(
        name = "audit",
        description = {
            "Tells who did what to a cluster, from where, and with which result; and whether anybody has changed that"
                    + " record.",
            "",
            "'quorate audit <command> --help' explains each command. With users, all of it is for root alone."
        },
        footer = {
            "",
            "Examples:",
            "  quorate audit list --since 1h --kind authentication",
            "  quorate audit export --to audit.jsonl",
            "  quorate audit verify audit.jsonl",
            "  quorate audit rules add --access write --prefix app/secrets/"
        })
final class AuditCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    static CommandLine commandLine() {
        return new CommandLine(new AuditCommand())
                .addSubcommand(new AuditListCommand())
                .addSubcommand(new AuditExportCommand())
                .addSubcommand(new AuditVerifyCommand())
                .addSubcommand(AuditRulesCommand.commandLine())
                .addSubcommand(new AuditKeepCommand());
    }

    @Override
    public Integer call() {
        throw CommandFailed.noSubcommand(spec, "say what to do with the audit log");
    }
}
