package io.quorate.server.autopilot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.quorate.core.RoleName;
import io.quorate.engine.RaftException;
import io.quorate.kv.Bytes;
import io.quorate.kv.ManagedOperation;
import io.quorate.kv.NoteOperation;
import io.quorate.kv.Result;
import io.quorate.server.members.MemberChange;
import io.quorate.server.proto.managerpb.Check;
import io.quorate.server.proto.managerpb.OperationReport;
import io.quorate.server.store.StateComparison.Compared;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What is done, one thing at a time, and what comes of it; time and cluster are the test's. */
class AutopilotTest {

    private static final AutopilotPolicy POLICY = new AutopilotPolicy(
            Optional.of(Duration.ofSeconds(30)), Optional.of(Duration.ofMinutes(1)), List.of("e"), false);

    private final Sightings sightings = Sightings.of(3, 2);
    private final FakeCluster cluster = new FakeCluster();
    private final Autopilot autopilot = new Autopilot(POLICY, Duration.ofSeconds(1), () -> cluster.nowNanos, cluster);

    /** Does what it is asked for at once, unless it was told otherwise. */
    private final class FakeCluster implements AutopilotCluster {
        private final List<MemberChange.Together> changes = new ArrayList<>();
        private Optional<RuntimeException> failure = Optional.empty();
        private Runnable afterChange = () -> {};
        private Runnable afterNote = () -> {};
        private List<Long> differing = List.of();
        private long nowNanos;

        @Override
        public Sighting look() {
            return sightings.get();
        }

        @Override
        public CompletableFuture<Result> note(NoteOperation note) {
            Optional<ManagedOperation> running = sightings.operations.stream()
                    .filter(operation -> operation.isUnderWay(note.nowMillis()))
                    .findFirst();
            if (note.id() == 0 && running.isPresent()) {
                return CompletableFuture.completedFuture(new Result.OperationResult(1, running.get(), false));
            }
            long id = note.id() == 0 ? sightings.commitIndex + 1 : note.id();
            sightings.committed(sightings.commitIndex + 1);
            sightings.operations.removeIf(operation -> operation.id() == id);
            ManagedOperation noted =
                    new ManagedOperation(id, note.nowMillis(), note.nowMillis(), note.state(), note.report());
            sightings.operations.add(noted);
            afterNote.run();
            return CompletableFuture.completedFuture(new Result.OperationResult(1, noted, true));
        }

        @Override
        public CompletableFuture<?> change(long operation, MemberChange.Together change) {
            assertThat(sightings.operations.getLast())
                    .as("a step of the operation that has its place")
                    .matches(latest -> latest.id() == operation);
            changes.add(change);
            if (failure.isPresent()) {
                return CompletableFuture.failedFuture(failure.get());
            }
            for (MemberChange.OfOne one : change.changes()) {
                if (one instanceof MemberChange.Promote) {
                    sightings.promoted((int) one.member().value());
                } else {
                    sightings.removed((int) one.member().value());
                }
            }
            sightings.committed(sightings.commitIndex + 2);
            afterChange.run();
            return CompletableFuture.completedFuture(change);
        }

        @Override
        public CompletableFuture<Compared> compare(Duration wait) {
            sightings.committed(sightings.commitIndex + 1);
            List<Long> equal = sightings.get().health().members().stream()
                    .map(member -> member.id())
                    .filter(member -> !differing.contains(member))
                    .toList();
            return CompletableFuture.completedFuture(new Compared(sightings.commitIndex, equal, differing, List.of()));
        }

        @Override
        public void pause() {
            nowNanos += Duration.ofMillis(50).toNanos();
        }
    }

