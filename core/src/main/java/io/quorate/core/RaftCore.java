package io.quorate.core;

import io.quorate.core.CoreStatus.FollowerStatus;
import io.quorate.core.EntryBatch.ConfigurationEntry;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;

/**
 * One member of a Raft group as a pure machine: {@link #step an event in, effects out}.
 *
 * <p>It does no I/O, knows no clock and no thread, and rolls no dice but those it was given: the same options, restored
 * state, generator seed and events make the same effects. It sees no content of entries either; it names ranges of the
 * log. The caller executes the effects in order, and reports back what becomes of them as further events. After a batch
 * of events it gives {@link Event.Flush}, at which entries and reads leave.
 *
 * <p>Term and vote are written when they change; a commit index that alone has moved is written only together with them:
 * after a restart it is found anew.
 *
 * <p>Not thread-safe: one caller at a time. If a step throws {@link BrokenInvariantException} the machine must not be
 * used again, and the member must stop.
 */
public final class RaftCore {

    private final NodeState node;
    private final Effects effects;
    private final Election election;
    private final Heartbeats heartbeats;
    private final Replication replication;
    private final LogAcceptance logAcceptance;
    private final LinearizableReads reads;
    private final LeadershipTransfer transfer;
    private final MembershipChange membership;
    private final SnapshotTransfer snapshots;
    private final LogRepair repair;
    private final StateRepair stateRepair;
    private final RoleTransitions transitions;
    private final Resignation resignation;
    private final Preference preference;
    private final LaterTerms laterTerms;
    private final Credibility credibility;
    private Role roleLookedAt;
    private RoleName reportedRole = RoleName.FOLLOWER;
    private long reportedTerm;
    private Optional<MemberId> reportedLeader = Optional.empty();

    /**
     * A member as it stands after its start: a follower that knows no leader.
     *
     * @param restored what its disk held
     * @param sizes asked during steps for entries whose append was asked for in earlier ones
     * @param random draws timeouts and request ids; must not be seeded alike at two starts of one member
     * @throws BrokenInvariantException if the restored state contradicts itself
     */
    public RaftCore(CoreOptions options, RestoredState restored, LogSizes sizes, RandomGenerator random) {
        node = new NodeState(options, restored);
        ElectionTimeouts timeouts =
                new ElectionTimeouts(options.electionTimeoutTicks(), random, node::hasHighestPriority);
        node.role(new Follower(Optional.empty(), options.initialElapsedTicks(), timeouts.draw()));
        roleLookedAt = node.role();
        RequestIds requestIds = new RequestIds(random);
        effects = new Effects(node);
        reads = new LinearizableReads(node, effects, requestIds);
        transfer = new LeadershipTransfer(node, effects);
        transitions = new RoleTransitions(node, effects, timeouts, sizes, reads, transfer);
        election = new Election(node, effects, transitions, timeouts);
        heartbeats = new Heartbeats(node, effects, reads);
        replication = new Replication(node, effects, sizes, transfer);
        resignation = new Resignation(node, effects, transitions);
        preference = new Preference(node, transfer);
        membership = new MembershipChange(node, effects, transfer, resignation, replication);
        logAcceptance = new LogAcceptance(node, effects);
        snapshots = new SnapshotTransfer(node, effects);
        repair = new LogRepair(node, effects, requestIds);
        stateRepair = new StateRepair(node, effects);
        laterTerms = new LaterTerms(node, election);
        credibility = new Credibility(node);
        reportedTerm = node.term();
    }

    /**
     * What speaks against a message: that no honest member could have sent it. Such a one is not to be given to {@link #step}, which takes
     * it for a reason to stop. To be asked once of each, before it is handled.
     */
    public Optional<Suspicion> judge(MemberId from, Message message) {
        return credibility.judge(from, message);
    }

