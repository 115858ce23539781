package io.quorate.server;

import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.Founding;
import io.quorate.engine.Founding.Beginning;
import io.quorate.engine.LastState;
import io.quorate.engine.LastState.Reached;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.FileDisk;
import io.quorate.engine.disk.Identity;
import io.quorate.engine.disk.OwnersAlone;
import io.quorate.engine.disk.ReadOnlyDisk;
import io.quorate.engine.inspect.Finding;
import io.quorate.kv.Alarm;
import io.quorate.kv.PublishedMember;
import io.quorate.kv.RocksMemory;
import io.quorate.kv.StoreException;
import io.quorate.server.inspect.InspectedMember;
import io.quorate.server.inspect.InspectedState;
import io.quorate.server.members.ClusterEpoch;
import io.quorate.server.members.NewMemberId;
import io.quorate.server.recover.Recovery;
import io.quorate.server.recover.RecoveryPlan;
import io.quorate.server.recover.RecoveryReport.Other;
import io.quorate.server.recover.Survivor;
import io.quorate.server.store.KvStateMachine;
import io.quorate.server.store.ScratchFolder;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Makes, of the best survivor of a cluster that has lost its quorum, the first member of the cluster's next epoch: with all the
 * survivor's entries as committed, itself as the only voter, another cluster id and another member id, and every id of the old
 * cluster among those that never come back. So nobody who is still of the old epoch gets in.
 *
 * <p>The survivor's directory is only read. All is made in a folder beside the new directory, which gets its name when everything in
 * it is durable and was looked at.
 */
public final class NewEpoch {

    private static final String UNFINISHED = ".unfinished";
    private static final String STORE = DroppedState.STATE + "/" + KvStateMachine.STORE;

    private final Recovery recovery;
    private final RecoveryPlan plan;
    private final Survivor best;
    private final Path source;
    private final Path target;
    private final Path unfinished;

    private final boolean force;
    private final FoundingDescription description;

    private final ByteProgress progress;

    private NewEpoch(
            Recovery recovery, RecoveryPlan plan, Path target, boolean force, String askedBy, ByteProgress progress) {
        this.progress = progress;
        this.recovery = recovery;
        this.force = force;
        this.description = new FoundingDescription("recover " + plan.best().directory(), askedBy);
        this.plan = plan;
        this.best = plan.best();
        this.target = target.toAbsolutePath().normalize();
        this.unfinished = this.target.resolveSibling(this.target.getFileName() + UNFINISHED);
        this.source = recovery.folderOf(best);
    }

    /**
     * What was made. Ids are in hexadecimal.
     *
     * @param last the entry that stands for the state, {@code term/index}
     * @param term that the epoch begins with
     * @param peerUrls where the member is reached by its peers, as the old cluster had it; empty if that is not known
     * @param clientUrls where it served clients, as far as is known
     * @param others who were members besides it, and can be added anew
     * @param alarms that are raised for members that there are no more, and stay so until they are disarmed
     */
    public record Made(
            Path directory,
            int epoch,
            String clusterId,
            String memberId,
            String name,
            String last,
            long term,
            long revision,
            String digest,
            List<String> peerUrls,
            List<String> clientUrls,
            List<Other> others,
            List<String> alarms) {

        public Made {
            peerUrls = List.copyOf(peerUrls);
            clientUrls = List.copyOf(clientUrls);
            others = List.copyOf(others);
            alarms = List.copyOf(alarms);
        }
    }

    /** Where the new epoch of a survivor is made if nobody says where: beside its directory. */
    public static Path usualPlace(Path survivor, int formerEpoch) {
        Path folder = survivor.toAbsolutePath().normalize();
        String name = String.valueOf(folder.getFileName()).replaceFirst("\\.epoch-\\d+$", "");
        return folder.resolveSibling(name + ".epoch-" + (formerEpoch + 1));
    }

