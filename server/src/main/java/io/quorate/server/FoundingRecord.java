package io.quorate.server;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.Disk;
import io.quorate.engine.disk.FileDisk;
import io.quorate.kv.Bytes;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.ManagedOperation;
import io.quorate.kv.NoteOperation;
import io.quorate.kv.Result;
import io.quorate.server.audit.OwnDeeds;
import io.quorate.server.operations.FoundingProof;
import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.Operation;
import io.quorate.server.proto.managerpb.OperationReport;
import io.quorate.server.store.StateComparison;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the operation that has made this cluster of a backup or of a survivor on record in it, once: so that whoever asks the cluster
 * later is told that it was restored or recovered, from what and by whom, and what was verified of it.
 *
 * <p>Each founder has such a note; the one that leads makes the record, and each deletes its note when it sees a record that names this
 * cluster. A leader looks for one after it has caught up with all that leaders before it may have committed, so there is one record
 * as a rule. If a leader's proposal outlives its leadership there can be two, which say the same. Once so many operations have come
 * after the founding that its record has made room for them, it is not made anew. It waits a while for the audit log to begin, to be in it too.
 */
final class FoundingRecord {

    private static final Logger LOG = LoggerFactory.getLogger(FoundingRecord.class);
    private static final long FIRST_DELAY_MILLIS = 100;
    private static final long LAST_DELAY_MILLIS = 60_000;

    /**
     * Looks until this member gives up, which is about a day after its start. Founders only wait so long if none of them leads: then
     * the note stays, and the next start looks again.
     */
    private static final int MAX_LOOKS = 1_450;

    /**
     * Looks for which the record waits for the audit log, which cannot begin before all members are there that hold data: about a quarter of
     * an hour. Then it is made without, since it also tells which founder is not there.
     */
    static final int LOOKS_FOR_AUDIT = 23;

    private final MemberNode member;
    private final OwnDeeds deeds;
    private final Disk disk;
    private final Operation founding;
    private final FoundingProof<LeaderSight.Lost> proof;
    private long delayMillis = FIRST_DELAY_MILLIS;
    private int looks;

    private FoundingRecord(
            MemberNode member, OwnDeeds deeds, Disk disk, Operation founding, FoundingProof<LeaderSight.Lost> proof) {
        this.member = member;
        this.deeds = deeds;
        this.disk = disk;
        this.founding = founding;
        this.proof = proof;
    }

    /**
     * Begins if the data directory has a note of this cluster; ends when it is on record, or the node stops.
     *
     * @param deeds puts it in the audit log as well, as what the member tells
     */
    static void begin(ServerConfig config, OwnMembership membership, MemberNode member, OwnDeeds deeds) {
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
        found.filter(note -> note.getReport().getFoundedClusterId() == membership.clusterId())
                .ifPresent(note ->
                        new FoundingRecord(member, deeds, disk, note, proof(config, membership, member)).attempt());
    }

    private static FoundingProof<LeaderSight.Lost> proof(
            ServerConfig config, OwnMembership membership, MemberNode member) {
        Configuration founders = membership.beginning();
        StateComparison comparison = new StateComparison(
                member.node(), member.machine().store(), config.requestTimeout(), FoundingRecord::onThreadOfItsOwn);
        return new FoundingProof<>(
                new LeaderSight(member, comparison),
                founders.voters().stream().map(MemberId::value).collect(Collectors.toSet()),
                tolerance(founders));
    }

    /** How many of the founders may fail once all are there: a quorum has to stay, and somebody who has the data. */
    static int tolerance(Configuration founders) {
        int voters = founders.voters().size();
        int holders = (int) founders.voters().stream()
                .filter(voter -> !founders.isWitness(voter))
                .count();
        return Math.min((voters - 1) / 2, holders - 1);
    }

    /** What waits must not keep those from running who share a pool. */
    private static void onThreadOfItsOwn(Runnable task) {
        var unused = Thread.ofVirtual().name("quorate-founding").start(task);
    }

