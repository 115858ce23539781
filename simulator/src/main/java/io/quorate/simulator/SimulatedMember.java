package io.quorate.simulator;

import io.quorate.core.CoreStatus;
import io.quorate.core.Effect;
import io.quorate.core.EntryId;
import io.quorate.core.Event;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.EngineMetrics;
import io.quorate.engine.NodeObserver;
import io.quorate.engine.NodeOptions;
import io.quorate.engine.Ports;
import io.quorate.engine.RaftNode;
import io.quorate.engine.StateMachine;
import io.quorate.engine.detection.Detection;
import io.quorate.engine.disk.DataDirectory;
import io.quorate.engine.log.RaftLog;
import io.quorate.engine.transport.StorageIds;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Result;
import io.quorate.simulator.disk.Damage;
import io.quorate.simulator.disk.DiskFaults;
import io.quorate.simulator.disk.DiskObserver;
import io.quorate.simulator.disk.SimulatedDisk;
import io.quorate.simulator.network.SimulatedNetwork;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/** A member of the simulated cluster: its disk, which outlives it, and the production node that runs on it, if it runs. */
public final class SimulatedMember {

    private static final long CLUSTER_ID = 0x51;
    private static final long LOOP_TASK_NANOS = 6_000;
    private static final long OTHER_TASK_NANOS = 3_000;

    /** One life. */
    private record Life(
            SimulatedProcess process,
            RaftNode<Result> node,
            SimulatedStateMachine stateMachine,
            Optional<ClientServices> services,
            Optional<StorageIds> storages) {}

    /** A death that is foreseen. */
    private static final class ArmedCrash {
        private int remaining;
        private final CrashKind kind;
        private final Runnable died;

        ArmedCrash(int remaining, CrashKind kind, Runnable died) {
            this.remaining = remaining;
            this.kind = kind;
            this.died = died;
        }
    }

    private static final long ADMISSION_PAUSE_NANOS = 500_000_000;

    private final MemberId id;
    private final Agenda agenda;
    private final SimulatedNetwork network;
    private final MemberSettings settings;
    private final SplittableRandom random;

    /** Not drawn from the run's generator: nothing that happens depends on it. */
    private final SplittableRandom secrets;

    private final RunObserver observer;
    private final DurableStore durableStore = new DurableStore();
    private SimulatedDisk disk;
    private Optional<Life> life = Optional.empty();
    private Optional<RaftLog> log = Optional.empty();
    private Optional<CoreStatus> recovered = Optional.empty();
    private Configuration bootstrap;
    private final boolean witness;
    private Optional<ArmedCrash> armed = Optional.empty();
    private int starts;

    /** Whether its disk may have lost something that it acknowledged, and nobody has looked since. */
    private boolean suspect;

    /** Where its log ended before its disk forgot the end, until it reaches as far again. */
    private Optional<EntryId> lostEnd = Optional.empty();

    private Optional<byte[]> identity = Optional.empty();
    private boolean wasMember;

    /** Whether its disk has ever given or kept anything else than what was written. */
    private boolean misled;

    /** Whether it has lost its disk, and comes back under its id all the same. */
    private boolean wiped;

    /** Whether it runs no more, for good: it was removed, or its disk is lost. */
    private boolean retired;

    SimulatedMember(
            MemberId id,
            Configuration bootstrap,
            boolean witness,
            Agenda agenda,
            SimulatedNetwork network,
            MemberSettings settings,
            SplittableRandom random,
            RunObserver observer) {
        this.id = id;
        this.bootstrap = bootstrap;
        this.witness = witness;
        this.wasMember = bootstrap.isMember(id);
        this.agenda = agenda;
        this.network = network;
        this.settings = settings;
        this.random = random;
        this.secrets = new SplittableRandom(id.value());
        this.observer = observer;
        this.disk = newDisk();
    }

    private SimulatedDisk newDisk() {
        SimulatedDisk empty = settings.newDisk(random.split());
        empty.setObserver(new DiskWatch());
        empty.setClock(agenda::now);
        return empty;
    }

