package io.quorate.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Random requests get the same answers from the store as from the naive model, whatever happens in between. */
class ModelComparisonTest {
    private static final int ROUNDS = 1000;

    @TempDir
    Path temporary;

    static Stream<Arguments> runs() {
        return StoreKind.withSeeds(6);
    }

    @ParameterizedTest
    @MethodSource("runs")
    void randomRequestsAreAnsweredAsByTheModel(StoreKind kind, long seed) {
        Run run = new Run(kind, seed);
        for (int round = 0; round < ROUNDS; round++) {
            run.applyBatch();
            run.read();
            run.disturb(round);
        }
        assertThat(run.store.currentRevision()).isGreaterThan(ROUNDS / 2);
        assertThat(run.toldAtOnce).isGreaterThan(ROUNDS / 20);
        run.store.close();
    }

    private final class Run {
        private final StoreKind kind;
        private final RandomGenerator random;
        private final RandomRequests requests;
        private final NaiveModel model = new NaiveModel();
        private final String name;
        private OrderedStore ordered;
        private MvccStore store;
        private int toldAtOnce;

        Run(StoreKind kind, long seed) {
            this.kind = kind;
            this.random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
            this.requests = new RandomRequests(random);
            this.name = kind + ", seed " + seed;
            this.ordered = kind.open(temporary.resolve("store"));
            this.store = MvccStore.open(ordered);
        }

        void applyBatch() {
            long index = store.appliedIndex();
            List<LoggedCommand> batch = new ArrayList<>();
            List<Command> commands = new ArrayList<>();
            List<Result> expected = new ArrayList<>();
            for (int i = random.nextInt(6); i > 0; i--) {
                Command command =
                        random.nextInt(6) == 0 ? requests.lease(model.leases()) : requests.command(model.revision());
                index += 1 + random.nextInt(2);
                commands.add(command);
                expected.add(model.apply(command, index));
                batch.add(LoggedCommand.of(index, command));
            }
            index += random.nextInt(2);
            assertThat(store.apply(batch, index)).as("%s: %s", name, commands).isEqualTo(expected);
            assertThat(store.appliedIndex()).isEqualTo(index);
            assertThat(store.currentRevision()).isEqualTo(model.revision());
        }

        void read() {
            for (int i = 0; i < 3; i++) {
                Range range = requests.range(model.revision());
                Result expected = model.range(range);
                assertThat(store.range(range)).as("%s: %s", name, range).isEqualTo(expected);
                Optional<Result> atOnce = store.rangeAtOnce(range);
                atOnce.ifPresent(result ->
                        assertThat(result).as("%s: at once, %s", name, range).isEqualTo(expected));
                toldAtOnce += atOnce.isPresent() ? 1 : 0;
            }
            if (random.nextInt(10) == 0) {
                readLeases();
            }
        }

        private void readLeases() {
            assertThat(store.leases()).as(name).isEqualTo(model.leases());
            for (long id = -3; id < 6; id++) {
                assertThat(store.leaseKeys(id)).as("%s: lease %d", name, id).isEqualTo(model.leaseKeys(id));
                assertThat(store.lease(id).isPresent() || store.leaseKeys(id).isEmpty())
                        .isTrue();
            }
        }

        void disturb(int round) {
            if (random.nextInt(10) == 0) {
                store.removeCompacted();
            }
            if (round % 97 == 96) {
                reopen();
            }
            if (round % 143 == 142) {
                moveToAnotherMember(round);
            }
        }

        private void reopen() {
            if (kind == StoreKind.ROCKS) {
                store.close();
                ordered = kind.open(temporary.resolve("store"));
            }
            store = MvccStore.open(ordered);
        }

        private void moveToAnotherMember(int round) {
            Path checkpoint = temporary.resolve("checkpoint" + round);
            store.checkpointTo(checkpoint);
            try (MvccStore other = MvccStore.open(kind.open(temporary.resolve("other" + round)))) {
                other.restoreFrom(checkpoint);
                assertThat(other.hash()).as(name).isEqualTo(store.hash());
                assertThat(other.appliedIndex()).isEqualTo(store.appliedIndex());
            }
            store.restoreFrom(checkpoint);
        }
    }
}
