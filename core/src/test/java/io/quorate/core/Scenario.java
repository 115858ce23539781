package io.quorate.core;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Runs the commands of a scenario file, and writes down what the members do.
 *
 * <pre>
 * cluster 3                              members 1, 2 and 3; or: cluster 1 2 3 outgoing 1 2 4 learners 5 priorities 1=0 3=5
 *                                        or: cluster 1 2 3 witnesses 3
 * log 2 term 3 of 1 1 3                  member 2 starts with entries of these terms, having been in term 3
 * campaign 1                             ticks until member 1 campaigns
 * tick 1 5 | tick all 5                  five ticks
 * propose 1 3                            three commands
 * read 2 | transfer 1 2                  a linearizable read; a transfer of leadership to 2
 * sync 1 | sync 1 2                      all writes, or the oldest two, become durable
 * deliver | deliver 1->2                 what is under way now arrives; answers to it do not yet
 * pass 20                                ticks of all, after each of which everything settles
 * settle                                 deliver and sync everything until nothing moves
 * drop | drop 1->2 | cut 3 | heal        loses what is under way; cuts a member off; mends all
 * snapshot 1 2                           of all that is applied, keeping two entries in the log before it
 * restart 2 | damage 2 5                 crashes; the second loses entries from index 5 on
 * forget 2 5 term 1                      crashes, loses entries from index 5 on, and what it promised after term 1
 * status | log 1                         a picture of all; the terms of a log
 * quiet ...                              runs any of these without writing the trace
 * </pre>
 */
final class Scenario {

    private static final int ELECTION_TIMEOUT_TICKS = 10;
    private static final int HEARTBEAT_TICKS = 2;

    private Invariants invariants = new Invariants();
    private final Map<MemberId, SimulatedMember> members = new TreeMap<>();
    private final List<Envelope> network = new ArrayList<>();
    private final Set<MemberId> cutOff = new HashSet<>();
    private final StringBuilder output = new StringBuilder();
    private boolean quiet;
    private long reads;

    /** Runs one command, and returns what is to be read of it. */
    String run(String command) {
        output.setLength(0);
        List<String> words = new ArrayList<>(Arrays.asList(command.split("\\s+", -1)));
        quiet = words.getFirst().equals("quiet");
        if (quiet) {
            words.removeFirst();
        }
        dispatch(words.removeFirst(), words);
        return output.isEmpty() ? "nothing\n" : output.toString();
    }

    private void dispatch(String command, List<String> words) {
        switch (command) {
            case "cluster" -> cluster(words);
            case "log" -> log(words);
            case "campaign" -> campaign(member(words.get(0)));
            case "tick" -> tick(words.get(0), count(words, 1));
            case "propose" -> act(member(words.get(0)), member -> member.propose(count(words, 1)));
            case "read" -> {
                reads++;
                act(member(words.get(0)), member -> member.step(new Event.ReadRequested(reads)));
            }
            case "transfer" ->
                act(member(words.get(0)), member -> member.step(new Event.TransferRequested(id(words.get(1)))));
            case "sync" -> act(member(words.get(0)), member -> member.sync(words.size() > 1 ? count(words, 1) : 1_000));
            case "deliver" -> deliver(link(words));
            case "settle" -> settle();
            case "pass" -> {
                for (int i = 0; i < count(words, 0); i++) {
                    tick("all", 1);
                    settle();
                }
            }
            case "drop" -> network.removeIf(link(words));
            case "cut" -> cutOff.add(id(words.get(0)));
            case "heal" -> cutOff.clear();
            case "snapshot" -> act(member(words.get(0)), member -> member.snapshot(count(words, 1)));
            case "restart" -> member(words.get(0)).restart();
            case "damage" -> member(words.get(0)).restartDamaged(count(words, 1));
            case "forget" -> member(words.get(0)).restartWithoutEnd(count(words, 1), count(words, 3));
            case "status" -> status();
            default -> throw new IllegalArgumentException("unknown command " + command);
        }
    }

    // --- arguments

    private static int count(List<String> words, int position) {
        return words.size() > position ? Integer.parseInt(words.get(position)) : 1;
    }

    private static MemberId id(String word) {
        return new MemberId(Long.parseLong(word));
    }

    private SimulatedMember member(String word) {
        SimulatedMember member = members.get(id(word));
        if (member == null) {
            throw new IllegalArgumentException("no member " + word);
        }
        return member;
    }

    private static Predicate<Envelope> link(List<String> words) {
        if (words.isEmpty()) {
            return envelope -> true;
        }
        String[] ends = words.getFirst().split("->", -1);
        return envelope -> envelope.from().equals(id(ends[0])) && envelope.to().equals(id(ends[1]));
    }

    // --- commands

