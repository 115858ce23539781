package io.quorate.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code quorate members}: the parent of all that says or changes who the members are. */
@Command(
        name = "members",
        description = {
            "Says who the members of a running cluster are, and changes that.",
            "",
            "Each change looks first whether the cluster is well enough for it, and shows afterwards that the members have the",
            "same log and state, and how many may fail. New members come as learners, and vote when they have the log.",
            "",
            "'quorate members <command> --help' explains each command."
        },
        footer = {
            "",
            "Examples:",
            "  quorate members list",
            "  quorate members apply members.yaml --dry-run",
            "  quorate members add d --peer-urls http://10.0.0.4:2380"
        })
final class MembersCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec = CommandSpec.create();

    static CommandLine commandLine() {
        return new CommandLine(new MembersCommand())
                .addSubcommand(new MembersListCommand())
                .addSubcommand(new MembersAddCommand())
                .addSubcommand(new MembersPromoteCommand())
                .addSubcommand(new MembersRemoveCommand())
                .addSubcommand(new MembersUpdateCommand())
                .addSubcommand(new MembersReplaceCommand())
                .addSubcommand(new MembersApplyCommand());
    }

    @Override
    public Integer call() {
        throw CommandFailed.noSubcommand(spec, "say what to do with the members");
    }
}
