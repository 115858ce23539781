package io.quorate.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Watchers of all kinds see what the keyspace at one revision and the next one differ in, under random requests. */
class WatchComparisonTest {
    private static final int ROUNDS = 800;

    @TempDir
    Path temporary;

    static Stream<Arguments> runs() {
        return StoreKind.withSeeds(4);
    }

    @ParameterizedTest
    @MethodSource("runs")
    void watchersSeeWhatRevisionsDifferIn(StoreKind kind, long seed) {
        Run run = new Run(kind, seed);
        for (int round = 0; round < ROUNDS; round++) {
            run.step(round);
        }
        run.watching.forEach(run::drain);
        run.watching.forEach(watching -> assertThat(watching.seenThrough)
                .as("%s: %s", run.name, watching.request)
                .isGreaterThanOrEqualTo(run.lastEvent(watching)));
        assertThat(run.events).as("%s: events seen", run.name).isGreaterThan(ROUNDS / 2);
        assertThat(run.compacted)
                .as("%s: watchers that were compacted", run.name)
                .isPositive();
        run.store.close();
    }

    /** A watcher and how far it has seen. */
    private static final class Watching {
        private final WatchRequest request;
        private final Watcher watcher;
        private long seenThrough;
        private long progress;
        private boolean over;

        Watching(WatchRequest request, Watcher watcher, long seenThrough) {
            this.request = request;
            this.watcher = watcher;
            this.seenThrough = seenThrough;
        }
    }

    private final class Run {
        private final String name;
        private final RandomGenerator random;
        private final RandomRequests requests;
        private final NaiveModel model = new NaiveModel();
        private final MvccStore store;
        private final WatchHub hub;
        private final List<Watching> watching = new ArrayList<>();
        private int events;
        private int compacted;

        Run(StoreKind kind, long seed) {
            this.name = kind + ", seed " + seed;
            this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
            this.requests = new RandomRequests(random);
            this.store = MvccStore.open(kind.open(temporary.resolve("store")));
            this.hub = new WatchHub(store, new WatchHub.Limits(3000, 600, 6000, 5));
        }

        void step(int round) {
            for (int i = random.nextInt(4); i > 0; i--) {
                apply(random.nextInt(5) == 0 ? requests.lease(model.leases()) : requests.command(model.revision()));
            }
            if (random.nextInt(3) == 0) {
                hub.deliver();
            }
            if (random.nextInt(5) == 0) {
                store.removeCompacted();
            }
            if (watching.size() < 30) {
                begin();
            }
            if (random.nextInt(4) > 0) {
                Watching some = watching.get(random.nextInt(watching.size()));
                if (random.nextInt(3) == 0) {
                    drain(some);
                } else {
                    poll(some);
                }
                if (some.over || random.nextInt(40) == 0) {
                    some.watcher.close();
                    watching.remove(some);
                }
            }
            if (round % 167 == 166) {
                Path checkpoint = temporary.resolve("checkpoint" + round);
                store.checkpointTo(checkpoint);
                store.restoreFrom(checkpoint);
                hub.restored(store);
            }
        }

        private void apply(Command command) {
            long index = store.appliedIndex() + 1;
            Result expected = model.apply(command, index);
            List<Result> results = store.apply(List.of(LoggedCommand.of(index, command)), index, hub::applied);
            assertThat(results).containsExactly(expected);
        }

        private void begin() {
            long start = random.nextInt(3) == 0 ? 0 : Math.max(1, model.revision() + 3 - random.nextInt(20));
            WatchRequest request;
            do {
                Range range = requests.range(5);
                request = new WatchRequest(
                        random.nextInt(10) == 0 ? Bytes.empty() : range.key(),
                        range.rangeEnd(),
                        start,
                        random.nextBoolean(),
                        random.nextInt(6) == 0,
                        random.nextInt(6) == 0);
            } while (request.isEmptyRange());
            long through = start == 0 ? model.revision() : start - 1;
            watching.add(new Watching(request, hub.watch(request, () -> {}), through));
        }

        private void drain(Watching some) {
            hub.deliver();
            while (!some.over && poll(some)) {
                // the next
            }
        }

