package io.quorate.cli;

import io.quorate.server.certs.CertificateRequest;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quorate certs client}: issues a certificate for a client. */
@Command(
        name = "client",
        description = {
            "Issues a certificate for a client: <user>.crt and <user>.key, good for dialing members, and for nothing else.",
            "Where the cluster has users and the members run with --client-cert-auth, the client is the user of that name."
        },
        footer = {"", "Example:", "  quorate certs client root"})
final class CertsClientCommand implements Callable<Integer> {

    @Mixin
    private final CertsOptions certs = new CertsOptions();

    @Parameters(index = "0", paramLabel = "<user>", description = "The user, or any name where there are no users.")
    private String user = "";

    @Option(
            names = "--days",
            paramLabel = "<n>",
            description = "How long it is valid. Default: ${DEFAULT-VALUE}",
            defaultValue = "365")
    private int days;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        certs.run(folder -> CertsOptions.print(
                out,
                folder.certificate(user),
                folder.issue(user, CertificateRequest.ofClient(user, CertsOptions.days(days)))));
        return ExitCode.OK;
    }
}
