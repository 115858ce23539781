package io.quorate.server;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quorate.core.RoleName;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.FileDisk;
import io.quorate.kv.Bytes;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.ManagedOperation;
import io.quorate.kv.NoteOperation;
import io.quorate.kv.Result;
import io.quorate.server.proto.managerpb.Operation;
import io.quorate.server.proto.managerpb.OperationReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the operation that has made this cluster of a backup or of a survivor on record in it, once: so that whoever asks the cluster
 * later is told that it was restored or recovered, from what and by whom.
 *
 * <p>Each founder has such a note; the one that leads makes the record, and each deletes its note when it sees a record that names this
 * cluster. A leader looks for one after it has caught up with all that leaders before it may have committed, so there is one record
 * as a rule. If a leader's proposal outlives its leadership there can be two, which say the same.
 */
final class FoundingRecord {

    private static final Logger LOG = LoggerFactory.getLogger(FoundingRecord.class);
    private static final long FIRST_DELAY_MILLIS = 100;
    private static final long LAST_DELAY_MILLIS = 10_000;

    private final MemberNode member;
    private final Disk disk;
    private final Operation founding;
    private long delayMillis = FIRST_DELAY_MILLIS;

    private FoundingRecord(MemberNode member, Disk disk, Operation founding) {
        this.member = member;
        this.disk = disk;
        this.founding = founding;
    }

    /** Begins if the data directory has a note of this cluster; ends when it is on record, or the node stops. */
    static void begin(ServerConfig config, long clusterId, MemberNode member) {
        if (config.ephemeral()) {
            return;
        }
        Disk disk;
        Optional<Operation> found;
        try {
            disk = new FileDisk(config.dataDir());
            found = FoundingNote.read(disk);
        } catch (IOException e) {
            LOG.warn("How this cluster was founded cannot be put on record: {}", e.getMessage());
            return;
        }
        found.filter(note -> note.getReport().getFoundedClusterId() == clusterId)
                .ifPresent(note -> new FoundingRecord(member, disk, note).attempt());
    }

    private void attempt() {
        if (member.node().stopCause().isPresent()) {
            return;
        }
        if (isOnRecord()) {
            end();
        } else if (member.node().status().role() == RoleName.LEADER) {
            var unused = member.node()
                    .readIndex()
                    .thenCompose(index ->
                            isOnRecord() ? CompletableFuture.completedFuture(Optional.<Result>empty()) : propose())
                    .whenComplete((result, failure) -> attemptLater());
        } else {
            attemptLater();
        }
    }

    private void attemptLater() {
        CompletableFuture.delayedExecutor(delayMillis, TimeUnit.MILLISECONDS).execute(this::attempt);
        delayMillis = Math.min(LAST_DELAY_MILLIS, 2 * delayMillis);
    }

    private boolean isOnRecord() {
        return member.machine().store().operations().stream().anyMatch(this::isThis);
    }

    private boolean isThis(ManagedOperation operation) {
        try {
            return OperationReport.parseFrom(operation.report().toByteArray()).getFoundedClusterId()
                    == founding.getReport().getFoundedClusterId();
        } catch (InvalidProtocolBufferException e) {
            // Another release's, and not this one.
            return false;
        }
    }

    private CompletableFuture<Optional<Result>> propose() {
        NoteOperation note = NoteOperation.past(
                ManagedOperation.State.DONE,
                founding.getToldMillis(),
                founding.getToldMillis() - founding.getBeganMillis(),
                false,
                Bytes.wrap(founding.getReport().toByteArray()));
        return member.node().propose(ByteBuffer.wrap(CommandCodec.encode(note))).thenApply(Optional::of);
    }

    private void end() {
        try {
            FoundingNote.delete(disk);
        } catch (IOException e) {
            LOG.warn(
                    "{} is on record, and its note stays: {}",
                    founding.getReport().getTitle(),
                    e.toString());
        }
    }
}
