package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.OrderedStore;
import io.quorate.kv.RocksMemory;
import io.quorate.kv.RocksStore;
import io.quorate.kv.WriteBatch;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;

/** Changes what a member that does not run has on its disk, such that every checksum is right. */
public final class Tampering {

    private Tampering() {}

    /** Changes the end of the current value of a key, through RocksDB itself. */
    public static void changeValue(Path dataDir, String key, String end) {
        byte[] prefix = ("v" + key).getBytes(StandardCharsets.UTF_8);
        try (RocksStore store = open(dataDir)) {
            WriteBatch batch = new WriteBatch();
            try (OrderedStore.Cursor cursor = store.cursor()) {
                cursor.seek(prefix);
                byte[] record = cursor.value();
                byte[] wrong = end.getBytes(StandardCharsets.UTF_8);
                System.arraycopy(wrong, 0, record, record.length - wrong.length, wrong.length);
                assertThat(Arrays.copyOf(cursor.key(), prefix.length)).isEqualTo(prefix);
                batch.put(cursor.key(), record);
            }
            store.write(batch);
        }
    }

    /** Deletes the digest that went with the writes: what the store holds can be compared with nothing then. */
    public static void loseDigest(Path dataDir) {
        try (RocksStore store = open(dataDir)) {
            WriteBatch batch = new WriteBatch();
            try (OrderedStore.Cursor cursor = store.cursor()) {
                cursor.seek(new byte[] {'d'});
                assertThat(cursor.key()).hasSize(2).startsWith('d');
                batch.delete(cursor.key());
            }
            store.write(batch);
        }
    }

    private static RocksStore open(Path dataDir) {
        return RocksStore.open(dataDir.resolve("state").resolve("kv"), RocksMemory.small());
    }
}
