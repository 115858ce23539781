package io.quorate.core;

import io.quorate.core.quorum.MemberId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Watches all members of a cluster, and fails at the step that breaks a property of paper figure 3, or a promise. */
final class Invariants implements SimulatedMember.Observer {

    private record Content(TestEntry entry, EntryId prev) {}

    private record Voter(MemberId voter, long term) {}

    private record ReadId(MemberId member, long requestId) {}

    private record Progress(int incarnation, long term, long commitIndex) {}

    private final Map<Long, MemberId> leaders = new HashMap<>();
    private final Map<EntryId, Content> contents = new HashMap<>();
    private final Map<Voter, MemberId> votes = new HashMap<>();
    private final Map<MemberId, Progress> progress = new HashMap<>();
    private final Map<Long, EntryId> committed = new HashMap<>();
    private final Map<Long, Long> digests = new HashMap<>();
    private final Map<ReadId, Long> reads = new HashMap<>();
    private final Map<MemberId, SimulatedMember> members = new HashMap<>();
    private long committedIndex;
    private long readsServed;
    private long snapshotsInstalled;
    private long repairs;

    void watch(SimulatedMember member) {
        members.put(member.id, member);
    }

    long committedIndex() {
        return committedIndex;
    }

    long readsServed() {
        return readsServed;
    }

    long snapshotsInstalled() {
        return snapshotsInstalled;
    }

    long repairs() {
        return repairs;
    }

    int terms() {
        return leaders.size();
    }

    @Override
    public void stepped(SimulatedMember member, Event event, List<Effect> effects) {
        CoreStatus status = member.status();
        if (event instanceof Event.ReadRequested read) {
            reads.put(new ReadId(member.id, read.requestId()), committedIndex);
        }
        for (Effect effect : effects) {
            if (effect instanceof Effect.ReadReady ready) {
                readsServed++;
                long before = reads.getOrDefault(new ReadId(member.id, ready.requestId()), Long.MAX_VALUE);
                check(ready.index() >= before, "read at " + ready.index() + " after " + before + " was committed");
            } else if (effect instanceof Effect.ResumeVoting) {
                repairs++;
            }
        }
        Progress now = new Progress(member.incarnation(), status.term(), status.commitIndex());
        Progress before = progress.put(member.id, now);
        if (before != null && before.incarnation() == now.incarnation()) {
            check(now.term() >= before.term(), "the term moved back");
            check(now.commitIndex() >= before.commitIndex(), "the commit index moved back");
        }
        check(status.commitIndex() <= status.last().index(), "committed beyond the log");
        if (status.role() == RoleName.LEADER && hasLed(member)) {
            MemberId known = leaders.putIfAbsent(status.term(), member.id);
            check(known == null || known.equals(member.id), "two leaders in term " + status.term());
            if (known == null) {
                leaderIsComplete(member);
            }
        }
        // Entries asked for by this step are not written yet; what is committed was written earlier.
        for (long index = committedIndex + 1; index <= status.commitIndex(); index++) {
            committed.put(index, member.written().idAt(index));
            committedIndex = index;
        }
    }

    /** A lone voter that crashes before its vote is durable has never led, and may vote for another one in that term. */
    private static boolean hasLed(SimulatedMember leader) {
        return leader.durable().hardState.term() >= leader.status().term();
    }

    /** Leader Completeness (paper section 5.4). */
    private void leaderIsComplete(SimulatedMember leader) {
        SimulatedDisk log = leader.written();
        for (long index = log.start.index() + 1; index <= committedIndex; index++) {
            check(log.holds(index), "the leader lacks the committed entry " + committed.get(index));
            check(log.idAt(index).equals(committed.get(index)), "the leader has another entry than was committed");
        }
    }

    /** Log Matching (paper section 5.3): the same id, the same content, and the same entry before it. */
    @Override
    public void appended(SimulatedMember member, List<TestEntry> entries) {
        if (member.isLeader() && !hasLed(member)) {
            // It may lead the same term again with other entries.
            return;
        }
        for (TestEntry entry : entries) {
            EntryId prev = member.written().idAt(entry.id().index() - 1);
            Content content = new Content(entry, prev);
            Content known = contents.putIfAbsent(entry.id(), content);
            check(known == null || known.equals(content), content + " where " + known + " was");
        }
    }

