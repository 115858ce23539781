package io.quorate.core;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A member votes for a candidate that is cut off then with that vote on its way, and forgets it, while the leader before goes on. What
 * happens next, and in which order, is drawn.
 */
final class ForgottenVote {

    private static final int TIMEOUT_TICKS = 10;
    private static final int STEPS = 150;
    private static final MemberId LEADER = new MemberId(1);
    private static final MemberId FORGETFUL = new MemberId(2);

    private final Map<MemberId, SimulatedMember> members = new TreeMap<>();
    private final List<Envelope> underWay = new ArrayList<>();
    private final Invariants invariants = new Invariants();
    private final SplittableRandom random;

    /** The last one: of equal ones it comes before the others. */
    private final MemberId candidate;

    private boolean candidateIsCutOff;

    /** Three or five members, all new. */
    ForgottenVote(long seed) {
        random = new SplittableRandom(seed);
        TreeSet<MemberId> voters = new TreeSet<>();
        for (long id = 1; id <= 3 + 2 * random.nextInt(2); id++) {
            voters.add(new MemberId(id));
        }
        candidate = voters.last();
        SnapshotMeta bootstrap = new SnapshotMeta(EntryId.ORIGIN, Configuration.of(voters), 0);
        for (MemberId id : voters) {
            CoreOptions options = new CoreOptions(id, TIMEOUT_TICKS, 2, 0, 30, 3, 90, 1_000);
            SimulatedMember member = new SimulatedMember(options, bootstrap, random.split(), underWay::add, invariants);
            members.put(id, member);
            invariants.watch(member);
        }
    }

    /** Returns whether the candidate came to lead the term that the forgotten vote was for. */
    boolean run() {
        elect();
        forget();
        candidateIsCutOff = true;
        for (int i = random.nextInt(STEPS); i > 0; i--) {
            step();
        }
        candidateIsCutOff = false;
        boolean led = false;
        for (int i = 0; i < STEPS; i++) {
            step();
            CoreStatus status = member(candidate).status();
            led |= status.role() == RoleName.LEADER && status.term() == 2;
        }
        recover();
        return led;
    }

    private SimulatedMember member(MemberId id) {
        return Objects.requireNonNull(members.get(id));
    }

    private void elect() {
        while (!member(LEADER).isLeader()) {
            act(member(LEADER), SimulatedMember::tick);
            settle();
        }
        act(member(LEADER), member -> member.propose(random.nextInt(1, 4)));
        settle();
    }

    /** All but the leader have missed it for long; the candidate has all votes that it needs but that of the others' answers. */
    private void forget() {
        SimulatedMember campaigning = member(candidate);
        while (campaigning.status().role() != RoleName.CANDIDATE) {
            members.values().stream()
                    .filter(member -> !member.id.equals(LEADER)
                            && (member.id.equals(candidate)
                                    || member.status().leader().isPresent()))
                    .forEach(member -> act(member, SimulatedMember::tick));
            deliver(envelope ->
                    envelope.from().equals(candidate) && envelope.message() instanceof Message.PreVoteRequest);
            deliver(envelope ->
                    envelope.to().equals(candidate) && !envelope.from().equals(LEADER));
        }
        act(campaigning, SimulatedMember::syncAll);
        deliver(envelope -> envelope.to().equals(FORGETFUL) && envelope.message() instanceof Message.VoteRequest);
        SimulatedMember forgetful = member(FORGETFUL);
        act(forgetful, SimulatedMember::syncAll);
        Invariants.check(forgetful.durable().hardState.term() == 2, "it did not vote");
        long keeps = forgetful.durable().lastIndex() - random.nextInt(3);
        forgetful.restartWithoutEnd(Math.max(1, keeps + 1), 1);
    }

    private void step() {
        SimulatedMember anyone = List.copyOf(members.values()).get(random.nextInt(members.size()));
        boolean still = candidateIsCutOff && anyone.id.equals(candidate);
        switch (random.nextInt(8)) {
            case 0 -> act(member(LEADER), member -> member.propose(1));
            case 1, 2 -> act(anyone, SimulatedMember::syncAll);
            case 3 -> {
                if (!still) {
                    act(anyone, SimulatedMember::tick);
                }
            }
            default -> deliverOne();
        }
    }

    private void deliverOne() {
        List<Envelope> possible = underWay.stream()
                .filter(envelope -> !candidateIsCutOff
                        || (!envelope.from().equals(candidate) && !envelope.to().equals(candidate)))
                .toList();
        if (!possible.isEmpty()) {
            Envelope envelope = possible.get(random.nextInt(possible.size()));
            underWay.remove(envelope);
            act(member(envelope.to()), member -> member.receive(envelope));
        }
    }

    private boolean deliver(Predicate<Envelope> which) {
        List<Envelope> now = underWay.stream().filter(which).toList();
        underWay.removeAll(now);
        now.forEach(envelope -> act(member(envelope.to()), member -> member.receive(envelope)));
        return !now.isEmpty();
    }

    private void settle() {
        boolean moved = true;
        while (moved) {
            moved = deliver(envelope -> true);
            for (SimulatedMember member : members.values()) {
                moved |= member.hasUnsynced();
                act(member, SimulatedMember::syncAll);
            }
        }
    }

    /** Once all is well, it votes again. */
    private void recover() {
        for (int tick = 0; tick < 100; tick++) {
            settle();
            members.values().forEach(member -> act(member, SimulatedMember::tick));
        }
        settle();
        Invariants.check(members.values().stream().anyMatch(SimulatedMember::isLeader), "nobody leads");
        Invariants.check(
                members.values().stream().noneMatch(member -> member.status().votingSuspended()),
                "a repair that never ends");
        invariants.allEqual();
    }

    private static void act(SimulatedMember member, Consumer<SimulatedMember> action) {
        action.accept(member);
        while (member.hasCompletions()) {
            member.complete();
        }
        member.flush();
    }
}
