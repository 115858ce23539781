package io.quorate.simulator.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.quorate.core.Effect;
import io.quorate.core.Event;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.simulator.CrashKind;
import io.quorate.simulator.RunObserver;
import io.quorate.simulator.RunPlan;
import io.quorate.simulator.RunResult;
import io.quorate.simulator.SimulatedMember;
import io.quorate.simulator.SimulatedRun;
import io.quorate.simulator.Trace;
import io.quorate.simulator.fault.Fault;
import io.quorate.simulator.fault.PartitionShape;
import io.quorate.simulator.network.LinkFaults;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Everything that a space-time diagram is to show is in the data of its page, at its time. */
class TimelineTest {

    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final MemberId FIRST = new MemberId(1);

    /** Member 1 hears nobody for a second, and dies a second later. */
    private static final RunPlan PLAN = new RunPlan(
            7,
            3,
            4 * SECOND,
            List.of(
                    new Fault.Partition(
                            SECOND,
                            PartitionShape.ISOLATED,
                            List.of(FIRST, new MemberId(2), new MemberId(3)),
                            LinkFaults.Cut.SILENT,
                            SECOND),
                    new Fault.Crash(3 * SECOND, FIRST, CrashKind.POWER_LOSS, SECOND / 2)),
            2,
            20);

    private record RoleSeen(String member, long at, String role, long term) {}

    private record MarkSeen(String member, long at, String text) {}

    private record FrameSeen(String from, String to, long at, String text) {}

    private final List<RoleSeen> roles = new ArrayList<>();
    private final List<MarkSeen> commits = new ArrayList<>();
    private final List<MarkSeen> faults = new ArrayList<>();
    private final List<FrameSeen> sent = new ArrayList<>();
    private final List<FrameSeen> lost = new ArrayList<>();
    private final List<FrameSeen> delivered = new ArrayList<>();
    private JsonObject page = new JsonObject();
    private RunResult result = new RunResult(PLAN, Optional.empty(), 0, 0, 0, 0, false);

    @BeforeEach
    void drawARun() {
        SimulatedRun run = new SimulatedRun(PLAN);
        Timeline timeline = new Timeline(run.agenda());
        run.watch(timeline);
        run.watch(new RunObserver() {
            @Override
            public void sent(MemberId from, MemberId to, PeerFrame frame) {
                sent.add(seen(from, to, frame));
            }

            @Override
            public void lost(MemberId from, MemberId to, PeerFrame frame) {
                lost.add(seen(from, to, frame));
            }

            @Override
            public void delivered(MemberId from, MemberId to, PeerFrame frame) {
                delivered.add(seen(from, to, frame));
            }

            private FrameSeen seen(MemberId from, MemberId to, PeerFrame frame) {
                return new FrameSeen(
                        from.toString(), to.toString(), run.agenda().now(), Trace.describe(frame));
            }

            @Override
            public void stepped(SimulatedMember member, Event event, List<Effect> effects) {
                String id = member.id().toString();
                for (Effect effect : effects) {
                    if (effect instanceof Effect.Apply apply) {
                        commits.add(new MarkSeen(id, run.agenda().now(), "committed up to " + apply.upToIndex()));
                    } else if (effect instanceof Effect.RoleChanged changed) {
                        roles.add(new RoleSeen(
                                id, run.agenda().now(), changed.role().name(), changed.term()));
                    }
                }
            }

            @Override
            public void fault(String description) {
                faults.add(new MarkSeen("", run.agenda().now(), description));
            }
        });
        result = run.run();
        String html = timeline.page(result);
        String data = html.substring(html.indexOf("const run = ") + "const run = ".length());
        page = JsonParser.parseString(data.substring(0, data.indexOf(";\nconst ROLE")))
                .getAsJsonObject();
    }

    private Stream<JsonObject> all(String name) {
        JsonArray array = page.getAsJsonArray(name);
        return StreamSupport.stream(array.spliterator(), false).map(JsonElement::getAsJsonObject);
    }

    private static Predicate<JsonObject> of(String kind) {
        return thing -> thing.get("kind").getAsString().equals(kind);
    }

    private List<MarkSeen> marks(String kind) {
        return all("marks")
                .filter(of(kind))
                .map(mark -> new MarkSeen(
                        mark.get("member").getAsString(),
                        mark.get("at").getAsLong(),
                        mark.get("text").getAsString()))
                .toList();
    }

    private static FrameSeen frame(JsonObject arrow, String time) {
        return new FrameSeen(
                arrow.get("from").getAsString(),
                arrow.get("to").getAsString(),
                arrow.get(time).getAsLong(),
                arrow.get("text").getAsString());
    }

    @Test
    void titleVerdictMembersAndEndAreThoseOfTheRun() {
        assertThat(result.violation()).isEmpty();
        assertThat(page.get("title").getAsString()).isEqualTo("Seed 7");
        assertThat(page.get("verdict").getAsString()).isEqualTo("no invariant was violated");
        assertThat(page.getAsJsonArray("members").asList().stream().map(JsonElement::getAsString))
                .containsExactly("1", "2", "3");
        assertThat(page.get("end").getAsLong()).isEqualTo(result.virtualNanos());
    }

    @Test
    void eachCommitIsMarkedAtItsMember() {
        assertThat(commits).extracting(MarkSeen::member).contains("1", "2", "3");
        assertThat(marks("commit")).containsExactlyElementsOf(commits);
    }

    @Test
    void eachFaultAndTheMendingAreMarked() {
        assertThat(faults).extracting(MarkSeen::text).contains("everything is mended");
        assertThat(faults).extracting(MarkSeen::text).anyMatch(text -> text.startsWith("Partition["));
        assertThat(marks("fault")).containsExactlyElementsOf(faults);
        assertThat(marks("crash")).containsExactly(new MarkSeen("1", 3 * SECOND, "dies: POWER_LOSS"));
    }

    @Test
    void eachRoleIsThereWithItsTerm() {
        List<RoleSeen> shown = all("roles")
                .map(role -> new RoleSeen(
                        role.get("member").getAsString(),
                        role.get("at").getAsLong(),
                        role.get("role").getAsString(),
                        role.get("term").getAsLong()))
                .toList();
        assertThat(roles).extracting(RoleSeen::role).contains("LEADER", "FOLLOWER", "CANDIDATE");
        assertThat(shown).containsSubsequence(roles);
        assertThat(shown).contains(new RoleSeen("1", 3 * SECOND, "DOWN", 0));
        // Beside what members change to: what they begin as, in each of four lives, and one death.
        assertThat(shown).hasSize(roles.size() + 5);
    }

    @Test
    void messagesAreArrowsAndThoseThatWereLostHaveNoEnd() {
        List<JsonObject> arrows = all("arrows").filter(of("again").negate()).toList();
        assertThat(arrows.stream().map(arrow -> frame(arrow, "sent"))).containsExactlyElementsOf(sent);
        assertThat(lost).isNotEmpty().allMatch(frame -> frame.from.equals("1") || frame.to.equals("1"));
        assertThat(arrows.stream()
                        .filter(arrow -> arrow.get("arrived").getAsLong() == 0)
                        .map(arrow -> frame(arrow, "sent")))
                .containsAll(lost);
        assertThat(arrows.stream()
                        .filter(arrow -> arrow.get("arrived").getAsLong() != 0)
                        .map(arrow -> frame(arrow, "arrived")))
                .containsExactlyInAnyOrderElementsOf(delivered);
    }
}