    /**
     * Whether somebody who is no member tries to bring a later term by a message against which nothing speaks: it is not handled, and changes
     * nothing. To be asked before it is given to {@link #step}.
     */
    public boolean isDisturbedBy(MemberId from, Message message) {
        return laterTerms.isTriedByStranger(from, message);
    }

    /**
     * Handles one event.
     *
     * @return what to do, in order; the list is valid until the next step
     * @throws BrokenInvariantException if something happened that Raft proves impossible
     */
    public List<Effect> step(Event event) {
        effects.begin();
        switch (event) {
            case Event.Tick tick -> tick();
            case Event.Flush flush -> flush();
            case Event.Received received -> receive(received.from(), received.message());
            case Event.Proposed proposed -> replication.propose(proposed.count(), proposed.bytes());
            case Event.LogSynced synced -> logSynced(synced.last());
            case Event.HardStateSynced synced -> node.durableProgress().hardStateSynced();
            case Event.LogWaitsForRoom waits -> node.durableProgress().answered();
            case Event.Applied applied -> node.applied(applied.index());
            case Event.ReadRequested read -> reads.requested(read.requestId());
            case Event.ConfigurationProposed proposed -> membership.propose(proposed.target());
            case Event.TransferRequested request -> transfer.request(request.target());
            case Event.SnapshotTaken taken -> snapshots.taken(taken);
            case Event.SnapshotChunkStored stored -> snapshots.stored(stored);
            case Event.SnapshotInstalled installed -> {
                snapshots.installed(installed.snapshot());
                repair.resumeIfCaughtUp();
            }
            case Event.LogMended mended -> repair.mended(mended);
            case Event.LeadershipBarred wanted -> node.barLeadership(wanted.barred());
            case Event.GiveWayRequested request -> preference.giveWay(request.target());
            case Event.MembersUnwell unwell -> preference.unwell(unwell.members());
            case Event.ElectionTimeoutEstimated estimate -> election.handle(estimate);
            case Event.SendBoundsChanged changed -> node.sendBounds(changed.bounds());
            case Event.Unreachable unreachable -> unreachable(unreachable.member());
        }
        membership.advance();
        resignation.resignIfBarred();
        long applicable = node.takeApplicable();
        if (applicable > 0) {
            effects.add(new Effect.Apply(applicable));
        }
        reportRole();
        return effects.end();
    }

    /**
     * Whether a {@link Event.Flush} could do anything now. At a member that does not lead nothing leaves but what readers ask the
     * leader; and before the first step, what was committed in an earlier life may have to be applied.
     */
    public boolean hasToFlush() {
        return node.role() instanceof Leader || reads.isWaiting() || node.hasApplicable();
    }

    private void tick() {
        node.durableProgress().tick(node.log());
        switch (node.role()) {
            case Follower follower -> election.tick(follower);
            case PreCandidate preCandidate -> election.tick(preCandidate);
            case Candidate candidate -> election.tick(candidate);
            case Leader leader -> {
                election.checkQuorum(leader);
                if (node.role() instanceof Leader) {
                    resignation.resignIfDiskHangs(leader);
                }
                if (node.role() instanceof Leader) {
                    heartbeats.tick(leader);
                }
            }
        }
        reads.tick();
        transfer.tick();
        preference.tick();
        repair.tick();
        stateRepair.tick();
    }

    private void flush() {
        reads.flush();
        if (node.role() instanceof Leader leader) {
            replication.flush(leader);
            transfer.flush(leader);
        }
    }

    private void logSynced(EntryId last) {
        node.durableProgress().answered();
        if (node.log().synced(last)) {
            if (node.role() instanceof Leader leader) {
                replication.logSynced(leader);
            }
            repair.resumeIfCaughtUp();
        }
    }

    private void unreachable(MemberId member) {
        if (node.role() instanceof Leader leader) {
            leader.follower(member).ifPresent(replication::unreachable);
        }
    }

    // --- messages

