package io.quorate.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.EntryId;
import io.quorate.encryption.KeyRing;
import io.quorate.encryption.MasterKeys;
import io.quorate.encryption.NotAuthenticException;
import io.quorate.engine.StateMachine.Capture;
import io.quorate.engine.StateMachine.Command;
import io.quorate.engine.snapshot.SnapshotWriter;
import io.quorate.kv.Bytes;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.MvccStore;
import io.quorate.kv.OrderedStore;
import io.quorate.kv.Put;
import io.quorate.kv.Range;
import io.quorate.kv.Result;
import io.quorate.kv.RocksMemory;
import io.quorate.kv.StoreException;
import io.quorate.server.TestCluster;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedStateMachineTest {
    private static final String SECRET = "what-nobody-may-read-on-the-disk";

    @TempDir
    private Path folder;

    private static Optional<MasterKeys> ring(String id) {
        byte[] secret = new byte[32];
        Arrays.fill(secret, (byte) id.charAt(0));
        try {
            return Optional.of(KeyRing.parse(id + " " + Base64.getEncoder().encodeToString(secret), "the test's ring"));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private KvStateMachine open(String name, Optional<MasterKeys> keys) throws IOException {
        return KvStateMachine.open(folder.resolve(name), RocksMemory.small(), keys, Runnable::run);
    }

    private static void put(KvStateMachine machine, long index, String value) throws IOException {
        byte[] payload = CommandCodec.encode(Put.of(Bytes.utf8("key" + index), Bytes.utf8(value)));
        machine.apply(List.of(new Command(new EntryId(1, index), ByteBuffer.wrap(payload))), index);
    }

    private static String read(KvStateMachine machine, long index) {
        Result.RangeResult result = (Result.RangeResult) machine.store().range(Range.of(Bytes.utf8("key" + index)));
        return result.kvs().getFirst().value().toUtf8();
    }

    private boolean isOnDisk(String name) throws IOException {
        List<Path> holding = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder.resolve(name))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains("what-nobody")) {
                    holding.add(file);
                }
            }
        }
        return !holding.isEmpty();
    }

    /** What a snapshot of the machine consists of, in a folder, as another member receives it. */
    private Path snapshot(KvStateMachine machine, String name) throws IOException {
        Path target = Files.createDirectories(folder.resolve(name));
        try (Capture capture = machine.capture()) {
            capture.writeTo(new SnapshotWriter() {
                @Override
                public OutputStream create(String file) throws IOException {
                    return Files.newOutputStream(target.resolve(file));
                }

                @Override
                public Optional<Path> folder() {
                    return Optional.of(target);
                }
            });
        }
        return target;
    }

    @Test
    void aMachineThatGetsARingSealsWhatItHadWithoutBeingAsked() throws IOException {
        try (KvStateMachine machine = open("one", Optional.empty())) {
            for (int i = 1; i <= 500; i++) {
                put(machine, i, SECRET + i);
            }
            assertThat(machine.store().sealProgress()).isEmpty();
            assertThat(machine.neededToRestore()).isEmpty();
        }
        assertThat(isOnDisk("one")).isTrue();
        try (KvStateMachine machine = open("one", ring("k1"))) {
            TestCluster.await(() -> machine.store().sealProgress().orElseThrow().settled(), "all values are sealed");
            assertThat(read(machine, 77)).isEqualTo(SECRET + 77);
            assertThat(machine.neededToRestore()).contains("the master key k1");
        }
        assertThat(isOnDisk("one")).isFalse();
    }

    /** A value that nobody reads may be damaged for long: the member has its state anew from the others, as if somebody had read it. */
    @Test
    void damageThatSealingMeetsIsTold() throws Exception {
        String sentence = "the store holds what was not sealed there";
        CountDownLatch listening = new CountDownLatch(1);
        BlockingQueue<StoreException> told = new LinkedBlockingQueue<>();
        try (KvStateMachine machine = KvStateMachine.open(
                folder.resolve("one"),
                RocksMemory.small(),
                ring("k1"),
                store -> MvccStore.open(sealing(store, () -> {
                    listening.await();
                    throw new StoreException(sentence, new NotAuthenticException(sentence));
                })),
                Runnable::run)) {
            machine.tellDamage(told::add);
            listening.countDown();
            StoreException first = told.poll(1, TimeUnit.MINUTES);
            assertThat(first).hasMessage(sentence);
        }
    }

    /** The store, with another way of sealing some of what it holds. */
    private static OrderedStore sealing(OrderedStore store, Callable<Boolean> rewriteSome) {
        return (OrderedStore) Proxy.newProxyInstance(
                OrderedStore.class.getClassLoader(),
                new Class<?>[] {OrderedStore.class},
                (proxy, called, arguments) ->
                        called.getName().equals("rewriteSome") ? rewriteSome.call() : called.invoke(store, arguments));
    }

    @Test
    void aSnapshotWhoseKeyIsMissingIsRefusedBeforeAnythingIsGivenUp() throws IOException {
        Path snapshot;
        try (KvStateMachine leader = open("leader", ring("k1"))) {
            put(leader, 1, SECRET);
            snapshot = snapshot(leader, "snapshot");
        }
        assertThat(isOnDisk("snapshot")).isFalse();
        for (Optional<MasterKeys> keys : List.of(ring("m2"), Optional.<MasterKeys>empty())) {
            try (KvStateMachine machine = open("of" + keys.isPresent(), keys)) {
                put(machine, 1, "own");
                assertThatThrownBy(() -> machine.requireRestorable(snapshot))
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("k1");
                assertThat(read(machine, 1)).isEqualTo("own");
            }
        }
        try (KvStateMachine machine = open("with", ring("k1"))) {
            machine.requireRestorable(snapshot);
        }
    }

    /** What an export sorts, and what it makes of it, lies on the disk for a while. */
    @Test
    void anExportLeavesNothingReadableOnItsWay() throws IOException {
        try (KvStateMachine machine = open("one", ring("k1"))) {
            for (int i = 1; i <= 100; i++) {
                put(machine, i, SECRET + i);
            }
            List<String> values = new ArrayList<>();
            try (KvStateMachine.Export export = machine.export()) {
                export.content().<IOException>changes(change -> {
                    values.add(change.kv().value().toUtf8());
                    if (values.size() == 50) {
                        assertThat(isOnDisk("one")).isFalse();
                    }
                });
            }
            assertThat(values).hasSize(100).startsWith(SECRET + 1);
        }
    }
}
