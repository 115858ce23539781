package io.quorate.cli;

import io.quorate.server.report.ClusterReports;
import io.quorate.server.report.Diagnosis;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quorate security status}: what listens, who may connect, until when certificates are good, what is weak in all that, and who attacks. */
@Command(
        name = "status",
        description = {
            "Tells what is weak in a cluster's security, the most urgent first, each with what to do about it; then what listens,",
            "who may connect there, until when certificates are good, which TLS connections were refused lately, what was detected",
            "that looks like an attack, and whose logins failed.",
            "",
            "Every member is asked, and no leader is needed: one endpoint that answers is enough. Whether passwords are weak, or",
            "keys were stolen, nobody can tell by asking. docs/security.md says what is judged.",
            "Exits with 0 if nothing is weak, with 1 if something is."
        },
        footer = {"", "Example:", "  quorate security status --endpoints 127.0.0.1:2379"})
final class SecurityStatusCommand implements Callable<Integer> {

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        ClusterReports cluster = AskedCluster.ask(client);
        Diagnosis weaknesses = Diagnosis.ofSecurity(cluster);
        PrintWriter out = spec.commandLine().getOut();
        if (client.json()) {
            JsonOutput.print(out, SecurityJson.of(cluster, weaknesses));
            return DiagnosisOutput.exitCode(weaknesses);
        }
        int exitCode = DiagnosisOutput.print(out, false, weaknesses);
        SecurityText.print(out, cluster);
        return exitCode;
    }
}
