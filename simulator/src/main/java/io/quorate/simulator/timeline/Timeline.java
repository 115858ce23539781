package io.quorate.simulator.timeline;

import com.google.gson.Gson;
import io.quorate.core.Effect;
import io.quorate.core.Event;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.simulator.Agenda;
import io.quorate.simulator.CrashKind;
import io.quorate.simulator.RunObserver;
import io.quorate.simulator.RunResult;
import io.quorate.simulator.SimulatedMember;
import io.quorate.simulator.Trace;
import io.quorate.simulator.invariant.InvariantViolation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Collects what happens in a run for a space-time diagram: members as lanes, messages as arrows, and on the lanes roles,
 * terms, commits and faults. The page holds everything it needs.
 */
public final class Timeline implements RunObserver {

    private static final String TEMPLATE = "timeline.html";
    private static final String DATA = "/*DATA*/null";
    private static final String LOST = "lost";

    /** A message on its way; {@code arrived} is 0 if it never came. */
    private record Arrow(String from, String to, long sent, long arrived, String kind, String text) {
        Arrow arrivedAt(long nanos) {
            return new Arrow(from, to, sent, nanos, kind, text);
        }
    }

    /** Something at a member, or at none. */
    private record Mark(String member, long at, String kind, String text) {}

    /** From then on a member has this role in this term. */
    private record RoleSpan(String member, long at, String role, long term) {}

    private record Way(MemberId from, MemberId to) {}

    /** What the page is made from. Its names are those that the page's script uses. */
    private record Page(
            String title,
            String verdict,
            List<String> members,
            List<Arrow> arrows,
            List<Mark> marks,
            List<RoleSpan> roles,
            long end) {}

    private final Agenda agenda;
    private final List<Arrow> arrows = new ArrayList<>();
    private final List<Mark> marks = new ArrayList<>();
    private final List<RoleSpan> roles = new ArrayList<>();
    private final List<String> members = new ArrayList<>();
    /** The places in {@link #arrows} of what was sent on a way and has not arrived yet. */
    private final Map<Way, List<Integer>> underWay = new HashMap<>();

    /** @param agenda tells the time */
    public Timeline(Agenda agenda) {
        this.agenda = agenda;
    }

    private void mark(SimulatedMember member, String kind, String text) {
        marks.add(new Mark(member.id().toString(), agenda.now(), kind, text));
    }

    private static String kind(PeerFrame frame) {
        return switch (frame) {
            case PeerFrame.Raft raft -> raft.message().getClass().getSimpleName();
            case PeerFrame.Snapshot snapshot -> "SnapshotChunk";
            default -> frame.getClass().getSimpleName();
        };
    }

    @Override
    public void sent(MemberId from, MemberId to, PeerFrame frame) {
        underWay.computeIfAbsent(new Way(from, to), way -> new ArrayList<>()).add(arrows.size());
        arrows.add(new Arrow(from.toString(), to.toString(), agenda.now(), 0, kind(frame), Trace.describe(frame)));
    }

    @Override
    public void lost(MemberId from, MemberId to, PeerFrame frame) {
        takeUnderWay(from, to, Trace.describe(frame));
    }

    @Override
    public void delivered(MemberId from, MemberId to, PeerFrame frame) {
        String text = Trace.describe(frame);
        Optional<Integer> place = takeUnderWay(from, to, text);
        if (place.isPresent()) {
            arrows.set(place.get(), arrows.get(place.get()).arrivedAt(agenda.now()));
        } else {
            arrows.add(new Arrow(from.toString(), to.toString(), agenda.now(), agenda.now(), "again", text));
        }
    }

    @Override
    public void damaged(MemberId from, MemberId to) {
        marks.add(new Mark(to.toString(), agenda.now(), LOST, "a damaged frame of " + from));
    }

    /** The place of the message that was sent there with this text and has not arrived yet. */
    private Optional<Integer> takeUnderWay(MemberId from, MemberId to, String text) {
        Iterator<Integer> places =
                underWay.getOrDefault(new Way(from, to), List.of()).iterator();
        while (places.hasNext()) {
            int place = places.next();
            if (arrows.get(place).text.equals(text)) {
                places.remove();
                return Optional.of(place);
            }
        }
        return Optional.empty();
    }

    @Override
    public void opened(SimulatedMember member) {
        String id = member.id().toString();
        if (!members.contains(id)) {
            members.add(id);
        }
        mark(member, "start", "starts");
        roles.add(new RoleSpan(
                id, agenda.now(), "FOLLOWER", member.recovered().orElseThrow().term()));
    }

    @Override
    public void stepped(SimulatedMember member, Event event, List<Effect> effects) {
        for (Effect effect : effects) {
            switch (effect) {
                case Effect.RoleChanged changed ->
                    roles.add(new RoleSpan(
                            member.id().toString(), agenda.now(), changed.role().name(), changed.term()));
                case Effect.Apply apply -> mark(member, "commit", "committed up to " + apply.upToIndex());
                case Effect.TruncateLog truncate -> mark(member, "truncate", truncate.toString());
                case Effect.AppendConfiguration append -> mark(member, "members", append.toString());
                case Effect.InstallSnapshot install -> mark(member, "snapshot", install.toString());
                default -> {}
            }
        }
    }

    @Override
    public void crashed(SimulatedMember member, CrashKind kind) {
        down(member, "dies: " + kind);
    }

    @Override
    public void stopped(SimulatedMember member, Throwable cause) {
        down(member, "has stopped: " + cause.getMessage());
    }

    private void down(SimulatedMember member, String why) {
        mark(member, "crash", why);
        roles.add(new RoleSpan(member.id().toString(), agenda.now(), "DOWN", 0));
    }

    @Override
    public void fault(String description) {
        marks.add(new Mark("", agenda.now(), "fault", description));
    }

    /** The page, in HTML. */
    public String page(RunResult result) {
        Page page = new Page(
                "Seed " + result.plan().seed(),
                result.violation().map(InvariantViolation::getMessage).orElse("no invariant was violated"),
                members.stream().sorted().toList(),
                arrows,
                marks,
                roles,
                result.virtualNanos());
        // Gson escapes '<' and '>', so no text can end the script that holds it.
        return template().replace(DATA, new Gson().toJson(page));
    }

    private static String template() {
        try (InputStream in = Timeline.class.getResourceAsStream(TEMPLATE)) {
            if (in == null) {
                throw new IllegalStateException(TEMPLATE + " is missing beside its class");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(TEMPLATE + " cannot be read", e);
        }
    }
}
