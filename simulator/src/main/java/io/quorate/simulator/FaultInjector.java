package io.quorate.simulator;

import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.MemberId;
import io.quorate.simulator.disk.DiskFaults;
import io.quorate.simulator.fault.Fault;
import io.quorate.simulator.fault.PartitionShape;
import io.quorate.simulator.network.LinkFaults;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

/** Lets the faults of a plan happen in a cluster, and mends all that they broke at the end. */
final class FaultInjector {

    /** What is wrong with one link, for as long as it lasts. Another fault may look just the same, and is another. */
    private static final class Bad {
        private final MemberId from;
        private final MemberId to;
        private final LinkFaults faults;

        Bad(MemberId from, MemberId to, LinkFaults faults) {
            this.from = from;
            this.to = to;
            this.faults = faults;
        }
    }

    private final Agenda agenda;
    private final Cluster cluster;
    private final RunObserver observer;

    /** Several faults may lie on one link at a time. */
    private final List<Bad> bad = new ArrayList<>();

    private final MembershipDriver membership;

    /** Whoever manages the cluster, if anybody does. */
    private final Optional<ClusterOperator> operator;

    private final DiskDamage damage;
    private final LostEnds lostEnds;
    private final SplittableRandom random;
    private boolean healed;
    private int injected;

    /** @param forManagement what the operator throws its dice with, if there is one */
    FaultInjector(
            Agenda agenda,
            Cluster cluster,
            SplittableRandom random,
            Optional<SplittableRandom> forManagement,
            RunObserver observer) {
        this.random = random;
        this.membership = new MembershipDriver(agenda, cluster, random.split(), observer, forManagement.isPresent());
        this.operator = forManagement.map(dice -> new ClusterOperator(agenda, cluster, membership, dice, observer));
        this.damage = new DiskDamage(agenda, cluster, observer, membership);
        this.lostEnds = new LostEnds(agenda, cluster, observer, membership);
        this.agenda = agenda;
        this.cluster = cluster;
        this.observer = observer;
    }

    /** Puts the faults down for their times. */
    void schedule(List<Fault> faults) {
        damage.prepare(faults);
        for (Fault fault : faults) {
            agenda.at(fault.at(), () -> {
                if (!healed && concernsSomebody(fault)) {
                    injected++;
                    observer.fault(fault.toString());
                    inject(fault);
                }
            });
        }
    }

    /** A member has stopped by itself, or could not start. */
    void stopped(SimulatedMember member, Throwable cause) {
        damage.stopped(member, cause);
    }

    /** A member is about to lead. */
    void elected(SimulatedMember member) {
        operator.ifPresent(present -> present.elected(member));
    }

    /** A plan that was cut down may speak of members that there are not. */
    private boolean concernsSomebody(Fault fault) {
        return switch (fault) {
            case Fault.Crash crash -> exists(crash.member());
            case Fault.CrashAtDiskOperation crash -> exists(crash.member());
            case Fault.Pause pause -> exists(pause.member());
            case Fault.ClockJump jump -> exists(jump.member());
            case Fault.ClockDrift drift -> exists(drift.member());
            case Fault.Partition partition -> partition.order().stream().allMatch(this::exists);
            case Fault.CrashLeader crash -> cluster.leader().isPresent();
            case Fault.CutOffLeader cut -> cluster.leader().isPresent();
            case Fault.DeafenLeader deafen -> cluster.leader().isPresent();
            case Fault.BadNetwork network -> true;
            case Fault.BadLinks links -> exists(links.member());
            case Fault.BadLink link -> exists(link.from()) && exists(link.to());
            case Fault.InterruptSnapshot interruption -> true;
            case Fault.BadDisk disk -> exists(disk.member());
            case Fault.BitRot rot -> exists(rot.member());
            case Fault.MisdirectedReads reads -> exists(reads.member());
            case Fault.MisdirectedWrite write -> exists(write.member());
            case Fault.OldFiles files -> exists(files.member());
            case Fault.LoseEnd loss -> true;
            case Fault.ChangeMembers change -> true;
            case Fault.Manage manage -> true;
            case Fault.Transfer transfer -> exists(transfer.target());
            case Fault.Snapshot snapshot -> exists(snapshot.member());
        };
    }

    private boolean exists(MemberId member) {
        return cluster.ids().contains(member);
    }

    /** How many faults have happened. */
    int injected() {
        return injected;
    }

