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
import java.util.SplittableRandom;
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

    private static final long SECOND = 1_000_000_000;

    private final Agenda agenda;
    private final Cluster cluster;
    private final RunObserver observer;

    /** Several faults may lie on one link at a time. */
    private final List<Bad> bad = new ArrayList<>();

    private final MembershipDriver membership;
    private boolean healed;
    private int injected;

    FaultInjector(Agenda agenda, Cluster cluster, SplittableRandom random, RunObserver observer) {
        this.membership = new MembershipDriver(agenda, cluster, random, observer);
        this.agenda = agenda;
        this.cluster = cluster;
        this.observer = observer;
    }

    /** Puts the faults down for their times. */
    void schedule(List<Fault> faults) {
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

    /** A plan that was cut down may speak of members that there are not. */
    private boolean concernsSomebody(Fault fault) {
        return switch (fault) {
            case Fault.Crash crash -> exists(crash.member());
            case Fault.CrashAtDiskOperation crash -> exists(crash.member());
            case Fault.Pause pause -> exists(pause.member());
            case Fault.ClockJump jump -> exists(jump.member());
            case Fault.ClockDrift drift -> exists(drift.member());
            case Fault.Partition partition -> partition.order().stream().allMatch(this::exists);
            case Fault.BadNetwork network -> true;
            case Fault.BadLinks links -> exists(links.member());
            case Fault.BadDisk disk -> exists(disk.member());
            case Fault.BitRot rot -> exists(rot.member());
            case Fault.ChangeMembers change -> true;
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
                cluster.member(crash.member()).crash(crash.kind());
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
            case Fault.BadNetwork network -> badNetwork(network);
            case Fault.BadLinks links -> badLinks(links);
            case Fault.BadDisk bad -> {
                SimulatedMember member = cluster.member(bad.member());
                member.setDiskFaults(bad.faults());
                agenda.after(bad.forNanos(), () -> member.setDiskFaults(DiskFaults.NONE));
            }
            case Fault.BitRot rot -> {
                if (!cluster.everyVoterIsWhole()) {
                    return;
                }
                SimulatedMember member = cluster.member(rot.member());
                member.crash(CrashKind.PROCESS);
                member.disk().rot(rot.files()).ifPresent(file -> observer.fault("a bit of " + file + " turned over"));
                restartAfter(SECOND / 10, rot.member());
            }
            case Fault.ChangeMembers change -> membership.begin(change.change());
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

    private Optional<SimulatedProcess> process(MemberId member) {
        return cluster.member(member).process();
    }

    private void restartAfter(long nanos, MemberId member) {
        agenda.after(nanos, () -> cluster.member(member).start());
    }

    private void partition(Fault.Partition partition) {
        List<Bad> added = new ArrayList<>();
        for (PartitionShape.Way way : partition.shape().cut(partition.order().size())) {
            added.add(
                    new Bad(partition.order().get(way.from()), partition.order().get(way.to()), LinkFaults.CUT));
        }
        put(added, partition.forNanos());
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
        healed = true;
        membership.stop();
        observer.fault("everything is mended");
        List<Bad> all = List.copyOf(bad);
        bad.clear();
        all.forEach(this::refresh);
        for (MemberId id : cluster.ids()) {
            SimulatedMember member = cluster.member(id);
            member.disarm();
            member.setDiskFaults(DiskFaults.NONE);
            member.process().ifPresent(process -> {
                process.resume();
                process.driftClock(1);
            });
            member.start();
        }
        observer.mended();
    }
}
