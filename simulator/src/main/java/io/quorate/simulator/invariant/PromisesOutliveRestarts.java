package io.quorate.simulator.invariant;

import io.quorate.core.CoreStatus;
import io.quorate.core.EntryId;
import io.quorate.core.Message;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.log.RaftLog;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.simulator.CrashKind;
import io.quorate.simulator.SimulatedMember;
import io.quorate.simulator.disk.Damage;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a member has told others, it still stands by after a restart: its term, its one vote in a term, and the entries
 * that it said to have (paper figure 2; invariant 7).
 *
 * <p>There are two excuses. A mark behind the last frame says that the frame was durable, so that damage to it is not taken for a torn
 * write; the mark itself is not synced. If a power failure takes it, and then a bit of the frame turns over before the member
 * starts again, nothing on the disk tells that there was more. And a witness has no state that could tell that its log has lost its end
 * (docs/decisions/024).
 */
final class PromisesOutliveRestarts implements Invariant {

    private static final class Promise {
        private long term;
        private Optional<MemberId> vote = Optional.empty();
        private EntryId accepted = EntryId.ORIGIN;
    }

    private final PerMember<Promise> promises = new PerMember<>(Promise::new);

    /** Those that have lost power since they were last opened. */
    private final Set<MemberId> withoutPower = new HashSet<>();

    /** Those of them on whose disk something has turned over since. */
    private final Set<MemberId> excused = new HashSet<>();

    /** Witnesses whose logs have lost their ends since they were last opened. */
    private final Set<MemberId> withoutEnd = new HashSet<>();

    private final Map<MemberId, SimulatedMember> members = new HashMap<>();

    private Promise promise(MemberId member) {
        return promises.get(member);
    }

    @Override
    public void sent(MemberId from, MemberId to, PeerFrame frame) {
        if (!(frame instanceof PeerFrame.Raft raft)) {
            return;
        }
        switch (raft.message()) {
            case Message.VoteResponse response -> {
                if (response.granted()) {
                    vote(from, response.term(), to);
                }
            }
            case Message.VoteRequest request -> vote(from, request.term(), from);
            case Message.AppendAccepted accepted -> accepted(from, accepted);
            case Message.AppendRequest request -> term(from, request.term());
            case Message.Heartbeat heartbeat -> term(from, heartbeat.term());
            default -> {}
        }
    }

    private Promise term(MemberId member, long term) {
        Promise promise = promise(member);
        if (term > promise.term) {
            promise.term = term;
            promise.vote = Optional.empty();
        }
        return promise;
    }

    private void vote(MemberId member, long term, MemberId candidate) {
        Promise promise = term(member, term);
        if (term < promise.term) {
            return;
        }
        if (promise.vote.isPresent() && !promise.vote.get().equals(candidate)) {
            throw violated("member " + member + " votes in term " + term + " for " + candidate
                    + ", after it had voted for " + promise.vote.get());
        }
        promise.vote = Optional.of(candidate);
    }

    private void accepted(MemberId member, Message.AppendAccepted accepted) {
        Promise promise = term(member, accepted.term());
        RaftLog log = Optional.ofNullable(members.get(member))
                .flatMap(SimulatedMember::log)
                .orElseThrow();
        long index = accepted.matchIndex();
        if (index >= log.firstIndex() && index <= log.lastId().index()) {
            EntryId id = log.idAt(index);
            // A later term's entry replaces what was promised before; of one term, the furthest counts.
            if (id.isAtLeastAsUpToDateAs(promise.accepted)) {
                promise.accepted = id;
            }
        }
    }

    @Override
    public void crashed(SimulatedMember member, CrashKind kind) {
        if (kind == CrashKind.DISK_LOSS) {
            promises.forget(member.id());
        }
        if (kind == CrashKind.POWER_LOSS) {
            withoutPower.add(member.id());
        }
    }

    @Override
    public void rotted(MemberId member, Damage damage) {
        if (damage == Damage.LOST_END) {
            withoutEnd.add(member);
        } else if (withoutPower.contains(member)) {
            excused.add(member);
        }
    }

    @Override
    public void opened(SimulatedMember member) {
        members.put(member.id(), member);
        Promise promise = promise(member.id());
        CoreStatus recovered = member.recovered().orElseThrow();
        RaftLog log = member.log().orElseThrow();
        withoutPower.remove(member.id());
        boolean excuse = excused.remove(member.id()) && !recovered.votingSuspended();
        if (withoutEnd.remove(member.id()) || excuse) {
            promises.forget(member.id());
            return;
        }
        if (recovered.votingSuspended()) {
            // It knows that it has lost something, and does not vote before it has it again.
            return;
        }
        if (recovered.term() < promise.term) {
            throw violated("member " + member.id() + " was in term " + promise.term + ", and after its restart in "
                    + recovered.term());
        }
        if (recovered.term() == promise.term
                && promise.vote.isPresent()
                && !log.hardState().votedFor().equals(promise.vote)) {
            throw violated("member " + member.id() + " voted in term " + promise.term + " for " + promise.vote.get()
                    + ", and after its restart it remembers " + log.hardState().votedFor());
        }
        EntryId accepted = promise.accepted;
        boolean missing = accepted.index() >= log.firstIndex()
                && (accepted.index() > log.lastId().index()
                        || log.idAt(accepted.index()).term() < accepted.term());
        if (missing && !log.lastId().isAtLeastAsUpToDateAs(accepted)) {
            throw violated("member " + member.id() + " had accepted " + accepted
                    + ", and after its restart its log ends at " + log.lastId());
        }
    }
}
