package io.quorate.simulator;

import io.quorate.core.Effect;
import io.quorate.core.Event;
import io.quorate.core.quorum.MemberId;
import io.quorate.simulator.disk.DiskFaultException;
import io.quorate.simulator.disk.FullDiskException;
import io.quorate.simulator.fault.Fault;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which faults of disks, processes and clocks have really happened in a run, by what is seen of them. */
final class HappenedOnDisks implements RunObserver {

    private static final long MINUTE = 60_000_000_000L;

    /** What a member's clock showed, and when, in one life of its process. */
    private record ClockSeen(SimulatedProcess process, long now, long nanoTime) {}

    /** A life that does nothing before a moment. */
    private record Paused(SimulatedProcess process, long until) {}

    private final Agenda agenda;
    private final Map<String, Fault> planned = new HashMap<>();
    private final Set<String> happened;
    private final Map<MemberId, SimulatedMember> members = new HashMap<>();
    private final Map<MemberId, ClockSeen> clocks = new HashMap<>();
    private final Map<MemberId, Paused> paused = new HashMap<>();
    private final Set<MemberId> aboutToDie = new HashSet<>();
    private String target = "";
    private String how = "";
    private long lastFault = -1;

    /** @param happened is added to */
    HappenedOnDisks(Agenda agenda, RunPlan plan, Set<String> happened) {
        this.agenda = agenda;
        this.happened = happened;
        plan.faults().forEach(fault -> planned.put(fault.toString(), fault));
    }

    @Override
    public void fault(String description) {
        lastFault = agenda.now();
        Optional.ofNullable(planned.get(description)).ifPresent(this::begins);
        if (description.startsWith("a bit of ")) {
            happened.add("bit rot: " + target);
        } else if (description.startsWith("the write to ")) {
            String[] words = description.split(" ", -1);
            happened.add("misdirected write: " + (words[3].equals(words[8]) ? "same file" : "other file"));
        } else if (description.startsWith("there again: [")) {
            for (String folder : List.of("log/", "snapshots/")) {
                if (description.contains(folder)) {
                    happened.add("old files: " + folder);
                }
            }
        } else if (description.startsWith("the snapshot from ")) {
            happened.add("interrupted snapshot: " + how);
        } else if (description.startsWith("the identity of ")) {
            happened.add("an identity is put back");
        }
    }

    private void begins(Fault fault) {
        switch (fault) {
            case Fault.BitRot rot -> target = rot.target().toString();
            case Fault.InterruptSnapshot interruption ->
                how = interruption.how().toString();
            case Fault.CrashAtDiskOperation crash -> aboutToDie.add(crash.member());
            case Fault.Pause pause ->
                process(pause.member())
                        .ifPresent(process ->
                                paused.put(pause.member(), new Paused(process, agenda.now() + pause.nanos())));
            default -> {}
        }
    }

    private Optional<SimulatedProcess> process(MemberId member) {
        return Optional.ofNullable(members.get(member)).flatMap(SimulatedMember::process);
    }

    @Override
    public void opened(SimulatedMember member) {
        members.put(member.id(), member);
    }

    @Override
    public void crashed(SimulatedMember member, CrashKind kind) {
        happened.add("death: " + kind);
        // All other failures of the power are told of at the same moment.
        if (kind == CrashKind.POWER_LOSS && lastFault != agenda.now() && aboutToDie.contains(member.id())) {
            happened.add("power fails in the middle of an operation");
        }
    }

    @Override
    public void synced(MemberId member, Object file, boolean succeeded) {
        if (!succeeded) {
            happened.add("failed sync");
        }
    }

    @Override
    public void stopped(SimulatedMember member, Throwable cause) {
        for (Throwable reason = cause; reason != null; reason = reason.getCause()) {
            if (reason instanceof DiskFaultException && !(reason instanceof FullDiskException)) {
                happened.add("stopped by a failed " + reason.getStackTrace()[0].getMethodName());
            }
        }
    }

    @Override
    public void captured(SimulatedMember member, long index) {
        happened.add("snapshot");
    }

    @Override
    public void stepped(SimulatedMember member, Event event, List<Effect> effects) {
        if (member.disk().hangsUntil() > agenda.now()) {
            happened.add("a member goes on while its disk hangs");
        }
        member.process().ifPresent(process -> {
            Paused pause = paused.get(member.id());
            if (pause != null && pause.process == process && agenda.now() >= pause.until) {
                happened.add("pause");
            }
            lookAtClock(member.id(), process);
        });
    }

    private void lookAtClock(MemberId member, SimulatedProcess process) {
        ClockSeen now = new ClockSeen(process, agenda.now(), process.nanoTime());
        ClockSeen before = clocks.put(member, now);
        if (before != null && before.process == process) {
            long ahead = (now.nanoTime - before.nanoTime) - (now.now - before.now);
            if (Math.abs(ahead) > MINUTE) {
                happened.add(ahead > 0 ? "clock leaps forward" : "clock leaps back");
            } else if (ahead != 0) {
                happened.add(ahead > 0 ? "clock runs fast" : "clock runs slowly");
            }
        }
    }
}
