package io.quorate.server.inspect;

import io.quorate.core.EntryId;
import io.quorate.encryption.KeyException;
import io.quorate.encryption.MasterKeys;
import io.quorate.engine.disk.DataDirectory;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.Identity;
import io.quorate.engine.disk.ReadOnlyDisk;
import io.quorate.engine.inspect.Finding;
import io.quorate.engine.inspect.Finding.EntryRange;
import io.quorate.engine.log.LogInspection;
import io.quorate.engine.log.LogKeys;
import io.quorate.engine.log.SnapshotMetaCodec.Start;
import io.quorate.engine.snapshot.SnapshotInspection;
import io.quorate.engine.snapshot.SnapshotInspection.Inspected;
import io.quorate.kv.MvccStore;
import io.quorate.kv.StoreException;
import io.quorate.kv.StoreInspection;
import io.quorate.server.store.EncryptionCheck;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;

/**
 * One member's data directory, looked at: every checksum, the hash chain of the log, snapshots and store against the log and
 * against what was written to them.
 * Keeps the directory's lock and its files until it is closed, so that no member begins to write there. Writes nothing. For
 * one thread.
 */
public final class InspectedMember implements AutoCloseable {

    static final String STORE = "state/kv";

    /** What the store held before it was brought back to where a log leads on from that has lost its end. */
    static final String ASIDE = "state/ahead-of-log";

    private static final int GROUP = 0;
    private static final String REJOIN =
            "remove the member from the cluster and add it anew with an empty directory, which loses nothing that a"
                    + " majority of the others has, and everything if there are no others";

    private final String name;
    private final Path folder;
    private final Optional<MasterKeys> keys;
    private final List<Finding> findings = new ArrayList<>();
    private final List<Inspected> snapshots = new ArrayList<>();
    private final List<InspectedState> states = new ArrayList<>();
    /** The folders of the snapshots that hold something else than was written, or could not be compared with that. */
    private final Set<String> refused = new HashSet<>();
    /** The places of the stores that could not be compared with what was written. */
    private final Set<String> incomparable = new HashSet<>();

    private Optional<String> refusal = Optional.empty();
    private Optional<KeyException> refusedKey = Optional.empty();
    private Optional<Identity> identity = Optional.empty();
    private Optional<LogInspection> log = Optional.empty();
    private Optional<StoreInspection> store = Optional.empty();
    private Optional<InspectedState> aside = Optional.empty();
    private Optional<Closeable> lock = Optional.empty();

    private InspectedMember(String name, Path folder, Optional<MasterKeys> keys) {
        this.name = name;
        this.folder = folder;
        this.keys = keys;
    }

    /**
     * Looks at a directory of which nothing is sealed.
     *
     * @param name what to call it
     */
    public static InspectedMember of(String name, Path folder) {
        return of(name, folder, Optional.empty());
    }

    /**
     * Looks at a directory. Whatever is wrong with it becomes a finding; without the keys that it needs it is not looked at.
     *
     * @param name what to call it
     * @param keys of what is sealed
     */
    public static InspectedMember of(String name, Path folder, Optional<MasterKeys> keys) {
        InspectedMember member = new InspectedMember(name, folder, keys);
        try {
            member.look();
        } catch (IOException e) {
            member.findings.add(
                    Finding.damage("", "it cannot be read: " + e, "make its files readable, and look again"));
        }
        return member;
    }

    /** Whether a member's data is there, or what is left of it. */
    public static boolean isMember(Path folder) {
        return Files.exists(folder.resolve("identity"))
                || Files.isDirectory(folder.resolve("log"))
                || Files.isDirectory(folder.resolve("snapshots"))
                || Files.isDirectory(folder.resolve(STORE));
    }