    @Override
    public void leaves(SimulatedMember member, Message message, MemberId to) {
        HardState durable = member.durable().hardState;
        switch (message) {
            case Message.VoteRequest request -> vote(member, request.term(), member.id);
            case Message.VoteResponse response -> {
                if (response.granted()) {
                    check(member.durable().suspension == Suspension.NONE, "voted while voting was suspended");
                    vote(member, response.term(), to);
                }
            }
            case Message.AppendAccepted accepted -> {
                check(durable.term() >= accepted.term(), "acknowledged in a term that is not durable");
                acknowledge(member, accepted, to);
            }
            case Message.AppendRequest request ->
                check(durable.term() >= request.term(), "led in a term that is not durable");
            case Message.Heartbeat heartbeat ->
                check(durable.term() >= heartbeat.term(), "led in a term that is not durable");
            default -> {}
        }
    }

    /** It may vote again where it has voted: what must not come of that is seen by who leads, and by what is committed. */
    @Override
    public void forgets(SimulatedMember member) {
        votes.keySet().removeIf(vote -> vote.voter().equals(member.id));
    }

    /** One vote per term and member (paper section 5.2), and durable before it is told. */
    private void vote(SimulatedMember voter, long term, MemberId candidate) {
        HardState durable = voter.durable().hardState;
        boolean supersededMeanwhile = durable.term() > term;
        check(
                supersededMeanwhile
                        || (durable.term() == term && durable.votedFor().equals(Optional.of(candidate))),
                "the vote for " + candidate + " in term " + term + " leaves before it is durable");
        MemberId known = votes.putIfAbsent(new Voter(voter.id, term), candidate);
        check(known == null || known.equals(candidate), voter.id + " voted twice in term " + term);
    }

    private void acknowledge(SimulatedMember member, Message.AppendAccepted accepted, MemberId to) {
        if (member.durable().hardState.term() > accepted.term()) {
            // It became durable together with what a later leader made of it. Who enters a later term cannot take back
            // what it had acknowledged: its vote went to a log that had it, or it will never be committed.
            return;
        }
        long index = accepted.matchIndex();
        SimulatedDisk log = member.durable();
        check(index <= log.lastIndex(), "acknowledged " + index + " which is not durable");
        SimulatedMember leader = members.getOrDefault(to, member);
        boolean comparable = leader.status().role() == RoleName.LEADER
                && leader.status().term() == accepted.term()
                && index >= log.start.index()
                && index >= leader.written().start.index();
        check(
                !comparable || log.idAt(index).equals(leader.written().idAt(index)),
                "acknowledged " + index + " which the leader has otherwise");
    }

    /** State Machine Safety (paper section 5.4.3), and nothing applied that is not committed. */
    @Override
    public void applied(SimulatedMember member, TestEntry entry, long digest) {
        long index = entry.id().index();
        check(index <= committedIndex, "applied " + entry + " before it was committed");
        check(entry.id().equals(committed.get(index)), "applied " + entry + ", committed " + committed.get(index));
        Long known = digests.putIfAbsent(index, digest);
        check(known == null || known == digest, "another state at " + index);
    }

    @Override
    public void installed(SimulatedMember member, SimulatedDisk.Snapshot snapshot) {
        snapshotsInstalled++;
        EntryId last = snapshot.meta().last();
        check(last.equals(committed.get(last.index())), "installed " + last + " which was not committed");
        check(Long.valueOf(snapshot.digest()).equals(digests.get(last.index())), "installed another state");
    }

    /** All members stand at the same entry, in the same state. */
    void allEqual() {
        List<String> states = new ArrayList<>();
        for (SimulatedMember member : members.values()) {
            states.add(member.written().appliedIndex + "/" + member.written().digest);
        }
        check(states.stream().distinct().count() == 1, "the members ended in different states: " + states);
    }

    static void check(boolean holds, String message) {
        if (!holds) {
            throw new AssertionError(message);
        }
    }
}
