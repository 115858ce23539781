package io.quorate.cli;

import io.quorate.cli.SnapshotTransfer.Origin;
import io.quorate.server.bolt.BoltException;
import io.quorate.server.snapshot.InvalidSnapshotException;
import io.quorate.server.snapshot.SnapshotChecksum;
import io.quorate.server.snapshot.SnapshotStatus;
import java.io.IOException;
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
    private final TransferProgress progress;
    private final InstantSource clock;

    /** @param keep how many backups stay */
    Backup(ClientOptions client, BackupFolder folder, int keep, TransferProgress progress, InstantSource clock) {
        this.client = client;
        this.folder = folder;
        this.keep = keep;
        this.progress = progress;
        this.clock = clock;
    }

    /**
     * A backup that was made, good or not.
     *
     * @param deleted the names of those that were too old
     */
    record Made(BackupManifest manifest, Duration took, List<String> deleted) {}

    /** @throws CommandFailed if there is no backup, not even one that is not good; nothing is left of it then */
    Made make() {
        long begin = System.nanoTime();
        Instant takenAt = clock.instant();
        try (PartialFile file = folder.begin()) {
            SnapshotTransfer.Room room =
                    bytes -> FreeRoom.require(folder.path(), ROOM * bytes, "a backup while it is verified");
            Origin origin = new SnapshotTransfer(client, progress, room).into(file);
            BackupManifest manifest = judge(file.path(), takenAt, origin);
            if (Thread.currentThread().isInterrupted()) {
                throw new CommandFailed(ExitCode.FAILED, "interrupted; nothing was kept");
            }
            folder.keep(file, manifest);
            // What has gone wrong is no reason to give up what was good.
            List<String> deleted = folder.prune(keep, manifest.name(), origin.clusterId());
            return new Made(manifest, Duration.ofNanos(System.nanoTime() - begin), deleted);
        } catch (IOException e) {
            throw new CommandFailed(ExitCode.FAILED, "the backup cannot be written to " + folder.path() + ": " + e, e);
        }
    }

    private BackupManifest judge(Path file, Instant takenAt, Origin origin) throws IOException {
        SnapshotChecksum checksum = checksum(file, origin);
        Optional<SnapshotStatus> status = Optional.empty();
        BackupVerdict verdict;
        try {
            SnapshotStatus read = SnapshotStatus.read(file);
            status = Optional.of(read);
            verdict = new BackupVerification(client).of(file, read.content(), origin, folder.scratch());
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
    private static SnapshotChecksum checksum(Path file, Origin origin) throws IOException {
        String what = "what " + origin.endpoint().getAuthority() + " sent has arrived damaged, and was not kept: ";
        try {
            SnapshotChecksum checksum = SnapshotChecksum.read(file);
            if (!checksum.present()) {
                throw new CommandFailed(ExitCode.FAILED, what + "it ends without its checksum");
            }
            return checksum;
        } catch (InvalidSnapshotException e) {
            throw new CommandFailed(ExitCode.FAILED, what + e.getMessage(), e);
        }
    }
}
