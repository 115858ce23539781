package io.quorate.server.bolt;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was written to a bbolt file is read from it, and a damaged file is refused or harmless. */
class BoltFileTest {

    @TempDir
    private Path folder;

    /** Names of buckets, and in each the keys, both in order, with what they lead to. */
    private static SortedMap<String, SortedMap<String, String>> contentOf(Path file) throws IOException {
        SortedMap<String, SortedMap<String, String>> content = new TreeMap<>();
        try (BoltReader reader = BoltReader.open(file, Long.MAX_VALUE)) {
            reader.root().forEach(new BoltReader.Visitor() {
                @Override
                public void entry(byte[] key, byte[] value) {
                    throw new AssertionError("there are no keys beside the buckets");
                }

                @Override
                public void bucket(byte[] name, BoltBucket bucket) throws IOException {
                    SortedMap<String, String> keys = new TreeMap<>();
                    bucket.forEach((key, value) -> keys.put(hex(key), hex(value)));
                    content.put(hex(name), keys);
                }
            });
        }
        return content;
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static void write(Path file, int pageBytes, SortedMap<String, SortedMap<String, String>> content)
            throws IOException {
        HexFormat hex = HexFormat.of();
        try (BoltWriter writer = BoltWriter.create(file, pageBytes)) {
            for (var bucket : content.entrySet()) {
                writer.beginBucket(hex.parseHex(bucket.getKey()));
                for (var entry : bucket.getValue().entrySet()) {
                    writer.put(hex.parseHex(entry.getKey()), hex.parseHex(entry.getValue()));
                }
            }
            writer.finish();
        }
    }

    private static SortedMap<String, SortedMap<String, String>> randomContent(SplittableRandom random) {
        SortedMap<String, SortedMap<String, String>> content = new TreeMap<>();
        int buckets = random.nextInt(6);
        for (int i = 0; i < buckets; i++) {
            SortedMap<String, String> keys = new TreeMap<>();
            int count = random.nextInt(4) == 0 ? random.nextInt(20_000) : random.nextInt(30);
            for (int k = 0; k < count; k++) {
                boolean longKey = random.nextInt(500) == 0;
                boolean large = random.nextInt(200) == 0;
                keys.put(
                        randomBytes(random, 1 + random.nextInt(longKey ? 3000 : 20)),
                        randomBytes(random, random.nextInt(large ? 50_000 : 40)));
            }
            content.put(randomBytes(random, 1 + random.nextInt(8)), keys);
        }
        return content;
    }

    private static String randomBytes(SplittableRandom random, int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return hex(bytes);
    }

    @Test
    void whatIsWrittenIsReadWhateverThePageSizeIs() throws IOException {
        for (int seed = 0; seed < 24; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            SortedMap<String, SortedMap<String, String>> content = randomContent(random);
            int pageBytes = 1024 << random.nextInt(7);
            Path file = folder.resolve("random-" + seed);
            write(file, pageBytes, content);
            assertThat(Files.size(file) % pageBytes).isZero();
            assertThat(contentOf(file)).as("seed %d", seed).isEqualTo(content);
            try (BoltReader reader = BoltReader.open(file, Long.MAX_VALUE)) {
                assertThat(reader.pageBytes()).isEqualTo(pageBytes);
            }
        }
    }

    @Test
    void aFileWithoutABucketIsEmpty() throws IOException {
        Path file = folder.resolve("empty");
        write(file, 4096, new TreeMap<>());
        assertThat(contentOf(file)).isEmpty();
    }

    @Test
    void aSmallBucketHasNoPageOfItsOwn() throws IOException {
        Path file = folder.resolve("small");
        write(file, 4096, new TreeMap<>(java.util.Map.of("61", new TreeMap<>(java.util.Map.of("6b", "76")))));
        // Two metas, the free list, and the page of the bucket's name.
        assertThat(Files.size(file)).isEqualTo(4 * 4096);
        assertThat(contentOf(file).get("61")).containsExactlyEntriesOf(java.util.Map.of("6b", "76"));
    }

    @Test
    void keysThatDoNotComeInOrderAreRefused() throws IOException {
        try (BoltWriter writer = BoltWriter.create(folder.resolve("unordered"), 4096)) {
            assertThatThrownBy(() -> writer.put(new byte[1], new byte[0])).isInstanceOf(IllegalStateException.class);
            writer.beginBucket("b".getBytes(UTF_8));
            writer.put(new byte[] {(byte) 0x80}, new byte[0]);
            assertThatThrownBy(() -> writer.put(new byte[] {0x7f}, new byte[0]))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> writer.put(new byte[] {(byte) 0x80}, new byte[0]))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> writer.put(new byte[0], new byte[0])).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> writer.put(new byte[32_769], new byte[0]))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void aFileWithOneIntactMetaIsRead() throws IOException {
        SortedMap<String, SortedMap<String, String>> content = randomContent(new SplittableRandom(5));
        for (int damaged = 0; damaged < 2; damaged++) {
            Path file = folder.resolve("meta-" + damaged);
            write(file, 8192, content);
            byte[] bytes = Files.readAllBytes(file);
            bytes[damaged * 8192 + 40] ^= 1;
            Files.write(file, bytes);
            assertThat(contentOf(file)).isEqualTo(content);
        }
    }

