package io.quorate.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class HeapStoreTest extends OrderedStoreContract {

    @Override
    OrderedStore open(Path directory) {
        return new HeapStore();
    }

    @Test
    void aDamagedCheckpointIsRefusedWhereverTheDamageIs() throws IOException {
        put("a", "1");
        put("b", "22");
        Path checkpoint = temporary.resolve("checkpoint");
        store().checkpointTo(checkpoint);
        Path file = checkpoint.resolve("heap.snapshot");
        byte[] intact = Files.readAllBytes(file);
        for (int i = 0; i < intact.length; i++) {
            byte[] flipped = intact.clone();
            flipped[i] ^= 0x10;
            Files.write(file, flipped);
            assertThatThrownBy(() -> store().restoreFrom(checkpoint)).isInstanceOf(StoreException.class);
            Files.write(file, Arrays.copyOf(intact, i));
            assertThatThrownBy(() -> store().restoreFrom(checkpoint)).isInstanceOf(StoreException.class);
        }
        assertThat(entries(store())).containsExactly("a=1", "b=22");
        Files.write(file, intact);
        store().restoreFrom(checkpoint);
        assertThat(entries(store())).containsExactly("a=1", "b=22");
    }
}
