package io.quorate.simulator;

import io.quorate.core.Message;
import io.quorate.core.Rejection;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.simulator.fault.Fault;
import io.quorate.simulator.fault.PartitionShape;
import io.quorate.simulator.network.LinkFaults;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;

/** Which faults of the network have really happened in a run, by what became of the frames. */
final class HappenedOnLinks implements RunObserver {

    private static final long AT_ONCE_NANOS = 20_000_000;

    private record Way(MemberId from, MemberId to) {}

    /** What is wrong with some ways until a moment. */
    private record Active(String name, LinkFaults faults, BiPredicate<MemberId, MemberId> on, long until) {}

    private final Agenda agenda;
    private final Map<String, Fault> planned = new HashMap<>();
    private final Set<String> happened;
    private final List<Active> active = new ArrayList<>();
    private final Map<Way, Long> arrivedTooOften = new HashMap<>();
    private final Map<Way, Message.Heartbeat> latest = new HashMap<>();

    /** @param happened is added to */
    HappenedOnLinks(Agenda agenda, RunPlan plan, Set<String> happened) {
        this.agenda = agenda;
        this.happened = happened;
        plan.faults().forEach(fault -> planned.put(fault.toString(), fault));
    }

    @Override
    public void fault(String description) {
        if (description.equals("everything is mended") || description.startsWith("mended are only ")) {
            active.clear();
        }
        Optional.ofNullable(planned.get(description)).ifPresent(this::begins);
    }

    private void begins(Fault fault) {
        switch (fault) {
            case Fault.Partition partition -> partition(partition);
            case Fault.BadNetwork bad -> begins(bad.faults(), (from, to) -> true, bad.forNanos());
            case Fault.BadLinks bad ->
                begins(bad.faults(), (from, to) -> (bad.incoming() ? to : from).equals(bad.member()), bad.forNanos());
            case Fault.BadLink bad ->
                begins(bad.faults(), (from, to) -> from.equals(bad.from()) && to.equals(bad.to()), bad.forNanos());
            default -> {}
        }
    }

    private void partition(Fault.Partition partition) {
        Set<Way> cut = new HashSet<>();
        for (PartitionShape.Way way : partition.shape().cut(partition.order().size())) {
            cut.add(new Way(partition.order().get(way.from()), partition.order().get(way.to())));
        }
        active.add(new Active(
                "partition: " + partition.shape(),
                LinkFaults.NONE.withCut(partition.cut()),
                (from, to) -> cut.contains(new Way(from, to)),
                agenda.now() + partition.forNanos()));
    }

    private void begins(LinkFaults faults, BiPredicate<MemberId, MemberId> on, long forNanos) {
        String name = switch (faults.cut()) {
            case SILENT -> "half-open link";
            case NOTICED -> "cut link";
            case NONE -> "";
        };
        active.add(new Active(name, faults, on, agenda.now() + forNanos));
    }

    private List<Active> on(MemberId from, MemberId to) {
        return active.stream()
                .filter(bad -> bad.until > agenda.now() && bad.on.test(from, to))
                .toList();
    }

    @Override
    public void sent(MemberId from, MemberId to, PeerFrame frame) {
        arrivedTooOften.merge(new Way(from, to), -1L, Long::sum);
    }

    @Override
    public void lost(MemberId from, MemberId to, PeerFrame frame) {
        arrivedTooOften.merge(new Way(from, to), 1L, Long::sum);
        List<Active> wrong = on(from, to);
        boolean cut = wrong.stream().anyMatch(bad -> bad.faults.cut() != LinkFaults.Cut.NONE);
        for (Active bad : wrong) {
            if (bad.faults.cut() != LinkFaults.Cut.NONE) {
                happened.add(bad.name);
            } else if (!cut && bad.faults.loss() > 0) {
                happened.add("loss");
            } else if (!cut && bad.faults.bytesPerSecond() > 0) {
                happened.add("slow receiver");
            }
        }
    }

    @Override
    public void delivered(MemberId from, MemberId to, PeerFrame frame) {
        // What was under way when a connection ended is neither delivered nor told to be lost: that only hides some.
        if (arrivedTooOften.merge(new Way(from, to), 1L, Long::sum) > 0) {
            happened.add("frames come more often than they were sent");
        }
        if (frame instanceof PeerFrame.ForwardRefused refused && refused.reason() == Rejection.NO_ROOM) {
            happened.add("a full disk refuses writes");
        }
        if (frame instanceof PeerFrame.Raft raft && raft.message() instanceof Message.Heartbeat heartbeat) {
            heartbeat(from, to, heartbeat);
        }
        for (Active bad : active) {
            if (bad.faults.clogged()
                    && bad.on.test(from, to)
                    && bad.until <= agenda.now()
                    && agenda.now() < bad.until + AT_ONCE_NANOS) {
                happened.add("clogged link");
            }
        }
    }

    /** Rounds of a leader's heartbeats only grow. */
    private void heartbeat(MemberId from, MemberId to, Message.Heartbeat heartbeat) {
        Message.Heartbeat before = latest.put(new Way(from, to), heartbeat);
        if (before == null || before.term() != heartbeat.term() || before.readRound() <= heartbeat.readRound()) {
            return;
        }
        List<Active> wrong = on(from, to);
        boolean reordering = wrong.stream().anyMatch(bad -> bad.faults.reordering() > 0);
        boolean replay = wrong.stream().anyMatch(bad -> bad.faults.replay() > 0);
        if (reordering && !replay) {
            happened.add("reordering");
        } else if (replay && !reordering) {
            happened.add("replay");
        }
    }

    @Override
    public void damaged(MemberId from, MemberId to) {
        happened.add("corrupt frame");
    }
}
