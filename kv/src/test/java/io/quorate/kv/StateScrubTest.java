package io.quorate.kv;

import static io.quorate.kv.TestClient.b;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Reading the whole store beside its writes shows what is not as it was written, and nothing else. */
class StateScrubTest {
    private static final int KEYS = 500;

    @TempDir
    Path temporary;

    /** A store with live and deleted keys of several versions, partly compacted, that is closed with the test. */
    private final class Scrubbed implements AutoCloseable {
        private final OrderedStore ordered;
        private final TestClient client;

        Scrubbed(StoreKind kind) {
            ordered = kind.open(temporary.resolve("store"));
            client = new TestClient(MvccStore.open(ordered));
            for (int i = 0; i < 2 * KEYS; i++) {
                client.put("key" + i % KEYS, "value" + i);
            }
            for (int i = 0; i < KEYS; i += 7) {
                client.delete("key" + i);
            }
            client.apply(new LeaseGrant(7, 60));
            client.apply(new LeaseTakeover(3));
            client.apply(new Put(b("leased"), b("value"), 7, false, false, false));
            client.apply(new Compact(KEYS, false));
            client.removeAllCompacted();
        }

        void put(byte[] key, byte[] value) {
            WriteBatch batch = new WriteBatch();
            batch.put(key, value);
            ordered.write(batch);
        }

        byte[] currentVersion(String key) {
            CurrentVersion current = CurrentKeys.find(ordered, b(key)).orElseThrow();
            return StoreKeys.version(b(key), current.revision(), current.sub());
        }

        void readAll() {
            for (int i = 0; i < KEYS; i++) {
                client.range(Range.of(b("key" + i)));
            }
        }

        /** Changes any of the keys, or adds one. */
        void write(RandomGenerator random) {
            Bytes key = b("key" + random.nextInt(KEYS + 100));
            client.apply(random.nextBoolean() ? Put.of(key, b("later")) : DeleteRange.of(key));
            client.store.removeCompacted();
        }

        ScrubReport scrub() {
            try (StateScrub scrub = client.store.scrub(temporary.resolve("scrub"))) {
                scrub.advance(Long.MAX_VALUE);
                return scrub.report();
            }
        }