    private void look() throws IOException {
        ReadOnlyDisk disk = new ReadOnlyDisk(folder);
        try {
            lock = Optional.of(disk.lock());
        } catch (DataDirectoryException e) {
            refusal = Optional.of("it was not looked at, since a running member uses it: stop that member first");
            return;
        }
        LogKeys logKeys = LogKeys.of(keys);
        try {
            logKeys.requireFor(disk);
            EncryptionCheck.require(folder, keys);
        } catch (KeyException e) {
            refusal = Optional.of("it was not looked at. " + e.getMessage());
            refusedKey = Optional.of(e);
            return;
        } catch (DataDirectoryException e) {
            // Of a later release: it becomes a finding where the log is read.
        }
        SnapshotInspection inspection = SnapshotInspection.of(disk, bytes -> {});
        snapshots.addAll(inspection.snapshots());
        findings.addAll(inspection.findings());
        findIdentity(disk);
        if (identity.isPresent()) {
            log = Optional.of(LogInspection.of(
                    disk, identity.get(), GROUP, inspection.newest().map(Start::meta), logKeys));
            findings.addAll(log.get().findings());
        }
        WrittenContent written = new WrittenContent(content());
        for (Inspected snapshot : snapshots) {
            if (snapshot.start().isPresent()) {
                compareWithLog(snapshot, snapshot.start().get());
                if (!isWitness()) {
                    findState(snapshot, snapshot.start().get(), written);
                }
            }
        }
        if (isWitness()) {
            findings.add(Finding.note(
                    "",
                    "it is a witness's: its log was checked, by the running hash; the commands are not there and there"
                            + " is no state, so these were not checked"));
            return;
        }
        findStore(written);
        findAside(written);
        findings.addAll(written.findings());
        requireWayFromStateToLog();
    }

    /** Whether the member holds no data: its log has no commands, and leads to no state. */
    public boolean isWitness() {
        return content()
                .filter(log -> log.isWitness()
                        || identity.filter(own -> log.configuration().isWitness(own.member()))
                                .isPresent())
                .isPresent();
    }

    private void findIdentity(ReadOnlyDisk disk) throws IOException {
        try {
            identity = DataDirectory.identityOf(disk);
            if (identity.isEmpty()) {
                findings.add(Finding.damage(
                        "identity",
                        "it is missing, so it is not known whose log this is, and the log was not read",
                        REJOIN));
            }
        } catch (DataDirectoryException e) {
            findings.add(Finding.damage("identity", String.valueOf(e.getMessage()), REJOIN));
        }
    }

    private void compareWithLog(Inspected snapshot, Start start) throws IOException {
        Optional<LogInspection.Content> content = content();
        EntryId last = start.meta().last();
        if (content.isEmpty() || last.index() < content.get().base().index()) {
            return;
        }
        if (last.index() > content.get().last().index()) {
            findings.add(Finding.note(
                    snapshot.folder(),
                    "it stands at entry " + last + ", behind the log's end at "
                            + content.get().last()
                            + ": it had arrived and was not yet installed, and the next start lets the log"
                            + " begin there"));
            return;
        }
        EntryId logged = content.get().idAt(last.index());
        OptionalLong chain = content.get().chainHashAt(last.index());
        if (!logged.equals(last)) {
            findings.add(contradiction(snapshot, last, "the log has " + logged + " there"));
        } else if (chain.isPresent() && start.chainHash().isPresent() && !chain.equals(start.chainHash())) {
            findings.add(contradiction(snapshot, last, "the log up to there has another hash"));
        }
    }

    private static Finding contradiction(Inspected snapshot, EntryId last, String what) {
        return Finding.damage(
                        snapshot.folder(),
                        "it stands at entry " + last + ", and " + what,
                        "one of them is not this member's: " + REJOIN)
                .concerning(new EntryRange(last.index(), last.index()));
    }

    private void findState(Inspected snapshot, Start start, WrittenContent written) {
        try (StoreInspection state = StoreInspection.of(folder.resolve(snapshot.folder()), keys, bytes -> {})) {
            report(snapshot.folder(), state, "the next start or scrub sets the snapshot aside; a new one is taken");
            state.content().ifPresent(content -> {
                written.addSnapshot(snapshot.folder(), start.meta().last().index(), content);
                if (!content.isIntact()) {
                    refused.add(snapshot.folder());
                }
            });
            addState(snapshot.folder(), state).ifPresent(found -> {
                if (found.appliedIndex() != start.meta().last().index()) {
                    findings.add(Finding.damage(
                            snapshot.folder(),
                            "it stands at entry " + start.meta().last() + ", and holds a state at entry "
                                    + found.appliedIndex(),
                            "move the snapshot away; a new one is taken from the state"));
                }
            });
        }
    }

