package io.quorate.kv;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RocksStoreTest extends OrderedStoreContract {

    @Override
    OrderedStore open(Path directory) {
        return RocksStore.open(directory, RocksMemory.small());
    }

    @Test
    void whatWasWrittenIsThereAfterClosingAndOpening() {
        put("a", "1");
        store().close();
        try (OrderedStore again = open(temporary.resolve("store"))) {
            assertThat(entries(again)).containsExactly("a=1");
        }
    }

    @Test
    void aDirectoryCannotBeOpenedTwice() {
        assertThatThrownBy(() -> open(temporary.resolve("store")))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("cannot open the store in");
    }

    @Test
    void aDamagedDirectoryIsRefused() throws IOException {
        put("a", "1");
        store().close();
        Files.writeString(temporary.resolve("store").resolve("CURRENT"), "garbage");
        assertThatThrownBy(() -> open(temporary.resolve("store"))).isInstanceOf(StoreException.class);
    }

    @Test
    void leftoversOfARestoreThatACrashInterruptedDoNotMatter() throws IOException {
        put("a", "1");
        Path checkpoint = temporary.resolve("checkpoint");
        store().checkpointTo(checkpoint);
        Path leftover = Files.createDirectory(temporary.resolve("store.restoring"));
        Files.writeString(leftover.resolve("000001.sst"), "half a file");
        put("a", "later");
        store().restoreFrom(checkpoint);
        assertThat(entries(store())).containsExactly("a=1");
        assertThat(leftover).doesNotExist();
    }
}