        @Override
        public void close() {
            client.store.close();
        }
    }

    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void anIntactStoreIsFoundIntactInPiecesOfAnySizeBesideWrites(StoreKind kind) {
        RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(3);
        try (Scrubbed scrubbed = new Scrubbed(kind)) {
            for (int pieceBytes : new int[] {1, 100, 5000}) {
                try (StateScrub scrub = scrubbed.client.store.scrub(temporary.resolve("scrub" + pieceBytes))) {
                    assertThat(scrub.appliedIndex()).isEqualTo(scrubbed.client.store.appliedIndex());
                    assertThatThrownBy(scrub::report).isInstanceOf(IllegalStateException.class);
                    long read = 0;
                    int pieces = 0;
                    while (!scrub.isDone()) {
                        read += scrub.advance(pieceBytes);
                        if (pieces++ % 50 == 0) {
                            scrubbed.write(random);
                        }
                    }
                    assertThat(read).isGreaterThan(KEYS * 10L);
                    assertThat(pieces).isGreaterThan(pieceBytes == 5000 ? 5 : KEYS / 2);
                    assertThat(scrub.report())
                            .isEqualTo(new ScrubReport(scrub.appliedIndex(), List.of(), List.of(), List.of()));
                }
                assertThat(temporary.resolve("scrub" + pieceBytes)).doesNotExist();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void aValueThatWasChangedBehindTheStoresBackShowsInItsBucket(StoreKind kind) {
        try (Scrubbed scrubbed = new Scrubbed(kind)) {
            byte[] place = scrubbed.currentVersion("key5");
            byte[] record = scrubbed.ordered.get(place).orElseThrow().clone();
            record[record.length - 1] ^= 1;
            scrubbed.put(place, record);
            ScrubReport report = scrubbed.scrub();
            assertThat(report.isIntact()).isFalse();
            assertThat(report.buckets()).containsExactly(DigestBuckets.of(b("key5")));
            assertThat(report.keys()).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void aVersionThatIsLostIsToldWithItsKey(StoreKind kind) {
        try (Scrubbed scrubbed = new Scrubbed(kind)) {
            WriteBatch batch = new WriteBatch();
            batch.delete(scrubbed.currentVersion("key5"));
            scrubbed.ordered.write(batch);
            ScrubReport report = scrubbed.scrub();
            assertThat(report.buckets()).containsExactly(DigestBuckets.of(b("key5")));
            assertThat(report.keys()).containsExactly(b("key5"));
        }
    }

    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void anIndexThatNamesAnotherVersionIsToldWithItsKeyAlthoughTheDigestAgrees(StoreKind kind) {
        try (Scrubbed scrubbed = new Scrubbed(kind)) {
            CurrentVersion right = CurrentKeys.find(scrubbed.ordered, b("key5")).orElseThrow();
            WriteBatch batch = new WriteBatch();
            batch.put(
                    StoreKeys.current(b("key5")),
                    new CurrentVersion(right.revision() - 1, 0, right.version()).encode());
            batch.delete(StoreKeys.current(b("key6")));
            batch.put(StoreKeys.current(b("key")), right.encode());
            batch.put(StoreKeys.current(b("stranger")), right.encode());
            scrubbed.ordered.write(batch);
            ScrubReport report = scrubbed.scrub();
            assertThat(report.buckets()).isEmpty();
            assertThat(report.keys()).containsExactlyInAnyOrder(b("key5"), b("key6"), b("key"), b("stranger"));
        }
    }

    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void aDigestThatIsNotThatOfTheContentShows(StoreKind kind) {
        try (Scrubbed scrubbed = new Scrubbed(kind)) {
            byte[] digest =
                    scrubbed.ordered.get(StoreKeys.digest(1)).orElseThrow().clone();
            digest[Long.BYTES + 16 * DigestSum.SIZE] ^= 1;
            scrubbed.put(StoreKeys.digest(1), digest);
            assertThat(scrubbed.scrub().buckets()).containsExactly(16);
        }
    }

    @ParameterizedTest
    @EnumSource(StoreKind.class)
    void aStoreThatAnEarlierReleaseHasWrittenIsFoundIntact(StoreKind kind) {
        try (Scrubbed scrubbed = new Scrubbed(kind)) {
            WriteBatch batch = new WriteBatch();
            batch.delete(StoreKeys.digest(1));
            scrubbed.ordered.write(batch);
            MvccStore upgraded = MvccStore.open(scrubbed.ordered);
            try (StateScrub scrub = upgraded.scrub(temporary.resolve("scrub"))) {
                scrub.advance(Long.MAX_VALUE);
                assertThat(scrub.report().isIntact()).isTrue();
            }
        }
    }

    @Test
    void aFlippedBitInAFileIsFoundAlthoughTheStoreHasTheBlockInItsCache() throws IOException {
        Path directory = temporary.resolve("store");
        try (Scrubbed scrubbed = new Scrubbed(StoreKind.ROCKS)) {
            scrubbed.client.store.flush();
            scrubbed.readAll();
            flip(largestFile(directory));
            ScrubReport report = scrubbed.scrub();
            assertThat(report.errors()).isNotEmpty();
            assertThat(report.errors().getFirst()).contains(".sst of the store is damaged");
            assertThat(report.buckets()).isEmpty();
            scrubbed.readAll();
        }
    }

    @Test
    void aScrubGoesOnWhileTheStoreIsReplaced() {
        try (Scrubbed scrubbed = new Scrubbed(StoreKind.ROCKS)) {
            Path checkpoint = temporary.resolve("checkpoint");
            scrubbed.client.store.checkpointTo(checkpoint);
            try (StateScrub scrub = scrubbed.client.store.scrub(temporary.resolve("scrub"))) {
                scrub.advance(1000);
                scrubbed.client.store.restoreFrom(checkpoint);
                scrub.advance(Long.MAX_VALUE);
                assertThat(scrub.report().isIntact()).isTrue();
            }
        }
    }

    private static Path largestFile(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            List<Path> tables = new ArrayList<>(
                    files.filter(file -> file.toString().endsWith(".sst")).toList());
            tables.sort(Comparator.comparingLong(file -> file.toFile().length()));
            return tables.getLast();
        }
    }

    /** One bit of the file's first block. */
    private static void flip(Path path) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
            file.seek(100);
            int old = file.read();
            file.seek(100);
            file.write(old ^ 4);
        }
    }
}
