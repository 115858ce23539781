package io.quorate.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.quorum.MemberId;
import io.quorate.engine.RaftNode;
import io.quorate.engine.local.LocalCluster;
import io.quorate.kv.Bytes;
import io.quorate.kv.MvccStore;
import io.quorate.kv.Put;
import io.quorate.kv.Result;
import io.quorate.server.wire.EventLoops;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On which threads clients are answered. */
class ReplicatedStoreTest {
    private static final long PATIENCE_SECONDS = 30;

    @TempDir
    private Path folder;

    private final ExecutorService background = Executors.newSingleThreadExecutor();
    private final ExecutorService readers = Executors.newSingleThreadExecutor(task -> new Thread(task, "reader"));
    private final List<AutoCloseable> open = new ArrayList<>();
    private EventLoops loops;
    private Fence fence;
    private ReplicatedStore store;

    /** Tells on which thread it was answered. */
    private record WhichThread(boolean canBeToldAtOnce) implements Question<Thread> {
        @Override
        public Thread answer(MvccStore kv) {
            return Thread.currentThread();
        }

        @Override
        public boolean mayBeToldAtOnce() {
            return true;
        }

        @Override
        public Optional<Thread> answerAtOnce(MvccStore kv) {
            return canBeToldAtOnce ? Optional.of(Thread.currentThread()) : Optional.empty();
        }
    }

    @BeforeEach
    void start() throws Exception {
        loops = EventLoops.open(2);
        open.add(loops);
        List<KvStateMachine> machines = new ArrayList<>();
        LocalCluster<Result> cluster = new LocalCluster<>(
                1,
                folder,
                own -> {
                    machines.add(machine(own));
                    return machines.getLast();
                },
                options -> options);
        open.add(cluster);
        RaftNode<Result> node = cluster.node(new MemberId(1));
        cluster.awaitLeader();
        MvccStore kv = machines.getFirst().store();
        fence = new Fence(kv, 1);
        store = new ReplicatedStore(node, kv, fence, readers, loops::current, 1 << 20, -1, damage -> {});
    }

    private KvStateMachine machine(Path own) {
        try {
            return KvStateMachine.inMemory(own, background);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable part : open.reversed()) {
            part.close();
        }
        background.shutdownNow();
        readers.shutdownNow();
    }

    private record Told(Thread asked, Thread answered) {}

    /** Asks on the thread of some connection, and tells which that was, and on which thread the answer came. */
    private Told onConnection(Supplier<CompletableFuture<Thread>> question) throws Exception {
        CompletableFuture<Told> told = new CompletableFuture<>();
        loops.group().next().execute(() -> {
            Thread asked = Thread.currentThread();
            var unused = question.get()
                    .thenApply(answered -> new Told(asked, answered))
                    .whenComplete((value, failure) -> {
                        if (failure != null) {
                            told.completeExceptionally(failure);
                        } else {
                            told.complete(value);
                        }
                    });
        });
        return told.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatCanBeToldAtOnceIsToldOnTheConnectionsThread(boolean serializable) throws Exception {
        Told told = onConnection(() -> store.read(serializable, new WhichThread(true)));
        assertThat(told.answered()).isSameAs(told.asked());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whatMayHaveToWaitIsToldOnAThreadForReads(boolean serializable) throws Exception {
        Told told = onConnection(() -> store.read(serializable, new WhichThread(false)));
        assertThat(told.answered().getName()).isEqualTo("reader");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoAsksOnAnotherThreadIsAnsweredOnAThreadForReads(boolean serializable) throws Exception {
        Thread answered = store.read(serializable, new WhichThread(true)).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        assertThat(answered.getName()).isEqualTo("reader");
    }

    @Test
    void whatBecameOfAWriteIsToldOnTheConnectionsThread() throws Exception {
        Put put = Put.of(Bytes.utf8("key"), Bytes.utf8("value"));
        Told told = onConnection(() -> store.write(put).thenApply(result -> Thread.currentThread()));
        assertThat(told.answered()).isSameAs(told.asked());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aMemberThatMustNotServeTellsNothingAtOnceEither(boolean canBeToldAtOnce) {
        fence.raise("its files are damaged");
        assertThatThrownBy(() -> onConnection(() -> store.read(true, new WhichThread(canBeToldAtOnce))))
                .hasMessageContaining("its files are damaged");
    }
}