    private void findStore(WrittenContent written) {
        if (!Files.isDirectory(folder.resolve(STORE))) {
            findings.add(Finding.damage(
                    STORE, "there is no store", "the next start makes it again from the newest snapshot and the log"));
            return;
        }
        StoreInspection inspection = StoreInspection.of(folder.resolve(STORE), keys, bytes -> {});
        store = Optional.of(inspection);
        report(
                STORE,
                inspection,
                "stop the member and move " + STORE
                        + " away: the next start makes it again from the newest snapshot and the"
                        + " log, and nothing is lost");
        addState(STORE, inspection);
        noteWhetherComparable(STORE, inspection);
        written.setStore(inspection.content());
    }

    private void findAside(WrittenContent written) {
        if (!Files.isDirectory(folder.resolve(ASIDE))) {
            return;
        }
        try (StoreInspection inspection = StoreInspection.of(folder.resolve(ASIDE), keys, bytes -> {})) {
            report(ASIDE, inspection, "it is needed only if no other member has what the log of this one has lost");
            aside = inspection.store().map(found -> InspectedState.of(ASIDE, found));
            noteWhetherComparable(ASIDE, inspection);
            written.setAside(inspection.content());
        } catch (StoreException e) {
            findings.add(Finding.damage(
                    ASIDE,
                    String.valueOf(e.getMessage()),
                    "it is needed only if no other member has what the log of this one has lost"));
        }
        aside.ifPresent(state -> findings.add(Finding.note(
                ASIDE,
                "the state at entry " + state.appliedIndex()
                        + ", which is kept as long as the log lacks what it has lost")));
    }

    private void noteWhetherComparable(String place, StoreInspection inspection) {
        inspection
                .content()
                .filter(content -> !content.errors().isEmpty())
                .ifPresent(content -> incomparable.add(place));
    }

    private void report(String place, StoreInspection inspection, String remedy) {
        for (StoreInspection.Problem problem : inspection.problems()) {
            String file = problem.file().isEmpty() ? place : place + "/" + problem.file();
            findings.add(Finding.damage(file, problem.what(), remedy));
        }
    }

    private Optional<InspectedState> addState(String place, StoreInspection inspection) {
        try {
            Optional<InspectedState> state = inspection.store().map(found -> InspectedState.of(place, found));
            state.ifPresent(states::add);
            return state;
        } catch (StoreException e) {
            findings.add(Finding.damage(place, String.valueOf(e.getMessage()), "restore it from another member"));
            return Optional.empty();
        }
    }

    /** As a start brings them together: the state where it stands, or a snapshot, or the beginning. */
    private void requireWayFromStateToLog() {
        if (content().isEmpty()) {
            return;
        }
        long base = content().get().base().index();
        long last = content().get().last().index();
        boolean stateFits = storeState()
                .filter(state -> state.appliedIndex() >= base && state.appliedIndex() <= last)
                .isPresent();
        boolean logIsWhole = log.orElseThrow().findings().stream().noneMatch(Finding::isDamage);
        storeState()
                .filter(state -> logIsWhole && state.appliedIndex() > last)
                .ifPresent(state -> findings.add(Finding.damage(
                                STORE,
                                "the store has applied entry " + state.appliedIndex() + ", and the log ends at " + last,
                                "the log has lost what was durable, or one of them is not this member's: " + REJOIN)
                        .concerning(new EntryRange(last + 1, state.appliedIndex()))));
        boolean snapshotFits = snapshots.stream()
                .flatMap(snapshot -> snapshot.start().stream())
                .anyMatch(start -> start.meta().last().index() >= base);
        if (base > 0 && !snapshotFits) {
            findings.add(Finding.damage(
                    "snapshots",
                    "the log begins behind entry " + base + ", and no intact snapshot holds what came before",
                    stateFits
                            ? "the store still holds it, so the member can start and takes a new snapshot in time;"
                                    + " until then it has no way back if the store is damaged"
                            : "the next start forgets log and state, and fetches everything from the leader"));
        }
    }