    private void inject(Fault fault) {
        switch (fault) {
            case Fault.Crash crash -> {
                SimulatedMember member = cluster.member(crash.member());
                crash(member, crash.kind());
                restartAfter(crash.downNanos(), crash.member());
            }
            case Fault.CrashAtDiskOperation crash ->
                cluster.member(crash.member())
                        .crashAtDiskOperation(
                                crash.operations(),
                                crash.kind(),
                                () -> restartAfter(crash.downNanos(), crash.member()));
            case Fault.Pause pause ->
                process(pause.member()).ifPresent(process -> process.pauseUntil(agenda.now() + pause.nanos()));
            case Fault.ClockJump jump -> process(jump.member()).ifPresent(process -> process.jumpClock(jump.byNanos()));
            case Fault.ClockDrift drift ->
                process(drift.member()).ifPresent(process -> {
                    process.driftClock(drift.rate());
                    agenda.after(drift.forNanos(), () -> process.driftClock(1));
                });
            case Fault.Partition partition -> partition(partition);
            case Fault.CrashLeader crash ->
                cluster.leader().ifPresent(leader -> {
                    crash(leader, crash.kind());
                    restartAfter(crash.downNanos(), leader.id());
                });
            case Fault.CutOffLeader cut -> cluster.leader().ifPresent(leader -> cutOff(leader.id(), cut));
            case Fault.DeafenLeader deafen -> cluster.leader().ifPresent(leader -> deafen(leader.id(), deafen));
            case Fault.BadNetwork network -> badNetwork(network);
            case Fault.BadLinks links -> badLinks(links);
            case Fault.BadLink link -> put(List.of(new Bad(link.from(), link.to(), link.faults())), link.forNanos());
            case Fault.InterruptSnapshot interruption ->
                cluster.network()
                        .interruptSnapshot(
                                interruption.pieces(),
                                (sender, receiver) -> interruptSnapshot(interruption, sender, receiver));
            case Fault.BadDisk bad -> badDisk(bad.member(), bad.faults(), bad.forNanos());
            case Fault.BitRot rot -> damage.rot(rot);
            case Fault.MisdirectedReads reads -> damage.misdirectReads(reads);
            case Fault.MisdirectedWrite write -> damage.misdirectWrite(write);
            case Fault.OldFiles files -> damage.bringBackOld(files);
            case Fault.LoseEnd loss -> lostEnds.lose(loss);
            case Fault.ChangeMembers change -> membership.begin(change.change());
            case Fault.Manage manage -> operator.ifPresent(present -> present.begin(manage.operation()));
            case Fault.Transfer transfer ->
                cluster.leader().flatMap(SimulatedMember::node).ifPresent(node -> {
                    CompletableFuture<Void> unused = node.transferLeadership(transfer.target());
                });
            case Fault.Snapshot snapshot ->
                cluster.member(snapshot.member()).node().ifPresent(node -> {
                    CompletableFuture<SnapshotMeta> unused = node.takeSnapshot();
                });
        }
    }

    private void badDisk(MemberId id, DiskFaults faults, long forNanos) {
        SimulatedMember member = cluster.member(id);
        if (member.disk().isMisleading()) {
            return;
        }
        member.setDiskFaults(faults);
        agenda.after(forNanos, () -> member.setDiskFaults(DiskFaults.NONE));
    }

    private void interruptSnapshot(Fault.InterruptSnapshot interruption, MemberId sender, MemberId receiver) {
        observer.fault("the snapshot from " + sender + " to " + receiver + " is interrupted");
        switch (interruption.how()) {
            case LINK -> {}
            case LINK_FOR_A_WHILE ->
                put(
                        List.of(new Bad(sender, receiver, LinkFaults.CUT), new Bad(receiver, sender, LinkFaults.CUT)),
                        interruption.downNanos());
            case SENDER -> {
                crash(cluster.member(sender), CrashKind.POWER_LOSS);
                restartAfter(interruption.downNanos(), sender);
            }
            case RECEIVER -> {
                crash(cluster.member(receiver), CrashKind.POWER_LOSS);
                restartAfter(interruption.downNanos(), receiver);
            }
        }
    }

    /** A disk that misleads and a power failure at the same moment are more than any log can tell apart. */
    private static void crash(SimulatedMember member, CrashKind kind) {
        member.crash(member.isSuspect() ? CrashKind.PROCESS : kind);
    }

    private Optional<SimulatedProcess> process(MemberId member) {
        return cluster.member(member).process();
    }

    private void restartAfter(long nanos, MemberId member) {
        agenda.after(nanos, () -> cluster.member(member).start());
    }

    private void partition(Fault.Partition partition) {
        List<Bad> added = new ArrayList<>();
        for (PartitionShape.Way way : partition.shape().cut(partition.order().size())) {
            added.add(new Bad(
                    partition.order().get(way.from()),
                    partition.order().get(way.to()),
                    LinkFaults.NONE.withCut(partition.cut())));
        }
        put(added, partition.forNanos());
    }