    /**
     * Makes it. If that fails, nothing is left of it; if it is broken off, an unfinished folder is, and no directory of that name.
     *
     * @param target the new member's data directory, which there is not yet
     * @param force whether to go on in spite of doubts
     * @param askedBy who asked for it, and on which machine: that is put on record in the new epoch
     * @param progress is told how much of the survivor's data was copied
     * @throws DataDirectoryException with one sentence if it must not or cannot be done
     */
    public static Made make(Recovery recovery, Path target, boolean force, String askedBy, ByteProgress progress)
            throws IOException {
        return new NewEpoch(recovery, recovery.requirePlan(force), target, force, askedBy, progress).make();
    }

    private Made make() throws IOException {
        if (Files.exists(target)) {
            throw new DataDirectoryException(
                    target + " is there already: the new epoch needs a directory of its own, choose another.");
        }
        FileDisk beside = new FileDisk(target.resolveSibling(""));
        List<Path> parts = parts();
        description.hasRoom(FoundingRoom.ofRecovery(target, bytes(parts)).require());
        try {
            Files.createDirectory(unfinished, OwnersAlone.folder(unfinished));
        } catch (FileAlreadyExistsException e) {
            throw new DataDirectoryException(
                    unfinished + " is left of a recovery that was broken off, unless that still runs:"
                            + " delete it, and recover again.",
                    e);
        }
        Made made = makeOrLeaveNothing(parts);
        Files.move(folder(), target, StandardCopyOption.ATOMIC_MOVE);
        beside.syncDirectory("");
        ScratchFolder.delete(unfinished);
        return made;
    }

    /** Where the new directory is made. */
    private Path folder() {
        return unfinished.resolve("new");
    }

    /** What of the survivor's data is needed: its state only if the log can be gone on with from there; or nothing else. */
    private List<Path> parts() {
        if (plan.byStateAlone()) {
            return List.of(stateAlone());
        }
        boolean stateFits = best.standing()
                .state()
                .filter(state -> best.log().reaches(state.appliedIndex()))
                .isPresent();
        return Stream.of("identity", "log", "snapshots", STORE)
                .filter(part -> stateFits || !part.equals(STORE))
                .map(part -> source.resolve(part))
                .filter(Files::exists)
                .toList();
    }

    private Path stateAlone() {
        return source.resolve(best.standing().state().orElseThrow().file());
    }

    private Made makeOrLeaveNothing(List<Path> parts) throws IOException {
        try {
            Made made = makeUnfinished(parts);
            FolderCopy.sync(folder());
            requireRight(made);
            FoundingNote.write(new FileDisk(folder()), description.ofRecovery(recovery.report(), made, force));
            return made;
        } catch (Throwable e) {
            // Whatever it is, a lack of memory too: what is left would keep the next recovery from beginning.
            try {
                ScratchFolder.delete(unfinished);
            } catch (IOException onCleaning) {
                e.addSuppressed(onCleaning);
            }
            throw e;
        }
    }

    private Made makeUnfinished(List<Path> parts) throws IOException {
        Path old = unfinished.resolve("old");
        copy(parts, old);
        KvStateMachine machine = KvStateMachine.open(
                folder().resolve(DroppedState.STATE), RocksMemory.standard(), recovery.keys(), Runnable::run);
        try {
            Reached reached = plan.byStateAlone()
                    ? stateAlone(machine)
                    : LastState.reach(new FileDisk(old), machine, recovery.keys());
            if (!reached.last().equals(best.log().last())) {
                throw new IOException("the log of " + best.directory() + " ended at "
                        + best.log().last() + " when it was looked at, and at " + reached.last()
                        + " when it was copied");
            }
            return begin(reached, machine);
        } catch (StoreException e) {
            throw new IOException(e.getMessage(), e);
        } finally {
            machine.close();
        }
    }

    private static long bytes(List<Path> parts) throws IOException {
        long bytes = 0;
        for (Path part : parts) {
            bytes += FolderCopy.bytes(part);
        }
        return bytes;
    }

    private void copy(List<Path> parts, Path old) throws IOException {
        long totalBytes = bytes(parts);
        long doneBytes = 0;
        for (Path part : parts) {
            Path place = source.relativize(part);
            boolean isState = plan.byStateAlone() || place.equals(Path.of(STORE));
            long before = doneBytes;
            doneBytes += FolderCopy.copy(
                    part,
                    isState ? folder().resolve(STORE) : old.resolve(place),
                    bytes -> progress.done(before + bytes, totalBytes));
        }
    }

