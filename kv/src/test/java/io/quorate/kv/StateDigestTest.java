package io.quorate.kv;

import static io.quorate.kv.TestClient.b;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The digest that goes with each write is that of the content, whatever happened to the store. */
class StateDigestTest {
    private static final int ROUNDS = 180;

    @TempDir
    Path temporary;

    static Stream<Arguments> runs() {
        return StoreKind.withSeeds(4);
    }

    @ParameterizedTest
    @MethodSource("runs")
    void afterAnySequenceOfCommandsTheDigestIsThatOfTheContent(StoreKind kind, long seed) {
        RandomGenerator random = random(seed);
        CommandDraw draw = new CommandDraw(random);
        OrderedStore ordered = kind.open(temporary.resolve("store"));
        MvccStore store = MvccStore.open(ordered);
        for (int round = 0; round < ROUNDS; round++) {
            store.apply(draw.batch(store), draw.lastIndex());
            StateDigest digest = store.digest();
            assertThat(digest).as("%s, seed %d, round %d", kind, seed, round).isEqualTo(NaiveDigest.of(store));
            if (random.nextInt(5) == 0) {
                store.removeCompacted();
            }
            if (round % 40 == 39) {
                Path checkpoint = temporary.resolve("checkpoint" + round);
                store.checkpointTo(checkpoint);
                store.apply(draw.batch(store), draw.lastIndex());
                store.restoreFrom(checkpoint);
            }
            if (round % 60 == 59 && kind == StoreKind.ROCKS) {
                store.close();
                ordered = kind.open(temporary.resolve("store"));
            }
            if (round % 60 == 59) {
                store = MvccStore.open(ordered);
            }
            assertThat(store.digest())
                    .as("%s, seed %d, round %d", kind, seed, round)
                    .isEqualTo(digest);
        }
        assertThat(DigestBuckets.stored(ordered::get, store.appliedIndex())
                        .orElseThrow()
                        .sums())
                .isEqualTo(DigestBuckets.compute(ordered).sums());
        store.close();
    }

    @Test
    void storesOfBothKindsHaveTheSameDigestHoweverTheCommandsAreBatched() {
        MvccStore heap = MvccStore.open(StoreKind.HEAP.open(temporary.resolve("heap")));
        MvccStore rocks = MvccStore.open(StoreKind.ROCKS.open(temporary.resolve("rocks")));
        CommandDraw draw = new CommandDraw(random(7));
        for (int round = 0; round < ROUNDS; round++) {
            List<LoggedCommand> batch = draw.batch(heap);
            for (LoggedCommand command : batch) {
                rocks.apply(List.of(command), command.index());
            }
            rocks.apply(List.of(), draw.lastIndex());
            heap.apply(batch, draw.lastIndex());
            assertThat(rocks.digest()).as("round %d", round).isEqualTo(heap.digest());
        }
        rocks.close();
    }

    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void anySingleChangeMakesAnotherDigest(StoreKind kind) {
        List<Command> changes = List.of(
                Put.of(b("a"), b("1")),
                Put.of(b("a"), b("2")),
                Put.of(b("a1"), b("")),
                Put.of(b("b"), b("1")),
                DeleteRange.of(b("a")),
                new Compact(1, false),
                new AlarmChange(AlarmChange.Action.ACTIVATE, new Alarm(1, Alarm.Type.NOSPACE)),
                new AlarmChange(AlarmChange.Action.ACTIVATE, new Alarm(1, Alarm.Type.CORRUPT)),
                new AlarmChange(AlarmChange.Action.ACTIVATE, new Alarm(2, Alarm.Type.NOSPACE)),
                new PublishMember(1, "n", List.of("http://a:1")),
                new PublishMember(1, "n", List.of("http://a:2")),
                new PublishMember(2, "n", List.of("http://a:1")),
                new NoteOperation(0, ManagedOperation.State.RUNNING, 1, false, b("a")),
                new NoteOperation(0, ManagedOperation.State.RUNNING, 1, false, b("b")),
                new PublishMember(2, "n", List.of("http://a:1"), "zone1"),
                new LeaseGrant(1, 5),
                new LeaseGrant(2, 5),
                new LeaseGrant(1, 6),
                new LeaseTakeover(1),
                new LeaseTakeover(2));
        Set<DigestSum> totals = new HashSet<>();
        for (int i = 0; i <= changes.size(); i++) {
            try (MvccStore store = MvccStore.open(kind.open(temporary.resolve("store" + i)))) {
                TestClient client = new TestClient(store);
                client.put("a", "0");
                if (i < changes.size()) {
                    client.apply(changes.get(i));
                }
                totals.add(store.digest().total());
            }
        }
        assertThat(totals).hasSize(changes.size() + 1);
    }

