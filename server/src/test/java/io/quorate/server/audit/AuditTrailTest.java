package io.quorate.server.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.AuditEvent;
import io.quorate.kv.AuditEvent.Kind;
import io.quorate.kv.AuditEvents;
import io.quorate.kv.AuditLog;
import io.quorate.kv.HeapStore;
import io.quorate.kv.KvError;
import io.quorate.kv.LoggedCommand;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Result;
import io.quorate.server.audit.AuditListener.Outcome;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Events come on record in order, a flood of them as a number, and what is lost is told. */
class AuditTrailTest {

    private static final long SECOND = 1_000_000_000L;

    private final MvccStore store = MvccStore.open(new HeapStore());
    private final Cluster cluster = new Cluster();
    private final Map<Outcome, Long> became = new EnumMap<>(Outcome.class);
    private final List<String> logged = new ArrayList<>();
    private final List<Runnable> later = new ArrayList<>();
    private long nanos = 7;

    private final AuditTrail trail = new AuditTrail(
            cluster,
            0xabc,
            new AuditTrail.Time() {
                @Override
                public long millis() {
                    return 1_700_000_000_000L + nanos / 1_000_000;
                }

                @Override
                public long nanos() {
                    return nanos;
                }

                @Override
                public void later(Runnable task) {
                    later.add(task);
                }
            },
            (outcome, events) -> became.merge(outcome, events, Long::sum),
            logged::add);

    /** Applies what is proposed as soon as the test lets it. */
    private final class Cluster implements AuditTrail.Replication {
        private boolean mayBegin = true;
        private boolean answers = true;
        private final List<Runnable> held = new ArrayList<>();
        private int failures;
        private int refusals;
        private int proposals;

        @Override
        public AuditLog log() {
            return store.auditLog();
        }

        @Override
        public CompletableFuture<Boolean> mayBegin() {
            return CompletableFuture.completedFuture(mayBegin);
        }

        @Override
        public CompletableFuture<Result> propose(AuditEvents events) {
            proposals++;
            if (failures > 0) {
                failures--;
                return CompletableFuture.failedFuture(new IllegalStateException("no leader is known"));
            }
            if (refusals > 0) {
                refusals--;
                return CompletableFuture.completedFuture(new Result.Rejected(KvError.UNREADABLE_COMMAND));
            }
            CompletableFuture<Result> applied = new CompletableFuture<>();
            Runnable apply = () -> {
                long index = store.appliedIndex() + 1;
                applied.complete(store.apply(List.of(LoggedCommand.of(index, events)), index)
                        .getFirst());
            };
            if (answers) {
                apply.run();
            } else {
                held.add(apply);
            }
            return applied;
        }
    }

    private AuditEvent event(Kind kind, String address) {
        return trail.event("ann", address, kind, "login", "", "wrong password");
    }

    private List<String> lines() {
        return store.auditRecords(1, Integer.MAX_VALUE);
    }

    @Test
    void anEventIsOnRecordWithTimeAndMember() {
        CompletableFuture<Void> onRecord = trail.record(event(Kind.AUTHENTICATION, "10.0.0.9"));
        assertThat(onRecord).isCompleted();
        assertThat(lines()).singleElement().asString().contains("\"member\":\"abc\"", "\"address\":\"10.0.0.9\"");
        assertThat(became).containsExactly(Map.entry(Outcome.RECORDED, 1L));
    }

    @Test
    void whatComesMeanwhileIsProposedTogether() {
        var unused = trail.record(event(Kind.USER, "first"));
        cluster.answers = false;
        for (int i = 0; i < 100; i++) {
            unused = trail.record(event(Kind.USER, "later " + i));
        }
        assertThat(cluster.proposals).isEqualTo(2);
        cluster.answers = true;
        cluster.held.forEach(Runnable::run);
        assertThat(lines()).hasSize(101);
        assertThat(cluster.proposals).isEqualTo(3);
    }