    /** Looks every second for so long. */
    private void seconds(int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            autopilot.tick();
            cluster.nowNanos += Duration.ofSeconds(1).toNanos();
            sightings.nowMillis += 1_000;
        }
    }

    private AutopilotReport report() {
        return autopilot.report("a");
    }

    private OperationReport recorded(int which) {
        try {
            return OperationReport.parseFrom(
                    sightings.operations.get(which).report().toByteArray());
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aLearnerIsPromotedAndAllOfItIsOnRecord() throws InterruptedException {
        assertThat(autopilot.interval()).isEqualTo(Duration.ofSeconds(1));
        seconds(10);
        assertThat(report().next().state()).isEqualTo("waiting");
        assertThat(report().next().leftMillis()).isEqualTo(21_000);
        assertThat(report().members())
                .extracting(AutopilotReport.Observed::role)
                .containsExactly("leader", "voter", "voter", "learner", "spare");
        seconds(20);
        assertThat(cluster.changes).isEmpty();
        seconds(1);

        assertThat(cluster.changes).hasSize(1);
        assertThat(sightings.operations)
                .singleElement()
                .matches(operation -> operation.state() == ManagedOperation.State.DONE);
        OperationReport record = recorded(0);
        assertThat(record.getTitle()).isEqualTo("autopilot: promote d");
        assertThat(record.getOutcome()).isEqualTo("done and verified");
        assertThat(record.getPreflightList())
                .extracting(Check::getName)
                .containsExactly("reason", "leader", "members", "quorum", "changes", "states", "lag", "alarms");
        assertThat(record.getPreflight(0).getFinding()).contains("learner d has been caught up for 30 s");
        assertThat(record.getStepsList()).singleElement().matches(step -> step.getDone());
        assertThat(record.getVerifiedList())
                .extracting(Check::getName)
                .containsExactly("members", "logs", "states", "tolerance");
        assertThat(report().lastActions()).singleElement().satisfies(action -> {
            assertThat(action.title()).isEqualTo("promote d");
            assertThat(action.state()).isEqualTo("done");
            assertThat(action.reason()).contains("learner d");
        });
        seconds(120);
        assertThat(cluster.changes).hasSize(1);
        assertThat(report().next().what()).isEqualTo("all is as the policy wants it");
    }

    @Test
    void aSpareTakesThePlaceOfADeadVoter() throws InterruptedException {
        sightings.promoted(4);
        sightings.silent.add(2);
        seconds(60);
        assertThat(cluster.changes).isEmpty();
        seconds(1);
        assertThat(cluster.changes).hasSize(1);
        assertThat(recorded(0).getTitle()).isEqualTo("autopilot: e takes the place of b");
        assertThat(recorded(0).getPreflightList())
                .anyMatch(check -> check.getName().equals("members") && check.getVerdict() == Check.Verdict.WARNING);
        assertThat(recorded(0).getOutcome()).isEqualTo("done and verified");
    }

    @Test
    void aClusterWithAWitnessIsKeptAsThePolicyWantsItToo() throws InterruptedException {
        sightings.promoted(4);
        sightings.witnesses.add(4);
        sightings.silent.add(2);
        seconds(1);
        assertThat(report().members())
                .extracting(AutopilotReport.Observed::role)
                .containsExactly("leader", "voter", "voter", "witness", "spare");
        seconds(60);
        assertThat(cluster.changes).hasSize(1);
        assertThat(recorded(0).getTitle()).isEqualTo("autopilot: e takes the place of b");
        assertThat(recorded(0).getPreflightList())
                .extracting(Check::getFinding)
                .contains("3 healthy voters hold data then, besides the witnesses");
        assertThat(recorded(0).getOutcome()).isEqualTo("done and verified");
    }

    @Test
    void whoDoesNotLeadDoesNothingAndBeginsAnewWhenItLeads() throws InterruptedException {
        seconds(29);
        sightings.role = RoleName.FOLLOWER;
        seconds(100);
        assertThat(report().next().what()).isEqualTo("b leads, and is the one to act");
        assertThat(report().leads()).isFalse();
        sightings.role = RoleName.LEADER;
        seconds(30);
        assertThat(cluster.changes).isEmpty();
        seconds(1);
        assertThat(cluster.changes).hasSize(1);
    }

    @Test
    void whatHasFailedIsTriedAgainLaterAndLater() throws InterruptedException {
        cluster.failure = Optional.of(new RaftException.OutcomeUnknown(true));
        seconds(31);
        assertThat(cluster.changes).hasSize(1);
        assertThat(sightings.operations)
                .singleElement()
                .matches(operation -> operation.state() == ManagedOperation.State.FAILED);
        assertThat(recorded(0).getOutcome()).isEqualTo(new RaftException.OutcomeUnknown(true).getMessage());
        assertThat(recorded(0).getVerifiedList()).isEmpty();
        seconds(20);
        assertThat(report().next().what()).contains("learner d is promoted once");
        seconds(11);
        assertThat(cluster.changes).as("after 30 s").hasSize(2);
        seconds(45);
        assertThat(report().next().state()).isEqualTo("waiting");
        assertThat(report().next().what())
                .contains("promote d, which is tried again a while after the last failure: promote d: ");
        seconds(14);
        assertThat(cluster.changes).as("not yet after 59 s").hasSize(2);
        cluster.failure = Optional.empty();
        seconds(2);
        assertThat(cluster.changes).as("after 60 s").hasSize(3);
        assertThat(recorded(2).getOutcome()).isEqualTo("done and verified");
    }

    @Test
    void anotherOperationIsWaitedForAndOneThatHasDiedIsBrokenOff() throws InterruptedException {
        Bytes title = Bytes.wrap(
                OperationReport.newBuilder().setTitle("members add x").build().toByteArray());
        sightings.operations.add(new ManagedOperation(
                5, sightings.nowMillis, sightings.nowMillis, ManagedOperation.State.RUNNING, title));
        seconds(60);
        assertThat(report().next().what()).isEqualTo("an operation is under way: members add x");
        assertThat(cluster.changes).isEmpty();
        seconds(3);
        assertThat(cluster.changes).hasSize(1);
    }

    @Test
    void anotherOperationThatBeginsBetweenTheLookAndTheNoteIsNoFailure() throws InterruptedException {
        Bytes title = Bytes.wrap(
                OperationReport.newBuilder().setTitle("compact").build().toByteArray());
        Sighting seen = sightings.get();
        Picture.Member learner =
                new Steadiness(Duration.ofDays(1)).look(0, seen).named("d").orElseThrow();
        Judgement.Act act = new Judgement.Act(
                new Steadiness(Duration.ofDays(1)).look(0, seen).change(List.of(learner), List.of()),
                "promote d",
                "test");
        sightings.operations.add(new ManagedOperation(
                5, sightings.nowMillis, sightings.nowMillis, ManagedOperation.State.RUNNING, title));

        AutopilotOperation.Outcome outcome = new AutopilotOperation(cluster, () -> cluster.nowNanos, act).execute(seen);

        assertThat(outcome.kind()).isEqualTo(AutopilotOperation.Outcome.Kind.NOT_BEGUN);
        assertThat(outcome.text()).isEqualTo("operation 5 came first: compact");
        assertThat(cluster.changes).isEmpty();
    }

    @Test
    void whatTheChecksRefuseIsNotBegun() throws InterruptedException {
        Sighting seen = sightings.get();
        Picture picture = new Steadiness(Duration.ofDays(1)).look(0, seen);
        Judgement.Act act = new Judgement.Act(
                picture.change(List.of(picture.named("d").orElseThrow()), List.of()), "promote d", "test");
        sightings.differing.add(3L);

        AutopilotOperation.Outcome outcome =
                new AutopilotOperation(cluster, () -> cluster.nowNanos, act).execute(sightings.get());

        assertThat(outcome.kind()).isEqualTo(AutopilotOperation.Outcome.Kind.FAILED);
        assertThat(outcome.text()).startsWith("refused, and nothing was changed: c has a state that differs");
        assertThat(cluster.changes).isEmpty();
        assertThat(sightings.operations).isEmpty();
    }

    @Test
    void aDeadVoterThatIsHeardOfAgainInTimeStays() throws InterruptedException {
        sightings.promoted(4);
        sightings.silent.add(2);
        seconds(60);
        cluster.afterNote = sightings.silent::clear;
        seconds(1);
        assertThat(recorded(0).getOutcome()).isEqualTo("withdrawn, and nothing was changed: b is heard of again");
        assertThat(sightings.operations)
                .singleElement()
                .matches(operation -> operation.state() == ManagedOperation.State.FAILED);
        seconds(100);
        assertThat(cluster.changes).isEmpty();
        assertThat(report().next().what()).isEqualTo("all is as the policy wants it");
    }

    @Test
    void whatIsNotFoundAsPromisedHasFailed() throws InterruptedException {
        cluster.differing = List.of(3L);
        seconds(31);
        assertThat(sightings.operations)
                .singleElement()
                .matches(operation -> operation.state() == ManagedOperation.State.FAILED);
        assertThat(recorded(0).getOutcome()).startsWith("done, but not found as promised");
        assertThat(recorded(0).getVerifiedList())
                .anyMatch(check -> check.getName().equals("states") && check.getVerdict() == Check.Verdict.REFUSED);
    }

    @Test
    void whoLosesItsLeadershipOnTheWaySaysSo() throws InterruptedException {
        cluster.afterChange = () -> sightings.role = RoleName.FOLLOWER;
        seconds(31);
        assertThat(recorded(0).getOutcome())
                .isEqualTo("done, but it could not be verified: this member does not lead any more");
        assertThat(sightings.operations)
                .singleElement()
                .matches(operation -> operation.state() == ManagedOperation.State.FAILED);
    }

    @Test
    void reportsAreReadAsTheyWereWritten() throws InterruptedException {
        seconds(31);
        AutopilotReport report = report();
        assertThat(AutopilotReport.ofJson(report.toJson())).isEqualTo(report);
        assertThat(report.toJson()).contains("\"promote_learners_after_millis\":30000");
        AutopilotReport off = Autopilot.off("a", sightings.get());
        assertThat(AutopilotReport.ofJson(off.toJson())).isEqualTo(off);
        assertThat(off.on()).isFalse();
    }
}
