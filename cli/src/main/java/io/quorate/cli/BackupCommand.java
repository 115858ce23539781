package io.quorate.cli;

import com.google.gson.JsonObject;
import io.quorate.cli.Backup.Made;
import io.quorate.encryption.MasterKeys;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code quorate backup}: saves snapshots of a running cluster at intervals, and restores each to see whether it is good. */
@Command(
        name = "backup",
        description = {
            "Saves snapshots of a running cluster at intervals, and restores each to see whether it is good.",
            "",
            "Each is restored into a scratch directory, and its keys, revision and hash are compared with what the"
                    + " cluster",
            "says it had at that revision. Those that agree are kept as quorate-<time>-r<revision>.db, the newest"
                    + " --keep of",
            "them; one that does not is kept as .db.unverified, and no other is deleted for it. Beside each lies a"
                    + " .json that",
            "says what it is. 'quorate snapshot restore' and 'etcdctl snapshot restore' take them.",
            "",
            "A backup that fails is tried again after 10 s, and after pauses that grow up to the interval. With --once"
                    + " the",
            "exit code says what has become of it: 0 verified, 1 failed or not good, 3 no member reached, 5 not"
                    + " compared.",
            "Where the cluster has users, it takes one with the role root.",
            "",
            "With --encryption-key-file the files are encrypted, and so is the scratch directory; whoever restores"
                    + " them gives",
            "the same ring, and etcdctl cannot read them."
        },
        footer = {"", "Example:", "  quorate backup --to backups --every 1h --keep 24"})
final class BackupCommand implements Callable<Integer> {

    private static final Duration SHORTEST = Duration.ofSeconds(1);

    private final OutputStream logStream;

    @Option(names = "--to", required = true, paramLabel = "<directory>", description = "Where backups are kept.")
    private Path directory = Path.of("");

    @Option(
            names = "--every",
            paramLabel = "<time>",
            description = "The interval, such as 30m or 1h, from one's beginning to the next one's. Default:"
                    + " ${DEFAULT-VALUE}",
            defaultValue = "1h",
            converter = ClientOptions.TimeConverter.class)
    private Duration every = Duration.ZERO;

    @Option(
            names = "--keep",
            paramLabel = "<n>",
            description = "How many of this cluster's backups are kept, at least 1. Default: ${DEFAULT-VALUE}",
            defaultValue = "24")
    private int keep;

    @Option(names = "--once", description = "Makes one backup, now, and ends: for cron and its like.")
    private boolean once;

    @Mixin
    private KeyOptions encryption = new KeyOptions();

    @Mixin
    private final ClientOptions client = new ClientOptions();

    @Spec
    private CommandSpec spec = CommandSpec.create();

    /** @param logStream where the log goes */
    BackupCommand(OutputStream logStream) {
        this.logStream = logStream;
    }

    @Override
    @SuppressWarnings("try") // What ends it cleanly is named to be closed.
    public Integer call() {
        LogOutput.to(logStream, LogLevel.ERROR);
        if (keep < 1) {
            throw CommandFailed.usage("--keep is " + keep + "; at least 1 backup has to be kept");
        }
        if (every.compareTo(SHORTEST) < 0) {
            throw CommandFailed.usage("--every is " + every.toMillis() + " ms; at least 1 s is needed");
        }
        client.endpointUrls();
        Optional<MasterKeys> keys = encryption.keys();
        try (CleanEnd end = CleanEnd.ofThisThread();
                BackupFolder folder = BackupFolder.open(directory)) {
            Backup backup =
                    new Backup(client, folder, keep, keys, spec.commandLine().getErr(), InstantSource.system());
            return once ? makeOne(backup) : repeat(backup);
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILED, directory + " cannot be used for backups: " + e, e);
        }
    }

    private int makeOne(Backup backup) {
        try {
            return make(backup);
        } catch (CommandFailed e) {
            printJson(e);
            throw e;
        }
    }

    private int repeat(Backup backup) {
        try {
            new BackupSchedule(every, new SystemPace()).follow(() -> isGood(backup), this::printRetry);
        } catch (InterruptedException e) {
            // The process was asked to end, and nothing is under way any more.
            Thread.currentThread().interrupt();
        }
        return ExitCode.OK;
    }

    private boolean isGood(Backup backup) {
        try {
            return make(backup) == ExitCode.OK;
        } catch (CommandFailed e) {
            if (!Thread.currentThread().isInterrupted()) {
                printJson(e);
                spec.commandLine().getErr().println(spec.qualifiedName() + ": " + e.getMessage());
            }
            return false;
        }
    }

    private int make(Backup backup) {
        Made made = backup.make();
        PrintWriter out = spec.commandLine().getOut();
        if (client.json()) {
            JsonObject json = made.manifest().json();
            json.addProperty("seconds", made.took().toMillis() / 1000.0);
            json.add("deleted", JsonOutput.texts(made.deleted()));
            JsonOutput.addOnRecord(json, made.onRecord());
            JsonOutput.print(out, json);
        } else {
            out.println(made.manifest().line()
                    + String.format(Locale.ROOT, ", %.1f s: ", made.took().toMillis() / 1000.0)
                    + made.manifest().name().file()
                    + " (" + made.onRecord().text() + ")");
        }
        return made.manifest().verdict().exitCode();
    }

    private void printJson(CommandFailed failed) {
        if (client.json()) {
            JsonObject json = new JsonObject();
            json.addProperty("failed_at", Instant.now().toString());
            json.addProperty("verified", false);
            json.addProperty("failure", failed.getMessage());
            JsonOutput.print(spec.commandLine().getOut(), json);
        }
    }

    private void printRetry(Duration pause) {
        spec.commandLine().getErr().println(spec.qualifiedName() + ": trying again in " + pause.toSeconds() + " s");
    }

    /** The time of this machine. */
    private static final class SystemPace implements BackupSchedule.Pace {

        @Override
        public long nanoTime() {
            return System.nanoTime();
        }

        @Override
        public void sleep(Duration duration) throws InterruptedException {
            TimeUnit.NANOSECONDS.sleep(duration.toNanos());
        }
    }
}
