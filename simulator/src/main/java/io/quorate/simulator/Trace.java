package io.quorate.simulator;

import io.quorate.core.Effect;
import io.quorate.core.Event;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.StateMachine;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.kv.Result;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Writes down everything that happens in a run, a line for each thing: the same lines, byte for byte, for the same seed.
 */
public final class Trace implements RunObserver {

    private static final double NANOS_PER_MILLI = 1e6;

    private final Agenda agenda;
    private final Consumer<String> lines;

    /** @param lines takes each line, without its end */
    public Trace(Agenda agenda, Consumer<String> lines) {
        this.agenda = agenda;
        this.lines = lines;
    }

    private void line(String who, String what) {
        lines.accept(String.format(Locale.ROOT, "%14.6f %-7s %s", agenda.now() / NANOS_PER_MILLI, who, what));
    }

    private void line(SimulatedMember member, String what) {
        line(member.id().toString(), what);
    }

    private static String way(MemberId from, MemberId to) {
        return from + ">" + to;
    }

    @Override
    public void sent(MemberId from, MemberId to, PeerFrame frame) {
        line(way(from, to), "sent " + describe(frame));
    }

    @Override
    public void lost(MemberId from, MemberId to, PeerFrame frame) {
        line(way(from, to), "lost " + describe(frame));
    }

    @Override
    public void delivered(MemberId from, MemberId to, PeerFrame frame) {
        line(way(from, to), "came " + describe(frame));
    }

    @Override
    public void damaged(MemberId from, MemberId to) {
        line(way(from, to), "came damaged");
    }

    /** What a frame says, without the contents of its entries. */
    public static String describe(PeerFrame frame) {
        return switch (frame) {
            case PeerFrame.Raft raft -> raft.message().toString();
            case PeerFrame.Snapshot snapshot -> snapshot.chunk().toString();
            case PeerFrame.Forward forward ->
                "Forward[term=" + forward.term() + ", firstRequestId=" + forward.firstRequestId() + ", commands="
                        + forward.commands().size() + "]";
            case PeerFrame.Forwarded forwarded -> forwarded.toString();
            case PeerFrame.ForwardRefused refused -> refused.toString();
            case PeerFrame.EntriesRequest request -> request.toString();
            case PeerFrame.Entries entries ->
                "Entries[firstIndex=" + entries.firstIndex() + ", lastIndex=" + entries.lastIndex() + ", entries="
                        + entries.entries() + "]";
            case PeerFrame.Question question -> "Question[id=" + question.id() + "]";
            case PeerFrame.Answer answer ->
                "Answer[id=" + answer.id() + ", given=" + answer.content().isPresent() + "]";
            case PeerFrame.Ping ping -> ping.toString();
            case PeerFrame.Pong pong -> pong.toString();
        };
    }

    @Override
    public void opened(SimulatedMember member) {
        line(member, "starts as " + member.recovered().orElseThrow());
    }

    @Override
    public void stepped(SimulatedMember member, Event event, List<Effect> effects) {
        if (!effects.isEmpty() || !(event instanceof Event.Tick || event instanceof Event.Flush)) {
            line(member, event + (effects.isEmpty() ? "" : " -> " + effects));
        }
    }

    @Override
    public void applied(
            SimulatedMember member, List<StateMachine.Command> commands, List<Result> results, long lastIndex) {
        line(member, "applied " + commands.size() + " commands, up to " + lastIndex);
    }

    @Override
    public void restored(SimulatedMember member, long index) {
        line(member, "restored a snapshot at " + index);
    }

    @Override
    public void crashed(SimulatedMember member, CrashKind kind) {
        line(member, "dies: " + kind);
    }

    @Override
    public void stopped(SimulatedMember member, Throwable cause) {
        line(member, "has stopped: " + cause);
    }

    @Override
    public void fault(String description) {
        line("fault", description);
    }
}
