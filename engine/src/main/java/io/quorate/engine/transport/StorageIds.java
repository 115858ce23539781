package io.quorate.engine.transport;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.Disk;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which storage each member has: this one its own, each other one that with which it came first. A member whose disk was wiped comes
 * under its old id with another storage: it has forgotten what it voted and acknowledged, and must not be listened to.
 *
 * <p>A storage id is drawn when a data directory is first used, and never changes. Whom a member was connected with it remembers
 * durably, from before anything is sent or heard on the first connection; so that whoever was in a quorum with another knows it again.
 *
 * <p>A member whose storage is new may not take part ({@link #isAdmitted}) before it has found out that it has lost nothing. Safe for
 * use by many threads; what writes does so on a thread of its own.
 */
public final class StorageIds implements AutoCloseable {

    /** A member that took part before anybody remembered storages: whichever it has is its own, but it is not a new one. */
    public static final long UNKNOWN = 0;

    private static final Logger LOG = LoggerFactory.getLogger(StorageIds.class);

    /** Of members that no configuration has named yet, so many are remembered: strangers must not fill the disk. */
    private static final int MAX_STRANGERS = 64;

    private static final long REST_SECONDS = 10;

    /** How a storage compares with what is remembered of its member. */
    public enum Standing {
        /** It is the one that the member had before. */
        SAME,
        /** Nothing is remembered that would contradict it. */
        NEW,
        /** The member had another one. */
        OTHER
    }

    private final Optional<Disk> disk;
    private final Executor writer;

    /** The writer, where it is a thread of this object's own. */
    private final Optional<ExecutorService> ownWriter;

    private final CompletableFuture<Void> admission = new CompletableFuture<>();
    private volatile StorageRecord present;
    private volatile Set<MemberId> members = Set.of();

    private StorageIds(
            Optional<Disk> disk, Executor writer, Optional<ExecutorService> ownWriter, StorageRecord present) {
        this.disk = disk;
        this.writer = writer;
        this.ownWriter = ownWriter;
        this.present = present;
        if (present.admitted()) {
            admission.complete(null);
        }
    }

    /** Of a member that keeps nothing and may take part at once, such as one of a test. */
    public static StorageIds inMemory() {
        return new StorageIds(
                Optional.empty(),
                Runnable::run,
                Optional.empty(),
                StorageRecord.first(draw(), false).withAdmission());
    }

    /**
     * Reads what a data directory says, or begins it.
     *
     * @param usedBefore whether the directory holds a member's data already. If it does and says nothing of storages, an earlier
     *     release has written it: its member goes on, and takes all that are members then for ones that were started
     * @param name of the member; the thread that writes bears it
     * @throws io.quorate.engine.disk.DataDirectoryException if the file is damaged
     */
    public static StorageIds open(Disk disk, boolean usedBefore, String name) throws IOException {
        StorageRecord present = readOrBegin(disk, usedBefore, StorageIds::draw);
        ExecutorService writer = Executors.newSingleThreadExecutor(
                task -> Thread.ofPlatform().daemon().name(name + "-storage-ids").unstarted(task));
        return new StorageIds(Optional.of(disk), writer, Optional.of(writer), present);
    }

    /**
     * As {@link #open(Disk, boolean, String)}, without a thread or a die of its own: where the same seed is to give the same run.
     *
     * @param draw asked for the id of a storage that is new; never gives {@link #UNKNOWN}
     * @param writer writes, one task after the other
     */
    public static StorageIds open(Disk disk, boolean usedBefore, LongSupplier draw, Executor writer)
            throws IOException {
        return new StorageIds(Optional.of(disk), writer, Optional.empty(), readOrBegin(disk, usedBefore, draw));
    }

    private static StorageRecord readOrBegin(Disk disk, boolean usedBefore, LongSupplier draw) throws IOException {
        Optional<StorageRecord> found = StorageFile.read(disk);
        if (found.isPresent() && found.get().admitted() && !usedBefore) {
            throw new DataDirectoryException("its data directory has lost all but the file " + StorageFile.NAME
                    + ", which says that its member took part: remove the member from the cluster and add it anew with an empty"
                    + " directory, or start it once with --replace-member and an empty one");
        }
        StorageRecord present = found.orElseGet(() -> StorageRecord.first(draw.getAsLong(), usedBefore));
        if (found.isEmpty()) {
            StorageFile.write(disk, present);
        }
        return present;
    }

    /** Begins the file of a directory in which a member is founded that has not taken part yet. */
    public static void begin(Disk disk) throws IOException {
        StorageFile.write(disk, StorageRecord.first(draw(), false));
    }

    /** Whether a directory belongs to a member that never took part, so that nothing is lost with it; false if it does not say. */
    public static boolean isUnused(Disk disk) throws IOException {
        return StorageFile.read(disk).filter(found -> !found.admitted()).isPresent();
    }

    private static long draw() {
        SecureRandom random = new SecureRandom();
        long id = random.nextLong();
        while (id == UNKNOWN) {
            id = random.nextLong();
        }
        return id;
    }

    /** Of this member's own storage; never {@link #UNKNOWN}. */
    public long own() {
        return present.own();
    }

    /** The storage ids that are remembered of the other members; {@link #UNKNOWN} of some, perhaps. */
    public Map<MemberId, Long> remembered() {
        return present.others();
    }

    /** The storage that a member is remembered with, or {@link #UNKNOWN}. */
    public long of(MemberId member) {
        return present.others().getOrDefault(member, UNKNOWN);
    }

    /** Compares the storage that a member comes with. */
    public Standing judge(MemberId member, long storage) {
        long known = of(member);
        if (storage == UNKNOWN) {
            return Standing.OTHER;
        }
        return known == UNKNOWN ? Standing.NEW : known == storage ? Standing.SAME : Standing.OTHER;
    }

    /** Whether this member was never connected with another one: so it has voted and acknowledged for nobody but itself. */
    public boolean isAlone() {
        return present.others().isEmpty() && !present.membersUnknown();
    }

    /** Whether this member may take part. */
    public boolean isAdmitted() {
        return present.admitted();
    }

    /** Completes when this member may take part. */
    public CompletableFuture<Void> admitted() {
        return admission.copy();
    }

    /** Lets this member take part from now on, for good; completes when that is durable. */
    public CompletableFuture<Void> admit() {
        CompletableFuture<Void> written = change(StorageRecord::withAdmission);
        return written.thenRun(() -> admission.complete(null));
    }

    /**
     * Remembers a storage that is {@link Standing#NEW}.
     *
     * @return completes when that is durable; fails if it could not be written, or if the member has come with another one meanwhile
     */
    public CompletableFuture<Void> remember(MemberId member, long storage) {
        return change(before -> {
            if (judge(member, storage) == Standing.OTHER) {
                throw new CompletionException(new IOException("member " + member + " has come with another storage"));
            }
            return before.with(member, storage).withoutOldest(MAX_STRANGERS, members);
        });
    }

    /** Forgets those that were removed, whose ids are not used again. */
    public void membersChanged(MemberId self, Configuration current, Configuration committed) {
        Set<MemberId> now = new TreeSet<>(current.members());
        now.addAll(committed.members());
        members = Set.copyOf(now);
        Collection<MemberId> removed =
                committed.removed().stream().filter(committed::hasRemoved).toList();
        var unused = change(before -> before.without(removed).whichTakesForStarted(now, self))
                .whenComplete((nothing, failure) -> {
                    if (failure != null) {
                        LOG.warn("what is known of the members' storages could not be written", failure);
                    }
                });
    }

    /** Makes a change durable first, then known. */
    private CompletableFuture<Void> change(UnaryOperator<StorageRecord> change) {
        try {
            return CompletableFuture.runAsync(() -> apply(change), writer);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private synchronized void apply(UnaryOperator<StorageRecord> change) {
        StorageRecord next = change.apply(present);
        if (next.equals(present)) {
            return;
        }
        try {
            if (disk.isPresent()) {
                StorageFile.write(disk.get(), next);
            }
        } catch (IOException e) {
            throw new CompletionException(e);
        }
        present = next;
    }

    /** Waits until what was asked for before is written. */
    @Override
    public void close() throws IOException {
        if (ownWriter.isEmpty()) {
            return;
        }
        ownWriter.get().shutdown();
        try {
            if (!ownWriter.get().awaitTermination(REST_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("the storage ids were not written within " + REST_SECONDS + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
