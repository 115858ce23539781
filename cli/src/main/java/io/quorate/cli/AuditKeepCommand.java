package io.quorate.cli;

import com.google.gson.JsonObject;
import io.quorate.server.proto.managerpb.AuditSettings;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quorate audit keep}: how much of what is on record the members keep. */
@Command(
        name = "keep",
        description = {
            "Sets how many records the members keep, and how many bytes of them: the oldest make room. That they were"
                    + " given up is on",
            "record, with the hash of the last one, so that the rest can still be verified. Export them before."
        },
        footer = {"", "Example:", "  quorate audit keep --records 1000000"})
final class AuditKeepCommand implements Callable<Integer> {

    private static final long NOT_GIVEN = 0;

    @Option(names = "--records", paramLabel = "<n>", description = "How many records. At first: 100000")
    private long records = NOT_GIVEN;

    @Option(names = "--bytes", paramLabel = "<n>", description = "How many bytes of them. At first: 67108864")
    private long bytes = NOT_GIVEN;

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        if (records < 0 || bytes < 0 || (records == NOT_GIVEN && bytes == NOT_GIVEN)) {
            throw CommandFailed.usage("say how much is to be kept, with --records or --bytes and a number above 0");
        }
        AuditSettings changed = AuditSettingsCalls.change(client, this::changed);
        if (client.json()) {
            JsonObject answer = new JsonObject();
            AuditSettingsCalls.addKept(answer, changed);
            JsonOutput.print(spec.commandLine().getOut(), answer);
        } else {
            spec.commandLine().getOut().println(AuditSettingsCalls.kept(changed));
        }
        return ExitCode.OK;
    }

    private AuditSettings changed(AuditSettings settings) {
        AuditSettings.Builder changed = settings.toBuilder();
        if (records != NOT_GIVEN) {
            changed.setMaxRecords(records);
        }
        if (bytes != NOT_GIVEN) {
            changed.setMaxBytes(bytes);
        }
        return changed.build();
    }
}
