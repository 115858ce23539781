package io.quorate.cli;

import io.quorate.server.report.Diagnosis;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quorate why}: why there is no leader, why writes are slow, why a member is behind. */
@Command(
        name = "why",
        description = {
            "Explains in plain words why there is no leader, why writes are slow, or why a member is behind.",
            "The most urgent comes first, each with what to do about it. Every member is asked, and no leader is needed:",
            "one endpoint that answers is enough.",
            "Exits with 0 if nothing is wrong, with 1 if something is."
        },
        footer = {"", "Example:", "  quorate why --endpoints 127.0.0.1:2379"})
final class WhyCommand implements Callable<Integer> {

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Diagnosis diagnosis = Diagnosis.of(AskedCluster.ask(client));
        return DiagnosisOutput.print(spec.commandLine().getOut(), client.json(), diagnosis);
    }
}
