package io.quorate.simulator.invariant;

import io.quorate.core.EntryId;
import io.quorate.core.Message;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.log.RaftLog;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.simulator.SimulatedMember;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * No vote and no acknowledgement leaves before its bytes are durable (paper figure 2: "updated on stable storage before
 * responding to RPCs"; invariant 7, corner cases 1 and 13). A candidate's own vote counts with the first answer, so it is
 * durable before anybody is asked.
 */
final class DurableBeforeSent implements Invariant {

    private final RestartsAgreeWithDisk disks;
    private final Map<MemberId, SimulatedMember> members = new HashMap<>();

    DurableBeforeSent(RestartsAgreeWithDisk disks) {
        this.disks = disks;
    }

    @Override
    public void opened(SimulatedMember member) {
        members.put(member.id(), member);
    }

    @Override
    public void sent(MemberId from, MemberId to, PeerFrame frame) {
        if (frame instanceof PeerFrame.Raft raft) {
            switch (raft.message()) {
                case Message.AppendAccepted accepted -> accepted(from, accepted);
                case Message.VoteResponse response -> {
                    if (response.granted()) {
                        vote(from, response.term(), to);
                    }
                }
                case Message.VoteRequest request -> vote(from, request.term(), from);
                default -> {}
            }
        }
    }

    private void vote(MemberId member, long term, MemberId candidate) {
        DurableLog disk = disks.disk(member);
        // In a later term it will never vote in this one again, whatever it forgets.
        if (disk.term() < term || (disk.term() == term && !disk.votedFor(candidate))) {
            throw violated("member " + member + " votes in term " + term + " for " + candidate + "; durable is "
                    + disk.hardState());
        }
    }

    private void accepted(MemberId member, Message.AppendAccepted accepted) {
        DurableLog disk = disks.disk(member);
        if (disk.term() < accepted.term()) {
            throw violated("member " + member + " accepts entries in term " + accepted.term() + "; durable is "
                    + disk.hardState());
        }
        SimulatedMember sender = Objects.requireNonNull(members.get(member));
        RaftLog log = sender.log().orElseThrow();
        long index = accepted.matchIndex();
        // What was truncated since stands for nothing any more; what was compacted is in a snapshot.
        if (index >= log.firstIndex() && index <= log.lastId().index()) {
            EntryId id = log.idAt(index);
            if (!disk.holds(id)) {
                throw violated(
                        "member " + member + " accepts " + id + "; what is durable of its log ends at " + disk.last());
            }
        }
    }
}
