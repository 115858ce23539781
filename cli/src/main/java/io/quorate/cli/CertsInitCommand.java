package io.quorate.cli;

import io.quorate.server.certs.CertificateAuthority;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quorate certs init}: makes a CA. */
@Command(
        name = "init",
        description = {
            "Makes a CA: ca.crt, which members and clients are to trust, ca.key, and ca.crl, in which nothing is revoked yet.",
            "Whoever can read ca.key can be anybody: keep the folder on a machine that is no member."
        },
        footer = {"", "Example:", "  quorate certs init --dir certs"})
final class CertsInitCommand implements Callable<Integer> {

    @Mixin
    private final CertsOptions certs = new CertsOptions();

    @Option(
            names = "--name",
            paramLabel = "<name>",
            description = "What the CA is called. Default: ${DEFAULT-VALUE}",
            defaultValue = "Quorate CA")
    private String name = "";

    @Option(
            names = "--days",
            paramLabel = "<n>",
            description = "How long it is valid. Default: ${DEFAULT-VALUE}",
            defaultValue = "3650")
    private int days;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        certs.run(folder -> {
            CertificateAuthority authority = folder.init(name, CertsOptions.days(days));
            CertsOptions.print(out, folder.authorities(), authority.certificate());
        });
        return ExitCode.OK;
    }
}