    /** Who the member is, for the operator to put back when the disk does not tell any more. */
    void setIdentity(byte[] right) {
        identity = Optional.of(right);
    }

    /** Puts back what was kept of the identity. Whether there was something to put back. */
    boolean restoreIdentity() {
        boolean kept = identity.isPresent();
        identity.ifPresent(right -> disk.replace("identity", right));
        identity = Optional.empty();
        return kept;
    }

    /** A configuration with it in it was committed. */
    void becameMember() {
        wasMember = true;
    }

    /** Whether a configuration with it in it was ever committed. */
    boolean wasMember() {
        return wasMember;
    }

    /** Its disk may have lost something from now on, until the next start finds out. */
    void suspect() {
        suspect = true;
        misled = true;
    }

    /** Its disk has forgotten the end of its log, which it need not find out. */
    void losesEnd(EntryId end) {
        suspect();
        lostEnd = Optional.of(end);
    }

    /** Whether its log is shorter than what its disk has forgotten, whether it knows or not. */
    boolean lacksItsEnd() {
        lostEnd = lostEnd.filter(end -> !node().map(RaftNode::status)
                .filter(status -> status.last().isAtLeastAsUpToDateAs(end)
                        && status.syncedIndex() == status.last().index())
                .isPresent());
        return lostEnd.isPresent();
    }

    /** Whether its disk may have lost something, and no start has found out yet. */
    boolean isSuspect() {
        return suspect;
    }

    /** Whether its disk has ever kept or given back anything else than what was written: then it may stop and say so. */
    public boolean wasMisled() {
        return misled;
    }

    /** Tells the run's observer what reaches the disk. */
    private final class DiskWatch implements DiskObserver {

        @Override
        public void written(Object file, long position, byte[] bytes) {
            observer.written(id, file, position, bytes);
        }

        @Override
        public void synced(Object file, boolean succeeded) {
            observer.synced(id, file, succeeded);
        }

        @Override
        public void damaged(Damage damage) {
            observer.rotted(id, damage);
        }
    }

    public MemberId id() {
        return id;
    }

    /** Whether it holds no data, in all its lives. */
    public boolean isWitness() {
        return witness;
    }

    public boolean isRunning() {
        return life.isPresent();
    }

    /** It will never run again. */
    void retire() {
        retired = true;
    }

    /** It has lost its disk, and will come back by the same id with an empty one. */
    void wipe() {
        wiped = true;
        crash(CrashKind.DISK_LOSS);
    }

    /** Whether it has lost what it had promised, and may come back all the same: nobody may count on it, nor count it. */
    public boolean isWiped() {
        return wiped;
    }

    /** What it knows of the others' storages, while it runs, in a run with handshakes. */
    Optional<StorageIds> storages() {
        return life.flatMap(Life::storages);
    }

    /** Whether it will never run again. */
    public boolean isRetired() {
        return retired;
    }

    /** What is wrong with its disk from now on. */
    void setDiskFaults(DiskFaults faults) {
        disk.setFaults(faults);
    }

    /** Running, and neither paused. */
    public boolean isResponsive() {
        return life.isPresent() && !life.get().process.isPaused();
    }

    /** The node, while it runs. */
    public Optional<RaftNode<Result>> node() {
        return life.map(Life::node);
    }

    /**
     * Has a command committed, while the node runs. All proposals go this way, so that whoever watches knows how often a command was
     * proposed: the log does not tell one proposal from another of the same bytes.
     */
    public CompletableFuture<Result> propose(byte[] command) {
        Life asked = life.orElseThrow();
        observer.proposed(this, ByteBuffer.wrap(command));
        return asked.node.propose(ByteBuffer.wrap(command)).whenComplete((result, failure) -> {
            // What a dead process had to say never leaves it.
            if (asked.process.isAlive() && CertainFailure.is(failure)) {
                observer.failed(this, ByteBuffer.wrap(command));
            }
        });
    }

    /** The process, while it runs. */
    public Optional<SimulatedProcess> process() {
        return life.map(Life::process);
    }

    /** The store as this member has it, while it runs. */
    public Optional<MvccStore> store() {
        return life.map(alive -> alive.stateMachine.store());
    }

