package io.quorate.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every ordered store must do, whatever it is made of. */
abstract class OrderedStoreContract {
    @TempDir
    Path temporary;

    private OrderedStore store;

    abstract OrderedStore open(Path directory);

    @BeforeEach
    void openStore() {
        store = open(temporary.resolve("store"));
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void anEmptyStoreHasNothing() {
        assertThat(store.get(bytes("a"))).isEmpty();
        assertThat(entries(store)).isEmpty();
    }

    @Test
    void whatIsPutCanBeReadAndWhatIsDeletedCannot() {
        put("a", "1");
        put("b", "2");
        put("a", "3");
        WriteBatch batch = new WriteBatch();
        batch.delete(bytes("b"));
        batch.delete(bytes("never there"));
        store.write(batch);
        assertThat(store.get(bytes("a"))).hasValue(bytes("3"));
        assertThat(store.get(bytes("b"))).isEmpty();
        assertThat(entries(store)).containsExactly("a=3");
    }

    @Test
    void whatIsInMemoryIsToldAtOnceUntilTheStoreIsClosed() {
        put("a", "1");
        assertThat(store.peek(bytes("a"))).isEqualTo(new Peek.Found(Bytes.utf8("1")));
        assertThat(store.peek(bytes("b"))).isEqualTo(Peek.MISSING);
        store.close();
        assertThat(store.peek(bytes("a"))).isEqualTo(Peek.UNKNOWN);
    }

    @Test
    void anEmptyValueIsAValue() {
        put("a", "");
        assertThat(store.get(bytes("a"))).hasValue(new byte[0]);
    }

    @Test
    void changesOfABatchTakeEffectInTheirOrder() {
        WriteBatch batch = new WriteBatch();
        batch.put(bytes("a"), bytes("1"));
        batch.delete(bytes("a"));
        batch.delete(bytes("b"));
        batch.put(bytes("b"), bytes("2"));
        store.write(batch);
        assertThat(entries(store)).containsExactly("b=2");
    }

    @Test
    void keysAreOrderedAsUnsignedBytes() {
        byte[][] keys = {{}, {0}, {0, 0}, {0, 1}, {1}, {0x7f}, {(byte) 0x80}, {(byte) 0xff}, {(byte) 0xff, 0}};
        for (int i = keys.length - 1; i > 0; i--) {
            WriteBatch batch = new WriteBatch();
            batch.put(keys[i], new byte[0]);
            store.write(batch);
        }
        List<byte[]> found = new ArrayList<>();
        try (OrderedStore.Cursor cursor = store.cursor()) {
            for (cursor.seek(new byte[0]); cursor.isValid(); cursor.next()) {
                found.add(cursor.key());
            }
        }
        assertThat(found).containsExactly(Arrays.copyOfRange(keys, 1, keys.length));
    }

    @Test
    void seekGoesToTheKeyOrToTheNextOne() {
        put("b", "1");
        put("d", "2");
        try (OrderedStore.Cursor cursor = store.cursor()) {
            cursor.seek(bytes("b"));
            assertThat(cursor.key()).isEqualTo(bytes("b"));
            cursor.seek(bytes("c"));
            assertThat(cursor.key()).isEqualTo(bytes("d"));
            cursor.seek(bytes("a"));
            assertThat(cursor.key()).isEqualTo(bytes("b"));
            cursor.seek(bytes("e"));
            assertThat(cursor.isValid()).isFalse();
        }
    }

    @Test
    void theBeginningOfAValueCanBeReadAlone() {
        put("a", "0123456789");
        try (OrderedStore.Cursor cursor = store.cursor()) {
            cursor.seek(bytes("a"));
            byte[] few = new byte[4];
            assertThat(cursor.value(few)).isEqualTo(10);
            assertThat(few).isEqualTo(bytes("0123"));
            byte[] many = new byte[12];
            assertThat(cursor.value(many)).isEqualTo(10);
            assertThat(Arrays.copyOf(many, 10)).isEqualTo(bytes("0123456789"));
            assertThat(cursor.value()).isEqualTo(bytes("0123456789"));
        }
    }

    @Test
    void aCursorKeepsTheViewOfWhenItWasOpened() {
        put("a", "1");
        put("b", "2");
        try (OrderedStore.Cursor cursor = store.cursor()) {
            WriteBatch batch = new WriteBatch();
            batch.put(bytes("a"), bytes("changed"));
            batch.delete(bytes("b"));
            batch.put(bytes("c"), bytes("new"));
            store.write(batch);
            cursor.seek(bytes("a"));
            assertThat(entriesFrom(cursor)).containsExactly("a=1", "b=2");
        }
        assertThat(entries(store)).containsExactly("a=changed", "c=new");
    }

    @Test
    void aCheckpointHoldsWhatWasWrittenBeforeItAndCanBeRestored() {
        put("a", "1");
        put("b", "2");
        Path checkpoint = temporary.resolve("checkpoint");
        store.checkpointTo(checkpoint);
        put("a", "later");
        put("c", "later");
        store.restoreFrom(checkpoint);
        assertThat(entries(store)).containsExactly("a=1", "b=2");
        put("d", "4");
        assertThat(entries(store)).containsExactly("a=1", "b=2", "d=4");
    }

    @Test
    void aCheckpointCanBeRestoredByAnotherStoreAndMoreThanOnce() {
        put("a", "1");
        Path checkpoint = temporary.resolve("checkpoint");
        store.checkpointTo(checkpoint);
        try (OrderedStore other = open(temporary.resolve("other"))) {
            for (int time = 0; time < 2; time++) {
                WriteBatch batch = new WriteBatch();
                batch.put(bytes("z"), bytes("its own"));
                other.write(batch);
                other.restoreFrom(checkpoint);
                assertThat(entries(other)).containsExactly("a=1");
            }
        }
        assertThat(entries(store)).containsExactly("a=1");
    }

    @Test
    void aCheckpointGoesIntoAnEmptyDirectoryAndIntoNoOther() throws Exception {
        put("a", "1");
        Path empty = Files.createDirectory(temporary.resolve("empty"));
        store.checkpointTo(empty);
        assertThat(empty).isNotEmptyDirectory();
        assertThatThrownBy(() -> store.checkpointTo(empty)).isInstanceOf(StoreException.class);
    }

    @Test
    void aCheckpointIsADirectoryOfPlainFiles() throws Exception {
        put("a", "1");
        Path checkpoint = temporary.resolve("checkpoint");
        store.checkpointTo(checkpoint);
        try (var files = Files.list(checkpoint)) {
            assertThat(files.toList()).isNotEmpty().allMatch(Files::isRegularFile);
        }
    }

    @Test
    void aMissingCheckpointIsRefusedAndTheContentStays() {
        put("a", "1");
        Path missing = temporary.resolve("missing");
        assertThatThrownBy(() -> store.restoreFrom(missing)).isInstanceOf(StoreException.class);
        assertThat(entries(store)).containsExactly("a=1");
    }

    @Test
    void sizesAreMoreThanNothingAndNoMoreIsInUseThanThereIs() {
        assertThat(store.sizeInUseBytes()).isPositive();
        for (int i = 0; i < 1000; i++) {
            put("key" + i, "a value of some length");
        }
        store.flush();
        assertThat(store.sizeBytes()).isGreaterThan(1000);
        assertThat(store.sizeInUseBytes()).isPositive().isLessThanOrEqualTo(store.sizeBytes());
    }

    @Test
    void aClosedStoreAndAClosedCursorSaySo() {
        OrderedStore other = open(temporary.resolve("other"));
        OrderedStore.Cursor cursor = other.cursor();
        cursor.close();
        assertThatThrownBy(cursor::isValid).isInstanceOf(IllegalStateException.class);
        other.close();
        other.close();
        assertThatThrownBy(() -> other.get(bytes("a"))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(other::cursor).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> other.write(new WriteBatch())).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void randomBatchesLeaveWhatASortedMapHas() {
        long seed = 20261124;
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
        TreeMap<String, String> model = new TreeMap<>();
        for (int round = 0; round < 300; round++) {
            WriteBatch batch = new WriteBatch();
            for (int change = random.nextInt(20); change > 0; change--) {
                String key = "k" + random.nextInt(200);
                if (random.nextInt(3) == 0) {
                    batch.delete(bytes(key));
                    model.remove(key);
                } else {
                    String value = "v" + random.nextInt();
                    batch.put(bytes(key), bytes(value));
                    model.put(key, value);
                }
            }
            store.write(batch);
            if (round % 50 == 0) {
                assertThat(entries(store))
                        .as("seed %d, round %d", seed, round)
                        .containsExactlyElementsOf(
                                model.entrySet().stream().map(Object::toString).toList());
            }
        }
    }

    final OrderedStore store() {
        return store;
    }

    final void put(String key, String value) {
        WriteBatch batch = new WriteBatch();
        batch.put(bytes(key), bytes(value));
        store.write(batch);
    }

    static byte[] bytes(String text) {
        return Bytes.utf8(text).toByteArray();
    }

    static List<String> entries(OrderedStore store) {
        try (OrderedStore.Cursor cursor = store.cursor()) {
            cursor.seek(new byte[0]);
            return entriesFrom(cursor);
        }
    }

    private static List<String> entriesFrom(OrderedStore.Cursor cursor) {
        List<String> found = new ArrayList<>();
        for (; cursor.isValid(); cursor.next()) {
            found.add(Bytes.wrap(cursor.key()).toUtf8() + "="
                    + Bytes.wrap(cursor.value()).toUtf8());
        }
        return found;
    }
}
