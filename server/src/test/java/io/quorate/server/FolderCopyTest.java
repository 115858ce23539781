package io.quorate.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder is copied, and it is told how far that is. */
class FolderCopyTest {

    @TempDir
    private Path folder = Path.of("");

    @Test
    void whatWasCopiedIsToldAfterEachFile() throws IOException {
        Path from = Files.createDirectories(folder.resolve("from/below")).resolveSibling("");
        Files.write(from.resolve("one"), new byte[100]);
        Files.write(from.resolve("below/two"), new byte[30]);
        List<Long> told = new ArrayList<>();
        long copied = FolderCopy.copy(from, folder.resolve("to/there"), told::add);
        assertThat(copied).isEqualTo(FolderCopy.bytes(from)).isEqualTo(130);
        assertThat(told).hasSize(2).isSorted().endsWith(130L);
        assertThat(folder.resolve("to/there/below/two")).hasSize(30);
    }
}