    /** What it does for clients beside its store, while it runs, and in runs that have such clients. */
    public Optional<ClientServices> services() {
        return life.flatMap(Life::services);
    }

    /** The log of the present life, or of the last; to be read while no task of the member runs. */
    public Optional<RaftLog> log() {
        return log;
    }

    /** What the node found on its disk when it started last. */
    public Optional<CoreStatus> recovered() {
        return recovered;
    }

    /** How often it was started. */
    public int starts() {
        return starts;
    }

    public SimulatedDisk disk() {
        return disk;
    }

    /** Puts another disk in, while the member is down. What its store had flushed lay on the old one. */
    public void replaceDisk(SimulatedDisk replacement) {
        if (life.isPresent()) {
            throw new IllegalStateException("member " + id + " runs");
        }
        disk = replacement;
        disk.setObserver(new DiskWatch());
        durableStore.clear();
        observer.rotted(id, Damage.ANY);
    }

    /** Starts a process on what the disk holds. It may refuse, and says so to the observer. */
    public void start() {
        if (life.isPresent() || retired) {
            return;
        }
        starts++;
        SimulatedProcess process = new SimulatedProcess(agenda, disk::takeLatencyNanos);
        disk.setPatience(process::waitUntil);
        SimulatedStateMachine stateMachine =
                new SimulatedStateMachine(durableStore, random.split(), settings.keys(), listener(process));
        Optional<ClientServices> services = settings.leases()
                .map(options -> new ClientServices(process, options, stateMachine::store, this::propose));
        services.ifPresent(stateMachine::setServices);
        disk.setHook(() -> beforeDiskOperation(process));
        try {
            Optional<StorageIds> storages = openStorages(process);
            RaftNode<Result> node = RaftNode.start(
                    options(), ports(process, storages), stateMachine, metrics(process), nodeObserver(process));
            disk.takeLatencyNanos();
            services.ifPresent(begun -> begun.begin(node));
            suspect = disk.isMisleading();
            life = Optional.of(new Life(process, node, stateMachine, services, storages));
            storages.ifPresent(known -> takePart(process, node, known));
            CompletableFuture<Void> unused = node.stopped().thenAccept(cause -> {
                if (process.isAlive()) {
                    agenda.at(agenda.now(), () -> end(process, cause));
                }
            });
        } catch (IOException | RuntimeException e) {
            process.die();
            disk = disk.afterProcessCrash();
            observer.stopped(this, e);
        }
    }

    private Optional<StorageIds> openStorages(SimulatedProcess process) throws IOException {
        if (!settings.handshakes()) {
            return Optional.empty();
        }
        boolean usedBefore = DataDirectory.identityOf(disk).isPresent();
        return Optional.of(StorageIds.open(
                disk, usedBefore, () -> 1 + random.nextLong(Long.MAX_VALUE), process.executor(OTHER_TASK_NANOS)));
    }

    /** A server that cannot put that on record, since its disk is full, stops and is started again; here it tries again. */
    private void admit(SimulatedProcess process, StorageIds storages) {
        CompletableFuture<Void> unused = storages.admit().exceptionally(failure -> {
            agenda.after(ADMISSION_PAUSE_NANOS, () -> {
                if (process.isAlive()) {
                    admit(process, storages);
                }
            });
            return null;
        });
    }

    /** One whose disk was wiped has to find out first that it has lost nothing, which it will not. */
    private void takePart(SimulatedProcess process, RaftNode<Result> node, StorageIds storages) {
        if (!wiped && !storages.isAdmitted()) {
            admit(process, storages);
        }
        CompletableFuture<Void> unused = node.disowned()
                .thenAccept(says -> agenda.at(agenda.now(), () -> {
                    if (process.isAlive()) {
                        disown();
                    }
                }));
    }

    /** Others remember it with another storage: it stops for good, as the server does. */
    void disown() {
        observer.disowned(this);
        retire();
        crash(CrashKind.PROCESS);
    }

