package io.quorate.kv;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Ranges are found by every key in them, and by no other. */
class IntervalTreeTest {
    private record Range(Bytes from, @Nullable Bytes to, int number) {}

    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(3);

    private Bytes key() {
        byte[] key = new byte[1 + random.nextInt(2)];
        for (int i = 0; i < key.length; i++) {
            key[i] = (byte) random.nextInt(12);
        }
        return Bytes.wrap(key);
    }

    @Test
    void randomRangesAreFoundAsByLookingAtAll() {
        IntervalTree<Integer> tree = new IntervalTree<>();
        List<Range> all = new ArrayList<>();
        for (int round = 0; round < 20_000; round++) {
            if (all.size() < 100 || (random.nextInt(2) == 0 && all.size() < 400)) {
                Range added = new Range(key(), random.nextInt(8) == 0 ? null : key(), round);
                all.add(added);
                tree.add(added.from, added.to, added.number);
            } else {
                Range removed = all.remove(random.nextInt(all.size()));
                tree.remove(removed.from, removed.to, removed.number);
            }
            Bytes key = key();
            TreeSet<Integer> expected = new TreeSet<>();
            for (Range range : all) {
                if (range.from.compareTo(key) <= 0 && (range.to == null || key.compareTo(range.to) < 0)) {
                    expected.add(range.number);
                }
            }
            List<Integer> found = new ArrayList<>();
            tree.forEachAt(key, found::add);
            assertThat(found).as("round %d", round).hasSameSizeAs(expected);
            assertThat(new TreeSet<>(found)).isEqualTo(expected);
        }
    }
}