    @Test
    void aFloodIsCountedAndItsNumberIsOnRecord() {
        for (int i = 0; i < 10_000; i++) {
            trail.tell(event(Kind.AUTHENTICATION, "10.0.0." + i % 250));
            nanos += SECOND / 10_000;
        }
        int told = lines().size();
        assertThat(told).isBetween(EventLimits.AT_ONCE, EventLimits.AT_ONCE + EventLimits.PER_SECOND + 1);
        trail.tell(event(Kind.AUTHORIZATION, "10.0.0.7"));
        assertThat(lines()).as("another kind has room of its own").hasSize(told + 1);
        trail.tick();
        assertThat(lines()).hasSize(told + 2);
        assertThat(lines().getLast())
                .contains("\"kind\":\"authentication\",\"action\":\"suppressed\"", " and others\"")
                .contains("\"count\":" + (10_000 - told));
        assertThat(became.get(Outcome.SUPPRESSED)).isEqualTo(10_000 - told);
        trail.tick();
        assertThat(lines()).as("there is nothing more to tell").hasSize(told + 2);
        nanos += 10 * SECOND;
        trail.tell(event(Kind.AUTHENTICATION, "10.0.0.8"));
        assertThat(lines()).hasSize(told + 3);
    }

    @Test
    void aFloodOfOthersHidesNothingThatAKnownUserDoes() {
        for (int i = 0; i < 500; i++) {
            trail.tell(by("", Kind.KEY));
            trail.tell(by("bob", Kind.KEY));
        }
        trail.tell(by("ann", Kind.KEY));
        assertThat(lines()).hasSize(2 * EventLimits.AT_ONCE + 1);
        assertThat(lines().getLast()).contains("\"user\":\"ann\"", "\"action\":\"read\"");
        trail.tick();
        assertThat(lines().subList(2 * EventLimits.AT_ONCE + 1, lines().size()))
                .as("by whom they were")
                .hasSize(2)
                .allMatch(line -> line.contains("\"action\":\"suppressed\"") && line.contains("\"count\":400"))
                .anyMatch(line -> line.contains("\"user\":\"\""))
                .anyMatch(line -> line.contains("\"user\":\"bob\""));
    }

    /** As many users as there are may do what is recorded of each of them, of every kind, while nothing can be proposed. */
    @Test
    void whatClientsCauseAtWillLeavesRoomForWhatMustBeOnRecord() {
        cluster.failures = 1;
        long told = 0;
        for (Kind kind : Kind.values()) {
            for (int user = 0; user < 10; user++) {
                for (int i = 0; i < EventLimits.AT_ONCE; i++) {
                    trail.tell(by("user " + user, kind));
                    told++;
                }
            }
        }
        CompletableFuture<Void> login = trail.record(event(Kind.AUTHENTICATION, "10.0.0.9"));
        trail.tick();
        assertThat(login).as("it waits, and is not lost").isNotDone();
        runLater();
        assertThat(login).isCompleted();
        trail.tick();
        assertThat(became).doesNotContainKey(Outcome.LOST);
        assertThat(became.get(Outcome.RECORDED)).isBetween(1L, AuditTrail.MAX_WAITING_OF_TOLD + 2L);
        assertThat(became.getOrDefault(Outcome.RECORDED, 0L) + became.getOrDefault(Outcome.SUPPRESSED, 0L))
                .as("each has come to one thing")
                .isEqualTo(told + 1);
        assertThat(counts(lines()))
                .as("and is on record, by itself or in a number")
                .isEqualTo(told + 1);
    }

    private static long counts(List<String> lines) {
        return lines.stream()
                .map(line -> line.substring(line.indexOf("\"count\":") + 8))
                .mapToLong(rest -> Long.parseLong(rest.substring(0, rest.indexOf(','))))
                .sum();
    }

    @Test
    void anEventThatStandsForManyCountsAsMany() {
        for (int i = 0; i < EventLimits.AT_ONCE; i++) {
            trail.tell(by("ann", Kind.KEY));
        }
        trail.tell(by("ann", Kind.KEY).times(980));
        assertThat(became).containsExactly(Map.entry(Outcome.RECORDED, 100L), Map.entry(Outcome.SUPPRESSED, 980L));
        cluster.refusals = 1;
        trail.tick();
        assertThat(became).as("now it is known to nobody").containsEntry(Outcome.LOST, 980L);
        assertThat(logged).singleElement().asString().startsWith("980 events are not put on record");
        assertThat(trail.record(by("ann", Kind.USER).times(7))).isCompleted();
        assertThat(lines().getLast()).contains("\"action\":\"lose events\"", "\"count\":980");
        assertThat(became).containsEntry(Outcome.RECORDED, 107L);
        trail.close();
        assertThat(trail.record(by("ann", Kind.USER).times(3))).isCompletedExceptionally();
        assertThat(became).containsEntry(Outcome.LOST, 983L);
    }