    /** What to call it. */
    public String name() {
        return name;
    }

    /** Why it was not looked at; empty if it was. */
    public Optional<String> refusal() {
        return refusal;
    }

    /** What was said of the key for want of which it was not looked at; empty if none is missing, or wrong. */
    public Optional<KeyException> refusedKey() {
        return refusedKey;
    }

    public Optional<Identity> identity() {
        return identity;
    }

    public List<Finding> findings() {
        return List.copyOf(findings);
    }

    /** What is wrong with the log, or to be known of it. */
    public List<Finding> logFindings() {
        return log.map(LogInspection::findings).orElse(List.of());
    }

    /** What the log holds that can be relied on. */
    public Optional<LogInspection.Content> content() {
        return log.flatMap(LogInspection::content);
    }

    /** Where the intact snapshots stand, the oldest first. */
    public List<EntryId> snapshots() {
        return snapshots.stream()
                .flatMap(snapshot -> snapshot.start().stream())
                .map(start -> start.meta().last())
                .toList();
    }

    /** What the newest intact snapshot stands for. */
    public Optional<Start> newestSnapshot() {
        return newestReadable().flatMap(Inspected::start);
    }

    /** As {@link #newestSnapshot}, if it is known to hold what was written: a start refuses it otherwise, and takes none before it. */
    public Optional<Start> newestSnapshotAsWritten() {
        return newestReadable()
                .filter(snapshot -> !refused.contains(snapshot.folder()) && isIntact(snapshot.folder()))
                .flatMap(Inspected::start);
    }

    private Optional<Inspected> newestReadable() {
        return snapshots.stream()
                .filter(snapshot -> snapshot.start().isPresent())
                .reduce((older, newer) -> newer);
    }

    /** The store, to be read from until this is closed; empty if there is none or it is damaged. */
    public Optional<MvccStore> store() {
        return store.flatMap(StoreInspection::store);
    }

    /** The data directory. */
    public Path folder() {
        return folder;
    }

    /** What the store holds, be it what was written or not; empty if there is none or it is damaged. */
    public Optional<InspectedState> storeState() {
        return states.stream().filter(state -> state.file().equals(STORE)).findFirst();
    }

    /** What the store holds, if that is what was written as far as {@linkplain #wasCompared is known}. */
    public Optional<InspectedState> intactStoreState() {
        return storeState().filter(state -> isIntact(state.file()));
    }

    /** The state of the most entries that is intact: the store's, or what was set aside of it when the log had lost its end. */
    public Optional<InspectedState> farthestState() {
        return Stream.of(storeState(), aside)
                .flatMap(Optional::stream)
                .filter(state -> isIntact(state.file()))
                .max(Comparator.comparingLong(InspectedState::appliedIndex));
    }

    /**
     * Whether a state, of the store or of what was set aside of it, could be compared with what was written to it. One of which the digest
     * is lost, or that an early release wrote without, cannot: it may hold anything.
     */
    public boolean wasCompared(InspectedState state) {
        return !incomparable.contains(state.file());
    }

    private boolean isIntact(String place) {
        return findings.stream()
                .noneMatch(finding -> finding.isDamage()
                        && finding.entries().isEmpty()
                        && finding.file().startsWith(place));
    }

    /** What the store and the snapshots hold, as far as they are intact. */
    List<InspectedState> states() {
        return List.copyOf(states);
    }

    /** A checksum of the store's history between two revisions that it holds. */
    long historyChecksum(long revision, long compactedRevision) {
        return store.orElseThrow().historyChecksum(revision, compactedRevision);
    }

    @Override
    public void close() throws IOException {
        store.ifPresent(StoreInspection::close);
        if (log.isPresent()) {
            log.get().close();
        }
        if (lock.isPresent()) {
            lock.get().close();
        }
    }
}