    private NodeOptions options() {
        NodeOptions plain = new NodeOptions(
                0,
                CLUSTER_ID,
                id,
                "m" + id,
                bootstrap,
                settings.timing(),
                settings.storage(),
                settings.flow(),
                random.nextLong());
        return plain.withWitness(witness).with(settings.keys());
    }

    private Ports ports(SimulatedProcess process, Optional<StorageIds> storages) {
        Runnable settled = () -> observer.settled(this);
        return new Ports(
                process,
                process,
                disk,
                listener -> network.open(id, process::isAlive, listener, storages),
                process.executor(LOOP_TASK_NANOS, () -> disk.whileLookedAt(settled)),
                process.executor(OTHER_TASK_NANOS),
                process.executor(OTHER_TASK_NANOS),
                process.executor(OTHER_TASK_NANOS),
                secrets::nextLong);
    }

    private EngineMetrics metrics(SimulatedProcess process) {
        return new EngineMetrics() {
            @Override
            public void detected(Detection detection) {
                if (process.isAlive()) {
                    observer.detected(SimulatedMember.this, detection);
                }
            }
        };
    }

    private NodeObserver nodeObserver(SimulatedProcess process) {
        return new NodeObserver() {
            @Override
            public void opened(CoreStatus status, RaftLog opened) {
                recovered = Optional.of(status);
                log = Optional.of(opened);
                disk.whileLookedAt(() -> observer.opened(SimulatedMember.this));
            }

            @Override
            public void stepped(Event event, List<Effect> effects) {
                // Each batch ends with a flush, and most of them have nothing to say.
                boolean idle = event instanceof Event.Flush && effects.isEmpty();
                if (!idle && process.isAlive()) {
                    observer.stepped(SimulatedMember.this, event, effects);
                }
            }
        };
    }

    private SimulatedStateMachine.Listener listener(SimulatedProcess process) {
        return new SimulatedStateMachine.Listener() {
            @Override
            public void applied(List<StateMachine.Command> commands, List<Result> results, long lastIndex) {
                if (process.isAlive()) {
                    observer.applied(SimulatedMember.this, commands, results, lastIndex);
                }
            }

            @Override
            public void captured(long index) {
                if (process.isAlive()) {
                    observer.captured(SimulatedMember.this, index);
                }
            }

            @Override
            public void restored(long index) {
                if (process.isAlive()) {
                    observer.restored(SimulatedMember.this, index);
                }
            }
        };
    }

    /** The process dies now. */
    public void crash(CrashKind kind) {
        if (life.isEmpty()) {
            return;
        }
        life.get().process.die();
        life = Optional.empty();
        disk = switch (kind) {
            case PROCESS -> disk.afterProcessCrash();
            case POWER_LOSS -> disk.afterPowerLoss();
            case DISK_LOSS -> newDisk();
        };
        if (kind == CrashKind.DISK_LOSS) {
            durableStore.clear();
        }
        observer.crashed(this, kind);
    }

    /**
     * The process dies at the operation of its disk that comes after so many others, in the middle of whatever it does.
     *
     * @param died called when that has happened
     */
    public void crashAtDiskOperation(int furtherOperations, CrashKind kind, Runnable died) {
        armed = Optional.of(new ArmedCrash(furtherOperations, kind, died));
    }

    /** No death at an operation of the disk is foreseen any more. */
    void disarm() {
        armed = Optional.empty();
    }

    /** Called before each operation of the disk that changes something. */
    private void beforeDiskOperation(SimulatedProcess process) {
        if (!process.isAlive()) {
            throw new ProcessDied();
        }
        if (armed.isPresent() && life.isPresent() && --armed.get().remaining < 0) {
            ArmedCrash crash = armed.get();
            armed = Optional.empty();
            process.die();
            // The rest is done outside of what the process was doing.
            agenda.at(agenda.now(), () -> {
                crash(crash.kind);
                crash.died.run();
            });
            throw new ProcessDied();
        }
    }

    /** The node has stopped by itself. */
    private void end(SimulatedProcess process, Throwable cause) {
        if (life.isPresent() && life.get().process == process) {
            process.die();
            observer.stopped(this, cause);
            life = Optional.empty();
            disk = disk.afterProcessCrash();
        }
    }
}
