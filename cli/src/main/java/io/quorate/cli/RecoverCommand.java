package io.quorate.cli;

import io.quorate.server.NewEpoch;
import io.quorate.server.NewEpoch.Made;
import io.quorate.server.inspect.InspectedMember;
import io.quorate.server.recover.Recovery;
import io.quorate.server.recover.RecoveryReport;
import io.quorate.server.recover.RecoveryReport.Outlook;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quorate recover}: goes on from the best survivor of a cluster that has lost its quorum. */
@Command(
        name = "recover",
        description = {
            "Compares what is left of a cluster that has lost its quorum, and makes a new one of the best survivor.",
            "Without --confirm it only looks: which survivor has most, which entries would be kept, and which are at"
                    + " risk.",
            "",
            "Stop all members, and name every data directory that is left. With --confirm the best survivor becomes"
                    + " the",
            "only member of the cluster's next epoch, in a new directory: keys, revisions, leases, users and alarms"
                    + " stay as",
            "they were, the id of the cluster and of the member become others, and nobody of the old epoch is let in."
                    + " The",
            "directories that are named are never changed. What to do next is printed.",
            "",
            "Ends with 1, and changes nothing, if a quorum is left, or if there is none to go on from."
        },
        footer = {
            "",
            "Examples:",
            "  quorate recover --data-dir a.data --confirm",
            "  quorate recover --data-dir a.data --data-dir b.data"
        })
final class RecoverCommand implements Callable<Integer> {

    private final OutputStream logStream;

    @Option(
            names = "--data-dir",
            required = true,
            paramLabel = "<directory>",
            description = "A survivor's data directory; once for each.")
    private List<Path> directories = new ArrayList<>();

    @Option(names = "--confirm", description = "Makes the next epoch of the cluster, of the best survivor.")
    private boolean confirm;

    @Option(names = "--force", description = "With --confirm: goes on in spite of the doubts that the report lists.")
    private boolean force;

    @Option(
            names = "--state-only",
            description = {
                "Goes on from what a member's store has applied, where logs have lost their ends and no",
                "intact one has as much: whatever stood behind it is given up. Without --confirm: shows",
                "what that comes to."
            })
    private boolean stateOnly;

    @Option(
            names = "--new-data-dir",
            paramLabel = "<directory>",
            description =
                    "Where to make it. Default: beside the survivor's directory, with .epoch-<number> behind its name")
    private Optional<Path> newDirectory = Optional.empty();

    @Option(names = "--json", description = "Prints one JSON object instead of text.")
    private boolean json;

    @Mixin
    private KeyOptions keys = new KeyOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** @param logStream where the log goes */
    RecoverCommand(OutputStream logStream) {
        this.logStream = logStream;
    }

    @Override
    public Integer call() {
        LogOutput.to(logStream, LogLevel.ERROR);
        if (!confirm && (force || newDirectory.isPresent())) {
            throw CommandFailed.usage("--force and --new-data-dir say how to go on, and need --confirm");
        }
        PrintWriter out = spec.commandLine().getOut();
        try (Recovery recovery = Recovery.of(named(), stateOnly, keys.keys())) {
            RecoveryReport report = recovery.report();
            Optional<Made> made = Optional.empty();
            if (!json) {
                RecoveryText.print(report, out);
            }
            if (confirm) {
                TransferProgress progress =
                        TransferProgress.on(spec.commandLine().getErr());
                made = Optional.of(NewEpoch.make(
                        recovery, place(report), force, Asker.ofThisProcess(), progress.during("copied")));
            }
            if (json) {
                JsonOutput.print(out, RecoveryJson.object(report, made));
            } else {
                RecoveryText.printEnd(report, made, out);
            }
            return made.isPresent() || isPossible(report) ? ExitCode.OK : ExitCode.FAILED;
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILED, message(e), e);
        }
    }

    private static boolean isPossible(RecoveryReport report) {
        return report.outlook().filter(Outlook::needed).isPresent();
    }

    private static String message(IOException e) {
        return e.getMessage() == null ? e.toString() : e.getMessage();
    }

    private SortedMap<String, Path> named() throws IOException {
        SortedMap<String, Path> named = new TreeMap<>();
        Map<Path, Path> real = new HashMap<>();
        for (Path directory : directories) {
            if (!Files.isDirectory(directory) || !InspectedMember.isMember(directory)) {
                throw CommandFailed.usage(directory + " is no member's data directory; name those that are left");
            }
            Path same = real.putIfAbsent(directory.toRealPath(), directory);
            if (same != null) {
                throw CommandFailed.usage(same + " and " + directory + " are the same directory; name it once");
            }
            named.put(directory.toString(), directory);
        }
        return named;
    }

    private Path place(RecoveryReport report) {
        return newDirectory.orElseGet(() -> report.outlook()
                .map(outlook -> NewEpoch.usualPlace(Path.of(outlook.directory()), report.epoch()))
                .orElse(Path.of("")));
    }
}
