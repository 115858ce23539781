package io.quorate.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quorate certs}: the parent of all that makes certificates, and looks at them. */
@Command(
        name = "certs",
        description = {
            "Makes certificates for members and clients, by a small CA of your own, and looks at certificates.",
            "",
            "The CA and what it issues lie in one folder, which belongs on a machine that is no member; each member gets ca.crt,",
            "its own certificate and its own key. docs/security.md says how, and how one CA follows another.",
            "",
            "'quorate certs <command> --help' explains each command."
        },
        footer = {
            "",
            "Examples:",
            "  quorate certs init",
            "  quorate certs member --initial-cluster a=https://10.0.0.1:2380,b=https://10.0.0.2:2380,c=https://10.0.0.3:2380",
            "  quorate certs client root"
        })
final class CertsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    static CommandLine commandLine() {
        return new CommandLine(new CertsCommand())
                .addSubcommand(new CertsInitCommand())
                .addSubcommand(new CertsMemberCommand())
                .addSubcommand(new CertsClientCommand())
                .addSubcommand(new CertsRotateCommand())
                .addSubcommand(new CertsRevokeCommand())
                .addSubcommand(new CertsInspectCommand());
    }

    @Override
    public Integer call() {
        throw CommandFailed.noSubcommand(spec, "say what to do with certificates");
    }
}