    private AuditEvent by(String user, Kind kind) {
        return trail.event(user, "10.0.0.9", kind, "read", "", AuditEvent.OK);
    }

    @Test
    void whatCannotBeProposedWaitsAndIsTriedAgain() {
        cluster.failures = 2;
        CompletableFuture<Void> onRecord = trail.record(event(Kind.USER, "10.0.0.9"));
        assertThat(onRecord).isNotDone();
        assertThat(logged).singleElement().asString().contains("takes nothing for now", "no leader is known");
        runLater();
        assertThat(onRecord).isNotDone();
        runLater();
        assertThat(onRecord).isCompleted();
        assertThat(lines()).hasSize(1);
    }

    private void runLater() {
        List<Runnable> due = List.copyOf(later);
        later.clear();
        due.forEach(Runnable::run);
    }

    @Test
    void whatHasNoRoomToWaitIsCountedAndItsNumberIsOnRecordLater() {
        cluster.failures = 1;
        List<CompletableFuture<Void>> waiting = new ArrayList<>();
        for (int i = 0; i < 2500; i++) {
            waiting.add(trail.record(event(Kind.USER, "10.0.0.9")));
        }
        assertThat(waiting.getLast()).isCompletedExceptionally();
        long lost = became.getOrDefault(Outcome.LOST, 0L);
        assertThat(lost).isBetween(400L, 500L);
        runLater();
        assertThat(waiting.getFirst()).isCompleted();
        assertThat(lines()).hasSize((int) (2500 - lost) + 1);
        assertThat(lines())
                .filteredOn(line -> line.contains("\"action\":\"lose events\""))
                .singleElement()
                .asString()
                .contains("\"count\":" + lost);
    }

    @Test
    void nothingIsPutOnRecordWhileSomeMemberKnowsOfNoRecords() {
        cluster.mayBegin = false;
        CompletableFuture<Void> onRecord = trail.record(event(Kind.USER, "10.0.0.9"));
        assertThat(onRecord).as("nobody waits for it").isCompleted();
        assertThat(trail.begun()).isCompletedWithValue(false);
        assertThat(lines()).isEmpty();
        assertThat(became.get(Outcome.LOST)).isEqualTo(2);
        assertThat(logged).isNotEmpty();
        cluster.mayBegin = true;
        assertThat(trail.begun()).isCompletedWithValue(true);
        assertThat(lines()).last().asString().contains("\"action\":\"lose events\"", "\"count\":2");
    }

    @Test
    void whatTheMembersRefuseIsLostAndIsNotSaidToBeOnRecord() {
        cluster.refusals = 1;
        assertThat(trail.record(event(Kind.USER, "10.0.0.9"))).isCompletedExceptionally();
        assertThat(became).containsExactly(Map.entry(Outcome.LOST, 1L));
        assertThat(logged).singleElement().asString().contains("the members have refused them: UNREADABLE_COMMAND");
        assertThat(trail.record(event(Kind.USER, "10.0.0.9"))).as("it goes on").isCompleted();
        assertThat(lines()).hasSize(2).last().asString().contains("\"action\":\"lose events\"", "\"count\":1");
    }

    @Test
    void onceItIsClosedNothingIsTaken() {
        cluster.answers = false;
        var unused = trail.record(event(Kind.USER, "10.0.0.9"));
        CompletableFuture<Void> waiting = trail.record(event(Kind.USER, "10.0.0.9"));
        trail.close();
        assertThat(waiting).isCompletedExceptionally();
        assertThat(trail.record(event(Kind.USER, "10.0.0.9"))).isCompletedExceptionally();
    }
}
