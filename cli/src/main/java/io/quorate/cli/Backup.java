package io.quorate.cli;

import io.quorate.cli.SnapshotTransfer.Origin;
import io.quorate.encryption.MasterKeys;
import io.quorate.server.bolt.BoltException;
import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.Operation;
import io.quorate.server.snapshot.InvalidSnapshotException;
import io.quorate.server.snapshot.SnapshotChecksum;
import io.quorate.server.snapshot.SnapshotStatus;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** Makes one backup after the other in a folder: takes a snapshot, verifies it, keeps it, and deletes what is too old. For one thread. */
final class Backup {

    /**
     * What there must be room for, in multiples of the snapshot: the file itself, and what it is restored to. That was 1.8 times
     * the file at most in between, a log of 32 MiB left out, when RocksDB had it twice.
     */
    private static final int ROOM = 4;

    private final ClientOptions client;
    private final BackupFolder folder;
    private final int keep;
    private final Optional<MasterKeys> keys;
    private final TransferProgress progress;
    private final PrintWriter err;
    private final InstantSource clock;

    /**
     * @param keep how many backups stay
     * @param keys what is kept is sealed with them, if there are any
     * @param err is told how far it is, and what of the cluster is not well
     */
    Backup(
            ClientOptions client,
            BackupFolder folder,
            int keep,
            Optional<MasterKeys> keys,
            PrintWriter err,
            InstantSource clock) {
        this.client = client;
        this.folder = folder;
        this.keep = keep;
        this.keys = keys;
        this.progress = TransferProgress.on(err);
        this.err = err;
        this.clock = clock;
    }

    /**
     * A backup that was made, good or not.
     *
     * @param deleted the names of those that were too old
     */
    record Made(BackupManifest manifest, Duration took, List<String> deleted, CopyOperation.OnRecord onRecord) {}

    /** @throws CommandFailed if there is no backup, not even one that is not good; nothing is left of it then */
    Made make() {
        try (CopyOperation operation = CopyOperation.begin(client, err, "backup --to " + folder.path())) {
            try {
                return make(operation);
            } catch (CommandFailed e) {
                operation.failed(e);
                throw e;
            }
        }
    }

    private Made make(CopyOperation operation) {
        long begin = System.nanoTime();
        Instant takenAt = clock.instant();
        try (PartialFile file = folder.begin(keys)) {
            SnapshotTransfer.Room room =
                    bytes -> FreeRoom.require(folder.path(), ROOM * bytes, "a backup while it is verified");
            Origin origin = new SnapshotTransfer(client, progress, room).into(file);
            operation.hasRoom("there is room in " + folder.path() + " for it, and to restore it there");
            operation.did(
                    "take a snapshot of " + origin.endpoint().getAuthority(),
                    Files.size(file.path()) + " bytes",
                    begin);
            long judgeNanos = System.nanoTime();
            BackupManifest manifest = judge(file.path(), takenAt, origin);
            if (Thread.currentThread().isInterrupted()) {
                throw new CommandFailed(ExitCode.FAILED, "interrupted; nothing was kept");
            }
            folder.keep(file, manifest);
            // What has gone wrong is no reason to give up what was good.
            List<String> deleted = folder.prune(keep, manifest.name(), origin.clusterId());
            Duration took = Duration.ofNanos(System.nanoTime() - begin);
            return new Made(manifest, took, deleted, end(operation, manifest, judgeNanos));
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILED, "the backup cannot be written to " + folder.path() + ": " + e, e);
        }
    }

    private static CopyOperation.OnRecord end(CopyOperation operation, BackupManifest manifest, long judgeNanos) {
        String kept = "kept as " + manifest.name().file();
        switch (manifest.verdict()) {
            case BackupVerdict.Verified verified ->
                operation.found(
                        "restore",
                        Check.Verdict.FINE,
                        "restored, it has the " + verified.keys() + " keys and the hash "
                                + Long.toHexString(verified.hash()) + " that "
                                + verified.comparedWith().getAuthority() + " has at revision "
                                + manifest.name().revision() + "; digest " + verified.digest(),
                        judgeNanos);
            case BackupVerdict.Wrong wrong ->
                operation.found("restore", Check.Verdict.REFUSED, wrong.why(), judgeNanos);
            case BackupVerdict.Unknown unknown ->
                operation.found("restore", Check.Verdict.WARNING, unknown.why(), judgeNanos);
        }
        return manifest.verdict() instanceof BackupVerdict.Verified
                ? operation.end(Operation.State.DONE, kept + ", and verified")
                : operation.end(Operation.State.FAILED, kept + ", which is not verified");
    }

    private BackupManifest judge(Path file, Instant takenAt, Origin origin) throws IOException {
        SnapshotChecksum checksum = checksum(file, origin);
        Optional<SnapshotStatus> status = Optional.empty();
        BackupVerdict verdict;
        try {
            SnapshotStatus read = SnapshotStatus.read(file, keys);
            status = Optional.of(read);
            verdict = new BackupVerification(client, keys, progress).of(file, read.content(), origin, folder.scratch());
        } catch (BoltException | InvalidSnapshotException e) {
            // It is what the member has sent, so what is wrong with it is wrong at the member: that is worth keeping.
            verdict = new BackupVerdict.Wrong("it cannot be read: " + e.getMessage());
        }
        long revision = status.map(read -> read.content().revision()).orElse(0L);
        boolean verified = verdict instanceof BackupVerdict.Verified;
        return new BackupManifest(
                new BackupName(takenAt, revision, verified),
                origin.endpoint(),
                origin.clusterId(),
                checksum,
                status,
                Files.size(file),
                verdict);
    }

    /** @throws CommandFailed if something else has arrived than was sent: it is not worth keeping */
    private SnapshotChecksum checksum(Path file, Origin origin) throws IOException {
        String what = "what " + origin.endpoint().getAuthority() + " sent has arrived damaged, and was not kept: ";
        try {
            SnapshotChecksum checksum = SnapshotChecksum.read(file, keys);
            if (!checksum.present()) {
                throw new CommandFailed(ExitCode.FAILED, what + "it ends without its checksum");
            }
            return checksum;
        } catch (InvalidSnapshotException e) {
            throw new CommandFailed(ExitCode.FAILED, what + e.getMessage(), e);
        }
    }
}