    private void cluster(List<String> words) {
        members.clear();
        network.clear();
        cutOff.clear();
        invariants = new Invariants();
        TreeSet<MemberId> voters = new TreeSet<>();
        TreeSet<MemberId> outgoing = new TreeSet<>();
        TreeSet<MemberId> learners = new TreeSet<>();
        TreeMap<MemberId, Integer> priorities = new TreeMap<>();
        TreeSet<MemberId> witnesses = new TreeSet<>();
        Set<MemberId> set = voters;
        if (words.size() == 1) {
            for (int i = 1; i <= Integer.parseInt(words.getFirst()); i++) {
                voters.add(new MemberId(i));
            }
            words.clear();
        }
        for (String word : words) {
            switch (word) {
                case "outgoing" -> set = outgoing;
                case "learners" -> set = learners;
                case "priorities" -> set = Set.of();
                case "witnesses" -> set = witnesses;
                default -> {
                    String[] parts = word.split("=", -1);
                    if (parts.length == 2) {
                        priorities.put(id(parts[0]), Integer.valueOf(parts[1]));
                    } else {
                        set.add(id(word));
                    }
                }
            }
        }
        Configuration configuration =
                new Configuration(voters, outgoing, learners, new TreeMap<>(), new TreeSet<>(), priorities, witnesses);
        SnapshotMeta bootstrap = new SnapshotMeta(EntryId.ORIGIN, configuration, 0);
        for (MemberId id : configuration.members()) {
            CoreOptions options = new CoreOptions(
                    id,
                    ELECTION_TIMEOUT_TICKS,
                    HEARTBEAT_TICKS,
                    0,
                    3 * TestEntry.BYTES,
                    3,
                    9 * TestEntry.BYTES,
                    20 * TestEntry.BYTES);
            SimulatedMember member =
                    new SimulatedMember(options, bootstrap, new SplittableRandom(id.value()), this::send, new Trace());
            members.put(id, member);
            invariants.watch(member);
        }
        line("configuration " + configuration.voters() + " outgoing " + configuration.outgoingVoters() + " learners "
                + configuration.learners()
                + (priorities.isEmpty() ? "" : " priorities " + configuration.priorities())
                + (witnesses.isEmpty() ? "" : " witnesses " + configuration.witnesses()));
    }

    private void log(List<String> words) {
        SimulatedMember member = member(words.get(0));
        if (words.size() > 1) {
            List<Long> terms = words.stream().skip(4).map(Long::parseLong).toList();
            member.restartWith(Long.parseLong(words.get(2)), terms);
        }
        SimulatedDisk disk = member.written();
        line(disk.log.stream().map(entry -> entry.id().toString()).collect(Collectors.joining(" ")));
    }

    private void campaign(SimulatedMember member) {
        for (int i = 0; i < 4 * ELECTION_TIMEOUT_TICKS && member.status().role() == RoleName.FOLLOWER; i++) {
            act(member, SimulatedMember::tick);
        }
    }

    private void tick(String which, int count) {
        for (int i = 0; i < count; i++) {
            if (which.equals("all")) {
                members.values().forEach(member -> act(member, SimulatedMember::tick));
            } else {
                act(member(which), SimulatedMember::tick);
            }
        }
    }

    private void act(SimulatedMember member, Consumer<SimulatedMember> action) {
        action.accept(member);
        while (member.hasCompletions()) {
            member.complete();
        }
        member.flush();
    }

    private void send(Envelope envelope) {
        if (cutOff.contains(envelope.from()) == cutOff.contains(envelope.to())) {
            network.add(envelope);
        }
    }

    private boolean deliver(Predicate<Envelope> which) {
        List<Envelope> now = network.stream().filter(which).toList();
        network.removeAll(now);
        for (Envelope envelope : now) {
            SimulatedMember receiver = members.get(envelope.to());
            if (receiver != null) {
                act(receiver, member -> member.receive(envelope));
            }
        }
        return !now.isEmpty();
    }

    private void settle() {
        boolean moved = true;
        while (moved) {
            moved = deliver(envelope -> true);
            for (SimulatedMember member : members.values()) {
                if (member.hasUnsynced()) {
                    moved = true;
                    act(member, SimulatedMember::syncAll);
                }
            }
        }
    }

    private void status() {
        for (SimulatedMember member : members.values()) {
            CoreStatus status = member.status();
            line(member.id + " " + status.role() + " term=" + status.term() + " leader="
                    + status.leader().map(MemberId::toString).orElse("none") + " last=" + status.last() + " synced="
                    + status.syncedIndex() + " commit=" + status.commitIndex() + " applied=" + status.appliedIndex()
                    + (status.votingSuspended() ? " voting suspended" : ""));
            for (CoreStatus.FollowerStatus follower : status.followers()) {
                line("  " + follower.member() + " " + follower.state() + " match=" + follower.matchIndex() + " next="
                        + follower.nextIndex() + (follower.recentlyActive() ? "" : " silent"));
            }
        }
    }

    private void line(String text) {
        if (!quiet) {
            output.append(text.stripTrailing()).append('\n');
        }
    }

    /** Writes down what has effects, after the invariants have seen it. */
    private final class Trace implements SimulatedMember.Observer {

        @Override
        public void stepped(SimulatedMember member, Event event, List<Effect> effects) {
            invariants.stepped(member, event, effects);
            boolean routine = event instanceof Event.Tick
                    || event instanceof Event.Flush
                    || event instanceof Event.LogSynced
                    || event instanceof Event.HardStateSynced
                    || event instanceof Event.Applied;
            if (routine && effects.isEmpty()) {
                return;
            }
            line(member.id + " " + TraceFormat.event(event));
            effects.forEach(effect -> line("    " + TraceFormat.effect(effect)));
        }

        @Override
        public void appended(SimulatedMember member, List<TestEntry> entries) {
            invariants.appended(member, entries);
        }

        @Override
        public void leaves(SimulatedMember member, Message message, MemberId to) {
            invariants.leaves(member, message, to);
        }

        @Override
        public void applied(SimulatedMember member, TestEntry entry, long digest) {
            invariants.applied(member, entry, digest);
        }

        @Override
        public void installed(SimulatedMember member, SimulatedDisk.Snapshot snapshot) {
            invariants.installed(member, snapshot);
        }

        @Override
        public void forgets(SimulatedMember member) {
            invariants.forgets(member);
        }
    }
}
