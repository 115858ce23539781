package io.quorate.kv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Map;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The tree of the heap store holds what the JDK's own sorted map holds after the same changes. */
class SortedTreeAgreesWithTreeMapTest {

    private static final int OVERHEAD_BYTES = 64;

    private final NavigableMap<byte[], byte[]> expected = new TreeMap<>(Arrays::compareUnsigned);
    private SortedTree tree = SortedTree.empty();

    @ParameterizedTest
    @ValueSource(ints = {3, 40, 2_000, 60_000})
    void keysComeAndGoInAnyOrder(int differentKeys) {
        SplittableRandom random = new SplittableRandom(differentKeys);
        for (int round = 0; round < 6; round++) {
            // The tree grows in even rounds and shrinks, almost to nothing, in odd ones.
            int deletionsOfTen = round % 2 == 0 ? 3 : 9;
            for (int i = 0; i < 3 * Math.min(differentKeys, 4_000); i++) {
                byte[] key = key(random.nextInt(differentKeys));
                change(key, random.nextInt(10) < deletionsOfTen, random);
                assertArrayEquals(expected.get(key), tree.get(key));
            }
            compareAll();
            for (int i = 0; i < 50; i++) {
                compareFrom(key(random.nextInt(differentKeys + 1)), 100);
            }
        }
    }

    @Test
    void keysThatRiseAndKeysThatFall() {
        for (int i = 0; i < 5_000; i++) {
            change(key(100_000 + i), false, new SplittableRandom(i));
            change(key(100_000 - i), false, new SplittableRandom(i));
        }
        compareAll();
        for (int i = 0; i < 5_000; i++) {
            change(key(100_000 + i), true, new SplittableRandom(i));
            change(key(100_000 - i), true, new SplittableRandom(i));
            compareFrom(key(95_000), 2);
        }
        assertTrue(expected.isEmpty());
        compareAll();
    }

    @Test
    void anEarlierTreeStaysAsItWas() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 1_000; i++) {
            change(key(i), false, random);
        }
        SortedTree earlier = tree;
        NavigableMap<byte[], byte[]> earlierExpected = new TreeMap<>(expected);
        for (int i = 0; i < 3_000; i++) {
            change(key(i), i % 2 == 0, random);
        }
        compareAll();
        tree = earlier;
        expected.clear();
        expected.putAll(earlierExpected);
        compareAll();
    }

    @Test
    void nothingHasNoEntries() {
        assertNull(SortedTree.empty().get(new byte[0]));
        assertFalse(SortedTree.empty().from(new byte[0]).isValid());
        assertEquals(0, SortedTree.empty().sizeBytes());
    }

    /** Keys are compared as unsigned bytes, and one may be the beginning of another. */
    private static byte[] key(int number) {
        return number % 7 == 0
                ? new byte[] {(byte) (number >> 8)}
                : new byte[] {(byte) (number >> 8), (byte) number, (byte) (number >> 16)};
    }

    private void change(byte[] key, boolean deletion, SplittableRandom random) {
        if (deletion) {
            expected.remove(key);
            tree = tree.without(key);
        } else {
            byte[] value = new byte[random.nextInt(20)];
            random.nextBytes(value);
            expected.put(key, value);
            tree = tree.with(key, value);
        }
    }

    private void compareAll() {
        compareFrom(new byte[0], Integer.MAX_VALUE);
        long size = 0;
        for (Map.Entry<byte[], byte[]> entry : expected.entrySet()) {
            size += OVERHEAD_BYTES + entry.getKey().length + entry.getValue().length;
            byte[] found = tree.get(entry.getKey());
            assertNotNull(found);
            assertArrayEquals(entry.getValue(), found);
        }
        assertEquals(size, tree.sizeBytes());
    }

    private void compareFrom(byte[] from, int most) {
        SortedTree.Walk walk = tree.from(from);
        int compared = 0;
        for (Map.Entry<byte[], byte[]> entry : expected.tailMap(from, true).entrySet()) {
            assertTrue(walk.isValid());
            assertArrayEquals(entry.getKey(), walk.key());
            assertArrayEquals(entry.getValue(), walk.value());
            walk.next();
            if (++compared == most) {
                return;
            }
        }
        assertFalse(walk.isValid());
        walk.next();
        assertFalse(walk.isValid());
    }
}