    private void cutOff(MemberId leader, Fault.CutOffLeader cut) {
        Set<MemberId> side = othersThan(leader, cut.companions());
        side.add(leader);
        List<Bad> added = new ArrayList<>();
        for (MemberId from : cluster.ids()) {
            for (MemberId to : cluster.ids()) {
                if (side.contains(from) != side.contains(to)) {
                    added.add(new Bad(from, to, LinkFaults.CUT));
                }
            }
        }
        put(added, cut.forNanos());
    }

    private void deafen(MemberId leader, Fault.DeafenLeader deafen) {
        Set<MemberId> listeners = othersThan(leader, deafen.listeners());
        List<Bad> added = new ArrayList<>();
        for (MemberId other : othersThan(leader, cluster.ids().size())) {
            added.add(new Bad(other, leader, LinkFaults.CUT));
            if (!listeners.contains(other)) {
                added.add(new Bad(leader, other, LinkFaults.CUT));
            }
        }
        put(added, deafen.forNanos());
    }

    /** So many members beside the leader, at most. */
    private Set<MemberId> othersThan(MemberId leader, int count) {
        Set<MemberId> others = new TreeSet<>();
        cluster.ids().stream().filter(id -> !id.equals(leader)).limit(count).forEach(others::add);
        return others;
    }

    private void badNetwork(Fault.BadNetwork network) {
        List<Bad> added = new ArrayList<>();
        for (MemberId from : cluster.ids()) {
            for (MemberId to : cluster.ids()) {
                if (!from.equals(to)) {
                    added.add(new Bad(from, to, network.faults()));
                }
            }
        }
        put(added, network.forNanos());
    }

    private void badLinks(Fault.BadLinks links) {
        List<Bad> added = new ArrayList<>();
        for (MemberId other : cluster.ids()) {
            if (!other.equals(links.member())) {
                added.add(
                        links.incoming()
                                ? new Bad(other, links.member(), links.faults())
                                : new Bad(links.member(), other, links.faults()));
            }
        }
        put(added, links.forNanos());
    }

    private void put(List<Bad> added, long forNanos) {
        bad.addAll(added);
        added.forEach(this::refresh);
        agenda.after(forNanos, () -> {
            for (Bad over : added) {
                bad.remove(over);
                refresh(over);
            }
        });
    }

    private void refresh(Bad link) {
        LinkFaults together = LinkFaults.NONE;
        for (Bad one : bad) {
            if (one.from.equals(link.from) && one.to.equals(link.to)) {
                together = together.and(one.faults);
            }
        }
        cluster.network().setFaults(link.from, link.to, together);
    }

    /** Nothing is broken from now on, and everyone runs. */
    void heal() {
        stopBreaking();
        observer.fault("everything is mended");
        List<Bad> all = List.copyOf(bad);
        bad.clear();
        all.forEach(this::refresh);
        cluster.network().endBacklogs();
        cluster.members().forEach(this::heal);
        observer.mended();
    }

    /**
     * Nothing is broken any more at a quorum and between its members; the others are cut off or dead, until
     * {@link #heal}.
     *
     * @return whether there is a quorum that must be able to go on; if not, nothing was done
     */
    boolean healQuorum() {
        Optional<SortedSet<MemberId>> quorum = QuorumDraw.draw(cluster, membership, random);
        if (quorum.isEmpty()) {
            return false;
        }
        stopBreaking();
        observer.fault("mended are only " + quorum.get());
        List<Bad> before = List.copyOf(bad);
        bad.clear();
        for (SimulatedMember member : cluster.members()) {
            if (quorum.get().contains(member.id())) {
                heal(member);
            } else if (random.nextBoolean()) {
                crash(member, CrashKind.POWER_LOSS);
            }
        }
        for (MemberId inside : quorum.get()) {
            for (MemberId outside : cluster.ids()) {
                if (!quorum.get().contains(outside)) {
                    bad.add(new Bad(inside, outside, LinkFaults.HALF_OPEN));
                    bad.add(new Bad(outside, inside, LinkFaults.HALF_OPEN));
                }
            }
        }
        before.forEach(this::refresh);
        List.copyOf(bad).forEach(this::refresh);
        cluster.network().endBacklogs();
        return true;
    }

    private void stopBreaking() {
        healed = true;
        membership.stop();
        cluster.network().letSnapshotsPass();
    }

    private void heal(SimulatedMember member) {
        member.disarm();
        member.setDiskFaults(DiskFaults.NONE);
        if (member.disk().hangsUntil() > agenda.now()) {
            // Nothing else ends a sync that hangs.
            member.crash(CrashKind.PROCESS);
        }
        member.process().ifPresent(process -> {
            process.resume();
            process.driftClock(1);
        });
        member.start();
    }
}
