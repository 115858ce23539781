package io.quorate.kv;

import static io.quorate.kv.TestClient.b;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.kv.Result.RangeResult;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Readers beside the applier, the removal of history, checkpoints and restores. */
class ConcurrentReadTest {
    private static final int KEYS = 8;
    private static final int ROUNDS = 1500;

    @TempDir
    Path temporary;

    private final AtomicBoolean done = new AtomicBoolean();

    @ParameterizedTest
    @EnumSource
    void aReaderSeesOneRevisionAndNeverHalfATransaction(StoreKind kind) throws Exception {
        try (MvccStore store = MvccStore.open(kind.open(temporary.resolve("store")));
                ExecutorService executor = Executors.newFixedThreadPool(4)) {
            List<Future<Long>> readers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                readers.add(executor.submit(() -> readUntilDone(store)));
            }
            Future<Long> remover = executor.submit(() -> removeUntilDone(store));
            try {
                applyAll(store);
            } finally {
                done.set(true);
            }
            for (Future<Long> reader : readers) {
                assertThat(reader.get()).isPositive();
            }
            remover.get();
        }
    }

    private void applyAll(MvccStore store) {
        TestClient client = new TestClient(store);
        for (int round = 1; round <= ROUNDS; round++) {
            List<Operation> puts = new ArrayList<>();
            for (int key = 0; key < KEYS; key++) {
                puts.add(Put.of(b("k" + key), b("round " + round)));
            }
            client.txn(List.of(), puts, List.of());
            if (round % 10 == 0) {
                client.apply(new Compact(store.currentRevision(), false));
            }
            if (round % 500 == 0) {
                Path checkpoint = temporary.resolve("checkpoint" + round);
                store.checkpointTo(checkpoint);
                store.restoreFrom(checkpoint);
            }
        }
    }

    private long readUntilDone(MvccStore store) {
        long reads = 0;
        long lastRevision = 0;
        while (!done.get() || reads == 0) {
            RangeResult result = (RangeResult) store.range(Range.of(b("k"), b("l")));
            assertThat(result.revision()).isGreaterThanOrEqualTo(lastRevision);
            lastRevision = result.revision();
            if (lastRevision > 1) {
                assertThat(result.kvs()).hasSize(KEYS);
                assertThat(result.kvs().stream().map(KeyValue::value).distinct())
                        .hasSize(1);
                assertThat(result.kvs()).allMatch(kv -> kv.modRevision() == result.revision());
            }
            readOld(store, lastRevision - reads % 15);
            lastRevision = readAtOnce(store, lastRevision);
            reads++;
        }
        return reads;
    }

    /** What can be told at once is the key's pair at the revision that it is said to be of, as everything else is. */
    private static long readAtOnce(MvccStore store, long lastRevision) {
        Optional<Result> told = store.rangeAtOnce(Range.of(b("k3")));
        if (told.isEmpty()) {
            return lastRevision;
        }
        RangeResult result = (RangeResult) told.get();
        assertThat(result.revision()).isGreaterThanOrEqualTo(lastRevision);
        if (result.revision() > 1) {
            assertThat(result.kvs()).hasSize(1).allMatch(kv -> kv.modRevision() == result.revision());
        }
        return result.revision();
    }

    private static void readOld(MvccStore store, long revision) {
        if (revision <= 1) {
            return;
        }
        switch (store.range(Range.of(b("k"), b("l")).atRevision(revision))) {
            case RangeResult old -> assertThat(old.kvs()).hasSize(KEYS).allMatch(kv -> kv.modRevision() == revision);
            case Result other -> assertThat(other).isEqualTo(new Result.Rejected(KvError.COMPACTED));
        }
    }

    private long removeUntilDone(MvccStore store) {
        long chunks = 0;
        while (!done.get()) {
            store.removeCompacted();
            chunks++;
        }
        return chunks;
    }
}