    private void attempt() {
        if (member.node().stopCause().isPresent()) {
            return;
        }
        if (isSettled()) {
            end();
        } else if (leads()) {
            var unused = member.node()
                    .readIndex()
                    .thenCompose(index ->
                            isSettled() ? CompletableFuture.completedFuture(false) : isTime(looks, deeds::areOnRecord))
                    .thenCompose(isTime -> isTime
                            ? CompletableFuture.supplyAsync(this::prove, FoundingRecord::onThreadOfItsOwn)
                                    .thenCompose(this::propose)
                            : CompletableFuture.completedFuture(Optional.<Result>empty()))
                    .whenComplete((result, failure) -> {
                        if (failure != null) {
                            LOG.debug("{} is not on record yet: {}", title(), failure.toString());
                        }
                        attemptLater();
                    });
        } else {
            attemptLater();
        }
    }

    /**
     * Whether the record is to be made: once made it is not made anew, so it waits until it is in the audit log too, though not for ever.
     *
     * @param onRecord whether it would be there by now
     */
    static CompletableFuture<Boolean> isTime(int looks, Supplier<CompletableFuture<Boolean>> onRecord) {
        return looks < LOOKS_FOR_AUDIT ? onRecord.get() : CompletableFuture.completedFuture(true);
    }

    private boolean leads() {
        return member.node().status().role() == RoleName.LEADER;
    }

    private void attemptLater() {
        if (++looks >= MAX_LOOKS) {
            LOG.warn(
                    "{} is not on record, since no founder has led for long; the next start of this member looks again",
                    title());
            return;
        }
        Pause.of(delayMillis).execute(this::attempt);
        delayMillis = Math.min(LAST_DELAY_MILLIS, 2 * delayMillis);
    }

    private boolean isSettled() {
        return isSettled(member.machine().store().operations(), founding);
    }

    /**
     * Whether the founding is on record, or has been: the oldest makes room, so if there are as many as are kept and all began later,
     * nobody can tell any more.
     */
    static boolean isSettled(List<ManagedOperation> operations, Operation founding) {
        boolean displaced = operations.size() >= ManagedOperation.MAX_ON_RECORD
                && operations.stream().allMatch(operation -> operation.beganMillis() > founding.getToldMillis());
        return displaced || operations.stream().anyMatch(operation -> isThis(operation, founding));
    }

    private static boolean isThis(ManagedOperation operation, Operation founding) {
        try {
            return OperationReport.parseFrom(operation.report().toByteArray()).getFoundedClusterId()
                    == founding.getReport().getFoundedClusterId();
        } catch (InvalidProtocolBufferException e) {
            // Another release's, and not this one.
            return false;
        }
    }

    private List<Check> prove() {
        try {
            return proof.checks();
        } catch (LeaderSight.Lost e) {
            throw new CompletionException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CompletionException(e);
        }
    }

    private CompletableFuture<Optional<Result>> propose(List<Check> checks) {
        Operation verified = FoundingDescription.verified(founding, checks);
        NoteOperation note = NoteOperation.past(
                verified.getState() == Operation.State.DONE
                        ? ManagedOperation.State.DONE
                        : ManagedOperation.State.FAILED,
                verified.getToldMillis(),
                verified.getToldMillis() - verified.getBeganMillis(),
                false,
                Bytes.wrap(verified.getReport().toByteArray()));
        // The proof takes its time, in which another member may have come to lead, and make the record. What a follower
        // proposes is forwarded, and would be a second one.
        return deeds.withOrigin(note)
                .thenCompose(command -> isSettled() || !leads()
                        ? CompletableFuture.completedFuture(Optional.<Result>empty())
                        : member.node()
                                .propose(ByteBuffer.wrap(CommandCodec.encode(command)))
                                .thenApply(Optional::of));
    }

    private String title() {
        return founding.getReport().getTitle();
    }

    private void end() {
        try {
            FoundingNote.delete(disk);
        } catch (IOException e) {
            LOG.warn("{} is on record or was, and its note stays: {}", title(), e.toString());
        }
    }
}
