package io.quorate.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.quorate.server.proto.managerpb.AuditRule;
import io.quorate.server.proto.managerpb.AuditSettings;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code quorate audit rules}: which access to which keys is on record. */
@Command(
        name = "rules",
        description = {
            "Lists which access to which keys is on record, for all members; 'add' and 'remove' change that.",
            "Everything else that belongs on record is so without a rule. Each write is held against all rules."
        },
        footer = {"", "Example:", "  quorate audit rules add --access write --prefix app/secrets/"})
final class AuditRulesCommand implements Callable<Integer> {

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    static CommandLine commandLine() {
        return new CommandLine(new AuditRulesCommand()).addSubcommand(new Add()).addSubcommand(new Remove());
    }

    @Override
    public Integer call() {
        print(spec.commandLine().getOut(), client, AuditSettingsCalls.get(client));
        return ExitCode.OK;
    }

    private static void print(PrintWriter out, ClientOptions client, AuditSettings settings) {
        if (client.json()) {
            JsonArray rules = new JsonArray();
            settings.getRulesList().forEach(rule -> rules.add(AuditSettingsCalls.text(rule)));
            JsonObject answer = new JsonObject();
            answer.add("rules", rules);
            AuditSettingsCalls.addKept(answer, settings);
            JsonOutput.print(out, answer);
            return;
        }
        Table table = new Table("RULE", "ON RECORD");
        for (int i = 0; i < settings.getRulesCount(); i++) {
            table.add(Integer.toString(i + 1), AuditSettingsCalls.text(settings.getRules(i)));
        }
        table.print(out);
        out.println();
        out.println(AuditSettingsCalls.kept(settings));
    }

    /** {@code quorate audit rules add}. */
    @Command(
            name = "add",
            description = "Puts the access to a key, or to a range of keys, on record from now on.",
            footer = {"", "Example:", "  quorate audit rules add --access write --prefix app/secrets/"})
    static final class Add implements Callable<Integer> {

        /** What is put on record. */
        enum Access {
            read(AuditRule.Access.READ),
            write(AuditRule.Access.WRITE),
            both(AuditRule.Access.READWRITE);

            private final AuditRule.Access access;

            Access(AuditRule.Access access) {
                this.access = access;
            }
        }

        @Mixin
        private final KeyRange range = new KeyRange();

        @Option(names = "--access", paramLabel = "<access>", description = "read, write or both. Default: both")
        private Access access = Access.both;

        @Option(
                names = "--of-user",
                paramLabel = "<name>",
                description = "Only this user's. Default: everybody's",
                defaultValue = "")
        private String ofUser = "";

        @Mixin
        private final ClientOptions client = new ClientOptions();

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            AuditRule rule = AuditRule.newBuilder()
                    .setAccess(access.access)
                    .setKey(range.start())
                    .setRangeEnd(range.end())
                    .setUser(ofUser)
                    .build();
            AuditSettings changed = AuditSettingsCalls.change(
                    client, settings -> settings.toBuilder().addRules(rule).build());
            print(spec.commandLine().getOut(), client, changed);
            return ExitCode.OK;
        }
    }

    /** {@code quorate audit rules remove}. */
    @Command(
            name = "remove",
            description = "Takes a rule away; what is on record by it stays.",
            footer = {"", "Example:", "  quorate audit rules remove 1"})
    static final class Remove implements Callable<Integer> {

        @Parameters(index = "0", paramLabel = "<rule>", description = "Its number, as 'quorate audit rules' lists it.")
        private int number;

        @Mixin
        private final ClientOptions client = new ClientOptions();

        @Spec
        private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            AuditSettings changed = AuditSettingsCalls.change(client, this::without);
            print(spec.commandLine().getOut(), client, changed);
            return ExitCode.OK;
        }

        private AuditSettings without(AuditSettings settings) {
            if (number < 1 || number > settings.getRulesCount()) {
                throw CommandFailed.usage("there is no rule " + number + "; 'quorate audit rules' lists them");
            }
            return settings.toBuilder().removeRules(number - 1).build();
        }
    }
}