    /** What the chain hash begins with matters to nobody: there is no log that leads there, and no other member begins with it. */
    private Reached stateAlone(KvStateMachine machine) throws IOException {
        long index = best.log().last().index();
        if (machine.store().appliedIndex() != index) {
            throw new IOException("the state of " + best.directory() + " was at entry " + index
                    + " when it was looked at, and at " + machine.store().appliedIndex() + " when it was copied");
        }
        return new Reached(
                best.log().last(),
                OptionalLong.of(machine.store().digest().total().shortened()));
    }

    private Made begin(Reached reached, KvStateMachine machine) throws IOException {
        Instant now = Instant.now();
        List<String> peerUrls = peerUrls();
        ClusterEpoch epoch = new ClusterEpoch(best.identity().clusterId())
                .next(best.id() + " " + best.log().last() + " " + now);
        Identity self = new Identity(
                epoch.clusterId(),
                NewMemberId.of(peerUrls, now),
                best.identity().memberName());
        SortedMap<MemberId, List<String>> addresses = new TreeMap<>();
        if (!peerUrls.isEmpty()) {
            addresses.put(self.member(), peerUrls);
        }
        Configuration members = new Configuration(
                new TreeSet<>(Set.of(self.member())), new TreeSet<>(), new TreeSet<>(), addresses, recovery.knownIds());
        long index = reached.last().index();
        long term = plan.highestTerm() + 1;
        FileDisk disk = new FileDisk(folder());
        Founding.begin(
                disk,
                self,
                new Beginning(new SnapshotMeta(reached.last(), members, index), reached.chainHash(), term),
                machine.capture(),
                recovery.keys());
        BeginningFile.write(disk, members);
        return new Made(
                target,
                epoch.number(),
                Long.toHexString(epoch.clusterId()),
                self.member().toString(),
                self.memberName(),
                reached.last().toString(),
                term,
                machine.store().currentRevision(),
                machine.store().digest().total().toString(),
                peerUrls,
                clientUrls(machine.store().members()),
                recovery.others(plan, machine.store().members()),
                machine.store().raisedAlarms().stream().map(NewEpoch::text).toList());
    }

    private static String text(Alarm alarm) {
        return alarm.type() + " of member " + Long.toHexString(alarm.memberId());
    }

    /** Where the survivor is reached: as its log has it, or, in a log of an earlier release, as the founders had it. */
    private List<String> peerUrls() throws IOException {
        List<String> known = best.members().addresses().getOrDefault(best.id(), List.of());
        return known.isEmpty()
                ? BeginningFile.read(new ReadOnlyDisk(source))
                        .map(beginning -> beginning.addresses().getOrDefault(best.id(), List.of()))
                        .orElse(List.of())
                : known;
    }

    private List<String> clientUrls(List<PublishedMember> members) {
        return members.stream()
                .filter(published -> published.memberId() == best.id().value())
                .map(PublishedMember::clientUrls)
                .findFirst()
                .orElse(List.of());
    }

    /** Looks at what was made as at any member's data before it gets its name. */
    private void requireRight(Made made) throws IOException {
        try (InspectedMember member = InspectedMember.of(folder().toString(), folder(), recovery.keys())) {
            Optional<InspectedState> state = member.storeState();
            long index = best.log().last().index();
            boolean complete = state.filter(found -> found.appliedIndex() == index
                            && found.revision() == made.revision()
                            && found.digest().equals(made.digest()))
                    .isPresent();
            Optional<InspectedState> before = best.standing().state().filter(found -> found.appliedIndex() == index);
            boolean same =
                    before.isEmpty() || before.map(InspectedState::digest).equals(state.map(InspectedState::digest));
            Optional<Finding> damage =
                    member.findings().stream().filter(Finding::isDamage).findFirst();
            if (!complete || !same || damage.isPresent()) {
                throw new IOException("what was made of " + best.directory() + " is not right ("
                        + damage.map(Finding::toString).orElse("its state is " + state) + ")");
            }
        }
    }
}
