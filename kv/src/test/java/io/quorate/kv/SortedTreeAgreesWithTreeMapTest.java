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
        compareWith(earlierExpected, earlier);
    }

    private void compareWith(NavigableMap<byte[], byte[]> content, SortedTree other) {
        SortedTree now = tree;
        NavigableMap<byte[], byte[]> expectedNow = new TreeMap<>(expected);
        tree = other;
        expected.clear();
        expected.putAll(content);
        compareAll();
        tree = now;
        expected.clear();
        expected.putAll(expectedNow);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 7, 100, 1_000})
    void changesMadeTogetherTouchNoTreeThatWasHandedOut(int together) {
        SplittableRandom random = new SplittableRandom(together);
        SortedTree.Successor successor = tree.successor();
        for (int round = 0; round < 4_000 / together; round++) {
            SortedTree earlier = tree;
            NavigableMap<byte[], byte[]> earlierExpected = new TreeMap<>(expected);
            for (int i = 0; i < together; i++) {
                change(successor, key(random.nextInt(900)), random.nextInt(10) < 3 + round % 5, random);
            }
            tree = successor.tree();
            compareAll();
            compareWith(earlierExpected, earlier);
        }
    }

    @Test
    void nothingHasNoEntries() {
        assertNull(SortedTree.empty().get(new byte[0]));
        assertFalse(SortedTree.empty().from(new byte[0]).isValid());
        assertEquals(0, SortedTree.empty().sizeBytes());
    }

    /**
     * Keys are compared as unsigned bytes; one may be the beginning of another, also with zeros behind that, or differ from it
     * only after many bytes.
     */
    private static byte[] key(int number) {
        byte high = (byte) (number >> 8);
        byte low = (byte) number;
        return switch (number % 7) {
            case 0 -> new byte[] {high};
            case 1 -> new byte[] {high, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, low, (byte) (number >> 16)};
            case 2 -> Arrays.copyOf(new byte[] {high, low}, 2 + number % 11);
            case 3 -> new byte[] {high, low, 0, 0, 0, 0, 0, 0, (byte) (number >> 16)};
            default -> new byte[] {high, low, (byte) (number >> 16)};
        };
    }

    private void change(byte[] key, boolean deletion, SplittableRandom random) {
        SortedTree.Successor successor = tree.successor();
        change(successor, key, deletion, random);
        tree = successor.tree();
    }

    private void change(SortedTree.Successor changed, byte[] key, boolean deletion, SplittableRandom random) {
        if (deletion) {
            expected.remove(key);
            changed.delete(key);
        } else {
            byte[] value = new byte[random.nextInt(20)];
            random.nextBytes(value);
            expected.put(key, value);
            changed.put(key, value);
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
