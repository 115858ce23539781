package io.quorate.server.store;

import io.quorate.encryption.MasterKeys;
import io.quorate.engine.StateMachine;
import io.quorate.engine.disk.FileDisk;
import io.quorate.engine.disk.OwnersAlone;
import io.quorate.engine.snapshot.SnapshotReader;
import io.quorate.engine.snapshot.SnapshotWriter;
import io.quorate.kv.Bytes;
import io.quorate.kv.HeapStore;
import io.quorate.kv.LoggedCommand;
import io.quorate.kv.MvccStore;
import io.quorate.kv.OrderedStore;
import io.quorate.kv.Result;
import io.quorate.kv.RevisionEvents;
import io.quorate.kv.RocksMemory;
import io.quorate.kv.RocksStore;
import io.quorate.kv.ScrubReport;
import io.quorate.kv.SealedStore;
import io.quorate.kv.Seals;
import io.quorate.kv.StateScrub;
import io.quorate.kv.StoreException;
import io.quorate.kv.StoreExport;
import io.quorate.kv.StoreInspection;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The key-value store as the state machine of a Raft node: committed commands go in, snapshots are its checkpoints.
 *
 * <p>The applied index is part of each of the store's batches, so after a crash the store tells by itself from where the
 * log must be replayed. Reads may run at any time beside it, on {@link #store}.
 */
public final class KvStateMachine implements StateMachine<Result> {

    /** The folder of the store, in that of the state. */
    public static final String STORE = "kv";

    /** The folder of a store that had applied what its log has lost since, in that of the state; as long as that is so. */
    public static final String ASIDE = "ahead-of-log";

    private static final Logger LOG = LoggerFactory.getLogger(KvStateMachine.class);

    private static final String SCRATCH = "scratch";

    private final MvccStore store;
    private final HistoryCleaner cleaner;
    private final SealKeeper sealKeeper;
    private final Function<Path, OrderedStore> kind;
    private final boolean durable;
    private final Optional<MasterKeys> keys;
    private final Path aside;
    private final ScratchFolder scratch;
    private volatile long durableIndex;
    private volatile VerificationListener verification = VerificationListener.NONE;
    private volatile AppliedListener listener = AppliedListener.NONE;

    private KvStateMachine(
            Function<Path, OrderedStore> kind,
            Function<OrderedStore, MvccStore> opening,
            boolean durable,
            Optional<MasterKeys> keys,
            Path folder,
            ScratchFolder scratch,
            Executor background) {
        this.kind = kind;
        this.durable = durable;
        this.keys = keys;
        this.aside = folder.resolve(ASIDE);
        this.scratch = scratch;
        this.store = opening.apply(kind.apply(folder.resolve(STORE)));
        this.cleaner = new HistoryCleaner(store, background);
        this.durableIndex = durable ? store.appliedIndex() : 0;
        cleaner.begin();
        this.sealKeeper = SealKeeper.start(store);
    }

    /**
     * Opens the store that a folder holds.
     *
     * @param background removes compacted history
     * @throws IOException if it cannot be opened
     */
    public static KvStateMachine open(Path folder, RocksMemory memory, Executor background) throws IOException {
        return open(folder, memory, Optional.empty(), background);
    }

    /** As {@link #open(Path, RocksMemory, Executor)}, with keys that the store is sealed with, if there are any. */
    public static KvStateMachine open(Path folder, RocksMemory memory, Optional<MasterKeys> keys, Executor background)
            throws IOException {
        return open(folder, memory, keys, MvccStore::open, background);
    }

    /** As {@link #open(Path, RocksMemory, Optional, Executor)}, with a store that is opened in a way of its own. */
    public static KvStateMachine open(
            Path folder,
            RocksMemory memory,
            Optional<MasterKeys> keys,
            Function<OrderedStore, MvccStore> opening,
            Executor background)
            throws IOException {
        return open(path -> openStore(path, memory, keys), opening, true, keys, folder, background);
    }

    /** A store in a folder, sealed with keys, if there are any. */
    public static OrderedStore openStore(Path folder, RocksMemory memory, Optional<MasterKeys> keys) {
        OrderedStore store = RocksStore.open(folder, memory);
        return keys.<OrderedStore>map(master -> SealedStore.over(store, master)).orElse(store);
    }

    /** A store in memory; the folder is used for snapshots on their way alone. Otherwise as {@link #open}. */
    public static KvStateMachine inMemory(Path folder, Executor background) throws IOException {
        return open(path -> new HeapStore(), MvccStore::open, false, Optional.empty(), folder, background);
    }

    private static KvStateMachine open(
            Function<Path, OrderedStore> kind,
            Function<OrderedStore, MvccStore> opening,
            boolean durable,
            Optional<MasterKeys> keys,
            Path folder,
            Executor background)
            throws IOException {
        ScratchFolder scratch = ScratchFolder.open(folder.resolve(SCRATCH));
        try {
            KvStateMachine machine = new KvStateMachine(kind, opening, durable, keys, folder, scratch, background);
            machine.narrowStore();
            return machine;
        } catch (StoreException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** The store, to be read from. */
    public MvccStore store() {
        return store;
    }

    /** Reads the whole store beside everything else, as it is now; to be closed. */
    public StateScrub scrub() {
        return store.scrub(scratch.next());
    }

    /** The whole content as it was at one moment, to be read beside everything else; to be closed. */
    public record Export(StoreExport content, Path folder) implements AutoCloseable {

        @Override
        public void close() throws IOException {
            try {
                content.close();
            } finally {
                ScratchFolder.delete(folder);
            }
        }
    }

    /** Hands out the whole content, as it is now. What it is sorted in takes up as much room as the store. */
    public Export export() throws IOException {
        Path folder = OwnersAlone.makeFolders(scratch.next());
        try {
            Path sorted = folder.resolve("sorted");
            OrderedStore sorter = durable ? RocksStore.open(sorted, RocksMemory.small()) : new HeapStore();
            return new Export(store.export(folder.resolve("frozen"), sorter), folder);
        } catch (StoreException e) {
            ScratchFolder.delete(folder);
            throw e;
        }
    }

    /** A place for a file that nobody needs after a restart, on the file system of the store. */
    public Path scratchFile() {
        return scratch.next();
    }

    /** Has what concerns the comparison of states told from now on. */
    public void tell(VerificationListener listener) {
        verification = listener;
    }

    /** Has everything that is applied told from now on: to be called before the node is started. */
    public void tell(AppliedListener follower) {
        listener = follower;
    }

    /** Has files of the store told that are not what was written, where its values are being sealed: nobody else may read them for long. */
    public void tellDamage(Consumer<StoreException> listener) {
        sealKeeper.tell(listener);
    }

    /** What removes compacted history. */
    public HistoryCleaner cleaner() {
        return cleaner;
    }

    @Override
    public long durableIndex() {
        return durableIndex;
    }

    @Override
    public List<Result> apply(List<Command> commands, long lastIndex) throws IOException {
        List<LoggedCommand> logged = new ArrayList<>(commands.size());
        for (Command command : commands) {
            logged.add(new LoggedCommand(command.id().index(), Bytes.copyOf(command.payload())));
        }
        try {
            List<RevisionEvents> changes = new ArrayList<>();
            List<Result> results = store.apply(logged, lastIndex, changes::addAll);
            follow(results, lastIndex);
            listener.applied(results, changes);
            return results;
        } catch (StoreException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private void follow(List<Result> results, long lastIndex) {
        boolean compacted = false;
        boolean judged = false;
        for (Result result : results) {
            if (result instanceof Result.VerifyResult verify) {
                verification.captured(verify.digest());
            }
            judged |= result instanceof Result.VerifyResult || result instanceof Result.ReportResult;
            compacted |= result instanceof Result.CompactResult;
        }
        if (judged) {
            verification.judged(store.verification());
        }
        if (compacted) {
            cleaner.begin();
        }
        verification.applied(lastIndex);
    }

    /** RocksDB makes its folders and files by the process's umask; files that it makes later lie in a folder that is closed. */
    private void narrowStore() throws IOException {
        Path folder = aside.resolveSibling(STORE);
        if (durable) {
            OwnersAlone.narrow(folder);
        }
    }

    private void checkpointTo(Path folder) throws IOException {
        store.checkpointTo(folder);
        OwnersAlone.narrow(folder);
    }

    /** A checkpoint of RocksDB: links to files that never change, made beside running reads. */
    @Override
    public Capture capture() throws IOException {
        Path checkpoint = scratch.next();
        try {
            long applied = store.appliedIndex();
            checkpointTo(checkpoint);
            if (durable) {
                durableIndex = applied;
            }
            return new Checkpoint(checkpoint);
        } catch (StoreException e) {
            ScratchFolder.delete(checkpoint);
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public void restore(SnapshotReader snapshot) throws IOException {
        Optional<Path> folder = snapshot.folder();
        if (folder.isPresent()) {
            replaceBy(folder.get());
        } else {
            Path copy = OwnersAlone.makeFolders(scratch.next());
            for (String name : snapshot.files()) {
                try (InputStream in = snapshot.open(name)) {
                    Files.copy(in, copy.resolve(name));
                }
            }
            replaceBy(copy);
            ScratchFolder.delete(copy);
        }
        long expected = snapshot.meta().last().index();
        if (store.appliedIndex() != expected) {
            throw new IOException("the snapshot at index " + expected + " holds a state at index "
                    + store.appliedIndex() + "; it cannot be trusted");
        }
        requireIntact("the snapshot at index " + expected);
        verification.judged(store.verification());
        cleaner.begin();
    }

    /**
     * Reads what was restored through. The snapshot's own checksums tell only that it is what was taken; if it was taken of
     * damaged files, those of the store tell, or the digest.
     */
    private void requireIntact(String origin) throws IOException {
        try (StateScrub scrub = scrub()) {
            while (!scrub.isDone()) {
                scrub.advance(Long.MAX_VALUE);
            }
            ScrubReport report = scrub.report();
            if (!report.isIntact()) {
                throw new DamagedStateException(origin + " was taken of a state that was damaged already: "
                        + (report.errors().isEmpty()
                                ? "the buckets " + report.buckets() + " of its digest differ"
                                : report.errors().getFirst()));
            }
        } catch (StoreException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** An empty store has a checkpoint like any other, and the way there has no state that a crash could leave halfway. */
    @Override
    public void clear() throws IOException {
        Path empty = scratch.next();
        Path emptyStore = scratch.next();
        try (MvccStore none = MvccStore.open(kind.apply(emptyStore))) {
            none.checkpointTo(empty);
        } catch (StoreException e) {
            throw new IOException(e.getMessage(), e);
        }
        replaceBy(empty);
        ScratchFolder.delete(empty);
        ScratchFolder.delete(emptyStore);
    }

    /** Links to files that never change. If there is one already, that of more entries stays. */
    @Override
    public void setAside() throws IOException {
        long applied = store.appliedIndex();
        if (!durable || appliedAside() >= applied) {
            return;
        }
        Path checkpoint = scratch.next();
        try {
            checkpointTo(checkpoint);
        } catch (StoreException e) {
            ScratchFolder.delete(checkpoint);
            throw new IOException(e.getMessage(), e);
        }
        forgetAside();
        Files.move(checkpoint, aside, StandardCopyOption.ATOMIC_MOVE);
        new FileDisk(aside.resolveSibling("")).syncDirectory("");
        LOG.warn(
                "The state at entry {} is kept in {} until the log has back what it has lost: if it gets it from no"
                        + " other member, 'quorate recover --state-only' goes on from that state",
                applied,
                aside);
    }

    private long appliedAside() {
        if (!Files.isDirectory(aside)) {
            return -1;
        }
        try (StoreInspection kept = StoreInspection.of(aside, keys, bytes -> {})) {
            return kept.store().map(MvccStore::appliedIndex).orElse(-1L);
        }
    }

    @Override
    public void forgetAside() throws IOException {
        if (Files.exists(aside)) {
            ScratchFolder.delete(aside);
        }
    }

    @Override
    public void requireRestorable(Path snapshot) throws IOException {
        try {
            store.requireRestorable(snapshot);
        } catch (StoreException e) {
            // What is damaged is found, and said, when it is restored.
            if (Seals.isRefusal(e)) {
                throw new IOException(e.getMessage(), e);
            }
        }
    }

    @Override
    public Optional<String> neededToRestore() {
        return store.sealProgress().map(progress -> "the master key " + progress.masterKeyId());
    }

    private void replaceBy(Path checkpoint) throws IOException {
        try {
            durableIndex = 0;
            store.restoreFrom(checkpoint);
            narrowStore();
            durableIndex = durable ? store.appliedIndex() : 0;
            listener.restored(store);
            sealKeeper.lookAgain();
        } catch (StoreException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    @Override
    public void close() throws IOException {
        cleaner.stop();
        sealKeeper.close();
        try {
            store.close();
        } catch (StoreException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** A checkpoint that waits in the scratch folder until it is moved into a snapshot. */
    private record Checkpoint(Path folder) implements Capture {

        @Override
        public void writeTo(SnapshotWriter snapshot) throws IOException {
            Optional<Path> target = snapshot.folder();
            for (Path file : ScratchFolder.files(folder)) {
                String name = file.getFileName().toString();
                if (target.isPresent()) {
                    Files.move(file, target.get().resolve(name));
                } else {
                    try (OutputStream out = snapshot.create(name)) {
                        Files.copy(file, out);
                    }
                }
            }
        }

        @Override
        public void close() throws IOException {
            ScratchFolder.delete(folder);
        }
    }
}