    @Test
    void eachNumberOfAPairCounts() {
        Set<DigestSum> sums = new HashSet<>();
        for (KeyValue pair : List.of(
                new KeyValue(b("k"), 1, 1, 1, b("v"), 1),
                new KeyValue(b("k"), 2, 1, 1, b("v"), 1),
                new KeyValue(b("k"), 1, 2, 1, b("v"), 1),
                new KeyValue(b("k"), 1, 1, 2, b("v"), 1),
                new KeyValue(b("k"), 1, 1, 1, b("v"), 2),
                new KeyValue(b("kv"), 1, 1, 1, b(""), 1),
                new KeyValue(b(""), 1, 1, 1, b("kv"), 1))) {
            sums.add(new ElementHash().of(Element.pair(pair)));
        }
        assertThat(sums).hasSize(7);
    }

    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void theDigestOfAStoreThatAnEarlierReleaseHasWrittenIsFoundAtOpening(StoreKind kind) {
        Path directory = temporary.resolve("store");
        OrderedStore ordered = kind.open(directory);
        MvccStore store = MvccStore.open(ordered);
        TestClient client = new TestClient(store);
        client.put("a", "1");
        client.put("b", "1");
        WriteBatch batch = new WriteBatch();
        batch.delete(StoreKeys.digest(1));
        ordered.write(batch);

        MvccStore upgraded = MvccStore.open(ordered);
        assertThat(upgraded.digest()).isEqualTo(store.digest());
        new TestClient(upgraded).put("a", "2");
        assertThat(DigestBuckets.stored(ordered::get, upgraded.appliedIndex())
                        .orElseThrow()
                        .sums())
                .isEqualTo(DigestBuckets.compute(ordered).sums());
        ordered.close();
    }

    @Test
    void aStoreThatAnEarlierReleaseHasWrittenToSinceIsNotTakenForDiverged() {
        HeapStore ordered = new HeapStore();
        MvccStore store = MvccStore.open(ordered);
        TestClient client = new TestClient(store);
        client.put("a", "1");
        byte[] digest = ordered.get(StoreKeys.digest(1)).orElseThrow();
        client.put("a", "2");
        WriteBatch withoutDigest = new WriteBatch();
        withoutDigest.put(StoreKeys.digest(1), digest);
        ordered.write(withoutDigest);
        assertThat(MvccStore.open(ordered).digest()).isEqualTo(NaiveDigest.of(store));
    }

    private static RandomGenerator random(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    /** Draws batches of commands of all kinds. */
    private static final class CommandDraw {
        private final RandomGenerator random;
        private final RandomRequests requests;
        private long lastIndex;

        CommandDraw(RandomGenerator random) {
            this.random = random;
            this.requests = new RandomRequests(random);
        }

        List<LoggedCommand> batch(MvccStore store) {
            List<LoggedCommand> batch = new ArrayList<>();
            lastIndex = store.appliedIndex();
            for (int i = random.nextInt(6); i > 0; i--) {
                lastIndex += 1 + random.nextInt(2);
                batch.add(LoggedCommand.of(lastIndex, command(store.currentRevision())));
            }
            lastIndex += random.nextInt(2);
            return batch;
        }

        /** The index that the last batch reaches. */
        long lastIndex() {
            return lastIndex;
        }

        private Command command(long revision) {
            return switch (random.nextInt(20)) {
                case 0 -> new PublishMember(random.nextInt(3), "n" + random.nextInt(3), List.of("http://a:1"));
                case 1 ->
                    new AlarmChange(
                            random.nextInt(4) == 0 ? AlarmChange.Action.ACTIVATE : AlarmChange.Action.DEACTIVATE,
                            new Alarm(random.nextInt(2), Alarm.Type.NOSPACE));
                case 2 -> new Verify(List.of(1L), List.of());
                default -> requests.command(revision);
            };
        }
    }
}