    @Test
    void whatIsNoBboltFileIsRefused() throws IOException {
        for (int length : new int[] {0, 1, 100, 5000, 100_000}) {
            byte[] bytes = new byte[length];
            new SplittableRandom(length).nextBytes(bytes);
            Path file = Files.write(folder.resolve("none-" + length), bytes);
            assertThatThrownBy(() -> contentOf(file))
                    .isInstanceOf(BoltException.class)
                    .hasMessageContaining("no bbolt file");
        }
    }

    @Test
    void aFileThatIsCutOffIsRefused() throws IOException {
        Path file = folder.resolve("whole");
        write(file, 1024, randomContent(new SplittableRandom(1)));
        byte[] bytes = Files.readAllBytes(file);
        for (int length : new int[] {bytes.length - 1, bytes.length / 2, 2048, 1024 + 80}) {
            Path cut = Files.write(folder.resolve("cut-" + length), Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> contentOf(cut)).isInstanceOf(BoltException.class);
        }
    }

    @Test
    void aTreeThatLeadsBackToItselfIsRefused() throws IOException {
        SortedMap<String, String> keys = new TreeMap<>();
        for (int i = 0; i < 20_000; i++) {
            keys.put(String.format("%08x", i), "00");
        }
        Path file = folder.resolve("cycle");
        write(file, 1024, new TreeMap<>(java.util.Map.of("61", keys)));
        byte[] bytes = Files.readAllBytes(file);
        List<Integer> branches = new ArrayList<>();
        for (int page = 2; page < bytes.length / 1024; page++) {
            if (bytes[page * 1024 + BoltFormat.FLAGS_AT] == BoltFormat.BRANCH_PAGE) {
                branches.add(page);
            }
        }
        assertThat(branches).hasSizeGreaterThan(1);
        int child = branches.getLast() * 1024 + BoltFormat.PAGE_HEADER_BYTES + 8;
        bytes[child] = branches.getLast().byteValue();
        bytes[child + 1] = (byte) (branches.getLast() >> 8);
        Files.write(file, bytes);
        assertThatThrownBy(() -> contentOf(file))
                .isInstanceOf(BoltException.class)
                .hasMessageContaining("more than one way leads to page " + branches.getLast());
    }

    /** A small file could otherwise be read as one that is as large as it likes. */
    @Test
    void elementsThatShareBytesAreRefused() throws IOException {
        Path file = folder.resolve("shared");
        SortedMap<String, String> keys = new TreeMap<>();
        for (int i = 0; i < 3; i++) {
            keys.put("6" + i, "76".repeat(600));
        }
        write(file, 4096, new TreeMap<>(java.util.Map.of("61", keys)));
        byte[] bytes = Files.readAllBytes(file);
        int leaf = 3 * 4096;
        assertThat(bytes[leaf + BoltFormat.FLAGS_AT]).isEqualTo((byte) BoltFormat.LEAF_PAGE);
        // The second element is given one byte more of a value, which is the third one's key.
        int valueSize = leaf + BoltFormat.PAGE_HEADER_BYTES + BoltFormat.ELEMENT_BYTES + 12;
        bytes[valueSize]++;
        Files.write(file, bytes);
        assertThatThrownBy(() -> contentOf(file))
                .isInstanceOf(BoltException.class)
                .hasMessageContaining("element 2 of page 3 overlaps what is before it");
    }

    /** A flipped bit in a value cannot be told from another value; nothing else may come of it. */
    @Test
    void damagedBytesAreRefusedOrHarmless() throws IOException {
        SplittableRandom random = new SplittableRandom(7);
        SortedMap<String, SortedMap<String, String>> content = randomContent(new SplittableRandom(3));
        Path file = folder.resolve("damaged");
        write(file, 1024, content);
        byte[] intact = Files.readAllBytes(file);
        int refused = 0;
        for (int run = 0; run < 400; run++) {
            byte[] bytes = intact.clone();
            int page = random.nextInt(bytes.length / 1024);
            int flips = 1 + random.nextInt(8);
            for (int i = 0; i < flips; i++) {
                // Headers and tables stand at the beginning of a page.
                int at = page * 1024 + random.nextInt(random.nextBoolean() ? 64 : 1024);
                bytes[at] = (byte) random.nextInt();
            }
            Files.write(file, bytes);
            try {
                contentOf(file);
            } catch (BoltException e) {
                refused++;
                assertThat(e.getMessage()).doesNotContain("\n").doesNotEndWith(".");
            }
        }
        assertThat(refused).isGreaterThan(20);
    }
}