        private boolean poll(Watching some) {
            Optional<WatchAnswer> answer = some.watcher.poll();
            answer.ifPresent(told -> {
                switch (told) {
                    case WatchAnswer.Events seen -> check(some, seen);
                    case WatchAnswer.Compacted end -> {
                        assertThat(end.compactedRevision()).isEqualTo(model.compacted());
                        assertThat(some.seenThrough + 1).isLessThan(model.compacted());
                        some.over = true;
                        compacted++;
                    }
                }
            });
            some.watcher.progress().ifPresent(revision -> {
                requireNothing(some, revision);
                assertThat(revision).isBetween(some.progress, model.revision());
                some.progress = revision;
                some.seenThrough = Math.max(some.seenThrough, revision);
            });
            return answer.isPresent();
        }

        private void check(Watching some, WatchAnswer.Events seen) {
            for (RevisionEvents revision : seen.revisions()) {
                requireNothing(some, revision.revision() - 1);
                List<KeyEvent> sorted = revision.events().stream()
                        .sorted(Comparator.comparing(event -> event.kv().key()))
                        .toList();
                assertThat(withoutPrev(sorted))
                        .as("%s: %s", name, some.request)
                        .isEqualTo(withoutPrev(expected(some, revision.revision())));
                checkPrevious(some, sorted, expected(some, revision.revision()));
                some.seenThrough = revision.revision();
                events += sorted.size();
            }
            requireNothing(some, seen.throughRevision());
            some.seenThrough = seen.throughRevision();
        }

        /** What is compacted has no previous pair any more, all else has. */
        private void checkPrevious(Watching some, List<KeyEvent> seen, List<KeyEvent> expected) {
            for (int i = 0; i < seen.size(); i++) {
                boolean given = some.request.prevKv() && seen.get(i).kv().modRevision() > model.compacted();
                assertThat(seen.get(i).prev())
                        .as("%s: before %s", name, seen.get(i))
                        .isEqualTo(given ? expected.get(i).prev() : Optional.empty());
            }
        }

        private static List<KeyEvent> withoutPrev(List<KeyEvent> events) {
            return events.stream()
                    .map(event -> event.withPrev(Optional.empty()))
                    .toList();
        }

        private void requireNothing(Watching some, long through) {
            for (long revision = some.seenThrough + 1; revision <= Math.min(through, model.revision()); revision++) {
                assertThat(expected(some, revision))
                        .as("%s: %s has missed revision %d", name, some.request, revision)
                        .isEmpty();
            }
        }

        long lastEvent(Watching some) {
            if (some.over) {
                return 0;
            }
            long revision = model.revision();
            while (revision > some.seenThrough && expected(some, revision).isEmpty()) {
                revision--;
            }
            return Math.min(revision, model.revision());
        }

        /** In the order of keys. */
        private List<KeyEvent> expected(Watching some, long revision) {
            SortedMap<Bytes, KeyValue> before = model.at(revision - 1);
            SortedMap<Bytes, KeyValue> after = model.at(revision);
            List<KeyEvent> all = new ArrayList<>();
            before.forEach((key, kv) -> {
                if (!after.containsKey(key)) {
                    all.add(new KeyEvent(
                            KeyEvent.Kind.DELETE,
                            new KeyValue(key, 0, revision, 0, Bytes.empty(), 0),
                            Optional.of(kv)));
                }
            });
            after.forEach((key, kv) -> {
                if (kv.modRevision() == revision) {
                    all.add(new KeyEvent(KeyEvent.Kind.PUT, kv, Optional.ofNullable(before.get(key))));
                }
            });
            all.removeIf(event -> !contains(some.request, event.kv().key())
                    || (event.kind() == KeyEvent.Kind.PUT ? some.request.noPut() : some.request.noDelete()));
            all.sort(Comparator.comparing(event -> event.kv().key()));
            return all;
        }

        private static boolean contains(WatchRequest request, Bytes key) {
            if (request.rangeEnd().isEmpty()) {
                return request.key().isEmpty() ? key.equals(Bytes.wrap(new byte[1])) : key.equals(request.key());
            }
            return key.compareTo(request.key()) >= 0
                    && (request.rangeEnd().equals(Bytes.wrap(new byte[1])) || key.compareTo(request.rangeEnd()) < 0);
        }
    }
}
