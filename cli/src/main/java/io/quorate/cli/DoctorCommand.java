package io.quorate.cli;

import io.quorate.server.report.Diagnosis;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quorate doctor}: what is wrong, and what could go wrong next. */
@Command(
        name = "doctor",
        description = {
            "Looks a cluster over: all that 'quorate why' tells, and what is no trouble yet.",
            "That is: failures that it would not withstand, even numbers of voters, zones, room on disks, releases,",
            "states that are not compared, learners that were never promoted; operations and backups that did not end well,",
            "or were forced; autopilots of different policies. The most urgent comes first. What is not answered is said.",
            "Exits with 0 if there is nothing to tell, with 1 if there is."
        },
        footer = {"", "Example:", "  quorate doctor --endpoints 127.0.0.1:2379"})
final class DoctorCommand implements Callable<Integer> {

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        Diagnosis diagnosis = DoctorQuestions.ask(client);
        return DiagnosisOutput.print(spec.commandLine().getOut(), client.json(), diagnosis);
    }
}