    private void receive(MemberId from, Message message) {
        if (message.term() > node.term()) {
            if (!laterTerms.mayComeBy(from, message)) {
                return;
            }
            adoptTerm(message);
        }
        if (node.role() instanceof Leader leader && message.term() == node.term()) {
            leader.follower(from).ifPresent(FollowerProgress::heard);
        }
        switch (message) {
            case Message.PreVoteRequest request -> election.handle(from, request);
            case Message.PreVoteResponse response -> election.handle(from, response);
            case Message.VoteRequest request -> election.handle(from, request);
            case Message.VoteResponse response -> election.handle(from, response);
            case Message.TimeoutNow request -> election.handle(request);
            case Message.AppendRequest request -> fromLeader(from, request);
            case Message.Heartbeat heartbeat -> fromLeader(from, heartbeat);
            case Message.SnapshotChunk chunk -> fromLeader(from, chunk);
            case Message.AppendAccepted response ->
                toLeader(from, response, (leader, follower) -> replication.handle(leader, follower, response));
            case Message.AppendRejected response ->
                toLeader(from, response, (leader, follower) -> replication.handle(follower, response));
            case Message.HeartbeatResponse response ->
                toLeader(from, response, (leader, follower) -> heartbeats.handle(leader, follower, response));
            case Message.SnapshotChunkResponse response ->
                toLeader(from, response, (leader, follower) -> snapshots.handle(follower, response));
            case Message.ReadIndexRequest request -> reads.handle(from, request);
            case Message.ReadIndexResponse response -> reads.handle(response);
            case Message.RepairRequest request ->
                toLeader(from, request, (leader, follower) -> repair.handle(follower, request));
            case Message.RepairResponse response -> repair.handle(from, response);
            case Message.SnapshotRequest request ->
                toLeader(from, request, (leader, follower) -> stateRepair.handle(follower, request));
        }
    }

    /** Messages of a leader make their sender the leader; all others of a later term leave it open. */
    private void adoptTerm(Message message) {
        boolean adopt = switch (message) {
            // Proposed, not begun: to be asked changes nothing (thesis 9.6).
            case Message.PreVoteRequest request -> false;
            case Message.PreVoteResponse response -> !response.granted();
            case Message.AppendRequest request -> false;
            case Message.Heartbeat heartbeat -> false;
            case Message.SnapshotChunk chunk -> false;
            case Message.VoteRequest request -> true;
            case Message.VoteResponse response -> true;
            case Message.AppendAccepted response -> true;
            case Message.AppendRejected response -> true;
            case Message.HeartbeatResponse response -> true;
            case Message.SnapshotChunkResponse response -> true;
            case Message.ReadIndexRequest request -> true;
            case Message.ReadIndexResponse response -> true;
            case Message.TimeoutNow request -> true;
            case Message.RepairRequest request -> true;
            case Message.RepairResponse response -> true;
            case Message.SnapshotRequest request -> true;
        };
        if (adopt) {
            transitions.adopt(message.term());
        }
    }

    // A leader of an earlier term learns from any answer that it is deposed.

    private void fromLeader(MemberId from, Message.AppendRequest request) {
        if (request.term() < node.term()) {
            effects.sendAfterSync(
                    from, new Message.AppendRejected(node.term(), request.prev().index(), EntryId.ORIGIN));
        } else {
            transitions.follow(request.term(), from);
            // To take entries is to acknowledge them.
            if (!node.promisesLost()) {
                logAcceptance.handle(from, request);
            }
        }
    }

    private void fromLeader(MemberId from, Message.Heartbeat heartbeat) {
        if (heartbeat.term() < node.term()) {
            effects.send(from, new Message.HeartbeatResponse(node.term(), 0));
        } else {
            transitions.follow(heartbeat.term(), from);
            heartbeats.handle(from, heartbeat);
        }
    }

    private void fromLeader(MemberId from, Message.SnapshotChunk chunk) {
        if (chunk.term() < node.term()) {
            effects.send(
                    from,
                    new Message.SnapshotChunkResponse(
                            node.term(), chunk.snapshot().last(), 0, false));
        } else {
            transitions.follow(chunk.term(), from);
            if (!stateRepair.isWaiting() && !node.promisesLost()) {
                snapshots.handle(from, chunk);
            }
        }
    }

