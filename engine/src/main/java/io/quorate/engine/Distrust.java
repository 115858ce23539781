package io.quorate.engine;

import io.quorate.core.Message;
import io.quorate.core.RaftCore;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.detection.Detection;
import io.quorate.engine.detection.DetectionKind;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.EntryKind;
import io.quorate.engine.log.RaftLog;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.PeerFrame;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Looks at each frame before it counts, and keeps those from the node that no honest member sends: they are told of, and nothing more is
 * heard of their sender for a while. Used on the loop alone.
 */
final class Distrust {

    /** More commands than fit into one frame that hands them on: an answer for so many would keep the loop busy for nothing. */
    private static final int MOST_ANSWERED = 1 << 24;

    private final RaftCore core;
    private final NodeLog log;
    private final Network network;
    private final EngineMetrics metrics;
    private final boolean witness;

    /** @param witness whether this member is one */
    Distrust(RaftCore core, NodeLog log, Network network, EngineMetrics metrics, boolean witness) {
        this.core = core;
        this.log = log;
        this.network = network;
        this.metrics = metrics;
        this.witness = witness;
    }

    /**
     * Whether a frame is not to be handled. What it has against it was told then.
     *
     * @throws LogDivergedException if it shows that this log and that of the leader which this member has to follow differ in content:
     *     either may be the wrong one, and this member must not go on as if it were not its own
     */
    boolean refuses(MemberId from, PeerFrame frame) {
        Optional<Detection> against = switch (frame) {
            case PeerFrame.Raft raft ->
                said(from, raft.message())
                        .or(() -> flaw(from, raft))
                        .or(() -> lackOfCommands(from, raft))
                        .or(() -> contradiction(from, raft));
            case PeerFrame.Snapshot snapshot -> said(from, snapshot.chunk());
            case PeerFrame.Forwarded placed -> answered(from, placed.count());
            case PeerFrame.ForwardRefused refused -> answered(from, refused.count());
            case PeerFrame.Forward forward -> Optional.empty();
            case PeerFrame.EntriesRequest request -> Optional.empty();
            case PeerFrame.Entries entries -> Optional.empty();
            case PeerFrame.Question question -> Optional.empty();
            case PeerFrame.Answer answer -> Optional.empty();
            case PeerFrame.Ping ping -> Optional.empty();
            case PeerFrame.Pong pong -> Optional.empty();
        };
        against.ifPresent(detection -> tell(from, detection));
        if (against.isEmpty()) {
            noteDisturbance(from, frame);
        }
        return against.isPresent();
    }

    /** One that lags behind and has been removed, or not been heard of yet, does so too: it is not cut off. The core does not handle it. */
    private void noteDisturbance(MemberId from, PeerFrame frame) {
        Message message;
        switch (frame) {
            case PeerFrame.Raft raft -> message = raft.message();
            case PeerFrame.Snapshot snapshot -> message = snapshot.chunk();
            default -> {
                return;
            }
        }
        if (core.isDisturbedBy(from, message)) {
            metrics.detected(Detection.ofMember(
                    DetectionKind.STRANGERS_TERM,
                    from,
                    "speaks in term " + message.term() + ", where term "
                            + core.status().term() + " is the latest known, and is no member here"));
        }
    }

    private void tell(MemberId from, Detection detection) {
        metrics.detected(detection);
        network.cutOff(from);
    }

    private Optional<Detection> said(MemberId from, Message message) {
        Optional<Detection> against = core.judge(from, message).map(suspicion -> Detection.of(from, suspicion));
        if (against.isPresent()
                && against.get().kind() == DetectionKind.CONTRADICTED_ENTRY
                && mustFollow(from, message)) {
            // The core stops on it by itself: were it refused, a member with a wrong log would go on as if it had the
            // right one.
            tell(from, against.get());
            return Optional.empty();
        }
        return against;
    }

    private static Optional<Detection> answered(MemberId from, int count) {
        return count > MOST_ANSWERED
                ? Optional.of(Detection.ofMember(
                        DetectionKind.UNASKED_ANSWER,
                        from,
                        "answers for " + count + " commands that it was never handed"))
                : Optional.empty();
    }

    /** What is wrong with entries whatever this log holds: one that no log takes, or that does not continue the one before it. */
    private static Optional<Detection> flaw(MemberId from, PeerFrame.Raft raft) {
        OptionalLong chain = raft.prevChain();
        for (EntryFrame entry : raft.entries()) {
            if (entry.size() > RaftLog.MAX_ENTRY_BYTES) {
                return contradicted(
                        from, "sends the entry " + entry.id() + " of " + entry.size() + " bytes, which no log takes");
            }
            if (chain.isPresent() && !entry.continues(chain.getAsLong())) {
                return contradicted(
                        from, "sends the entry " + entry.id() + ", which does not continue the one before it");
            }
            chain = OptionalLong.of(entry.chainHash());
        }
        return Optional.empty();
    }

    /** That the leader itself takes this member for a witness is no lie, but a reason to stop: {@link Stripping#incoming}. */
    private Optional<Detection> lackOfCommands(MemberId from, PeerFrame.Raft raft) {
        boolean lacks = !witness && raft.entries().stream().anyMatch(entry -> entry.kind() == EntryKind.WITNESSED);
        return lacks && !mustFollow(from, raft.message())
                ? contradicted(from, "sends entries without their commands, as to a witness, which this member is not")
                : Optional.empty();
    }

    /** Whether a leader has another content than this log in the place of an entry. */
    private Optional<Detection> contradiction(MemberId from, PeerFrame.Raft raft) {
        if (!(raft.message() instanceof Message.AppendRequest request)) {
            return Optional.empty();
        }
        Optional<LogDivergedException> divergence = log.compare(request, raft.prevChain(), raft.entries());
        if (divergence.isEmpty()) {
            if (mustFollow(from, request)) {
                log.learn(request, raft.prevChain(), raft.entries());
            }
            return Optional.empty();
        }
        Optional<Detection> detection = contradicted(
                from,
                "has another content than this member at or before the entry "
                        + divergence.get().id());
        if (mustFollow(from, request)) {
            detection.ifPresent(seen -> tell(from, seen));
            throw divergence.get();
        }
        return detection;
    }

    /** Whoever knows of no members yet follows anybody. */
    private boolean mustFollow(MemberId from, Message request) {
        Configuration members = core.configuration();
        return request.term() >= core.status().term()
                && (members.isMember(from) || members.members().isEmpty());
    }

    private static Optional<Detection> contradicted(MemberId from, String what) {
        return Optional.of(Detection.ofMember(DetectionKind.CONTRADICTED_ENTRY, from, what));
    }
}