    /** Answers and requests count for the leader of their term alone, and from the members that it replicates to. */
    private void toLeader(MemberId from, Message response, BiConsumer<Leader, FollowerProgress> handler) {
        if (node.role() instanceof Leader leader && response.term() == node.term()) {
            leader.follower(from).ifPresent(follower -> handler.accept(leader, follower));
        }
    }

    // --- reports

    /** Within a term, one role object knows the same leader all the time: as long as it is the same, there is no news. */
    @SuppressWarnings("ReferenceEquality") // Another object that says the same is told apart from it below.
    private void reportRole() {
        if (node.role() == roleLookedAt && node.term() == reportedTerm) {
            return;
        }
        roleLookedAt = node.role();
        RoleName role = node.role().name();
        Optional<MemberId> leader = node.leader();
        if (role != reportedRole || node.term() != reportedTerm || !leader.equals(reportedLeader)) {
            reportedRole = role;
            reportedTerm = node.term();
            reportedLeader = leader;
            effects.add(new Effect.RoleChanged(role, reportedTerm, leader));
        }
    }

    /**
     * What a snapshot at {@code index} stands for.
     *
     * @param index of an entry that is applied, and not compacted
     * @throws BrokenInvariantException if the log does not hold it
     */
    public SnapshotMeta snapshotMetaAt(long index) {
        ConfigurationEntry configuration = node.configurations().at(index);
        return new SnapshotMeta(node.log().idAt(index), configuration.configuration(), configuration.index());
    }

    /** The configuration in force: the log's latest, committed or not. */
    public Configuration configuration() {
        return node.configuration();
    }

    /** Whether nothing but the names of entries may be sent to a member, and it serves nobody. */
    public boolean isWitness(MemberId member) {
        return node.isWitness(member);
    }

    /**
     * Up to where so many others are known to have the leader's log durably that it is committed as soon as this member has it too.
     * Nothing is decided by it.
     *
     * @return 0 at a member that does not lead
     */
    public long replicatedIndex() {
        return node.role() instanceof Leader leader
                ? node.quorum()
                        .committedIndex(member ->
                                member.equals(node.self()) ? node.log().lastIndex() : leader.matchIndex(member))
                : 0;
    }

    /** How entries are sent at present. */
    public SendBounds sendBounds() {
        return node.sendBounds();
    }

    /** What was sent since the member started. */
    public SendCounts sendCounts() {
        return replication.sendCounts();
    }

    /** The latest configuration that is known to be committed. */
    public Configuration committedConfiguration() {
        return node.configurations().at(node.commitIndex()).configuration();
    }

    /** A picture of this member, as of the last step. */
    public CoreStatus status() {
        return new CoreStatus(
                node.self(),
                node.role().name(),
                node.term(),
                node.leader(),
                node.log().last(),
                node.log().syncedIndex(),
                node.commitIndex(),
                node.appliedIndex(),
                node.snapshot().last(),
                node.configuration(),
                node.votingSuspended(),
                node.stateMissing(),
                node.abstention(),
                node.role() instanceof Leader leader ? followers(leader) : List.of());
    }

    private List<FollowerStatus> followers(Leader leader) {
        List<FollowerStatus> followers = new ArrayList<>();
        for (FollowerProgress follower : leader.followers()) {
            followers.add(status(follower));
        }
        return Collections.unmodifiableList(followers);
    }

    private FollowerStatus status(FollowerProgress follower) {
        return new FollowerStatus(
                follower.member(),
                follower.snapshotTransfer()
                        .map(ProgressState::name)
                        .orElse(follower.state().name()),
                follower.matchIndex(),
                follower.nextIndex(),
                follower.heardWithin(node.options().electionTimeoutTicks()),
                follower.silentTicks());
    }
}
