package io.quorate.server.snapshot;

import io.quorate.core.CoreStatus;
import io.quorate.core.quorum.MemberId;
import io.quorate.encryption.DataKey;
import io.quorate.engine.disk.OwnersAlone;
import io.quorate.kv.AuthState;
import io.quorate.kv.StoreExport;
import io.quorate.server.bolt.RandomInput;
import io.quorate.server.bolt.RandomOutput;
import io.quorate.server.snapshot.EtcdSnapshot.Origin;
import io.quorate.server.store.KvStateMachine;
import io.quorate.server.store.ReplicatedStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Takes snapshots in etcd's form of what one member has, beside everything that it does. Thread-safe. */
public final class SnapshotSource {

    private final ReplicatedStore store;
    private final KvStateMachine machine;

    public SnapshotSource(ReplicatedStore store, KvStateMachine machine) {
        this.store = store;
        this.machine = machine;
    }

    /**
     * A snapshot in a file, which is deleted when it is closed.
     *
     * @param key the file is sealed with it, if the member's store is
     */
    public record TakenSnapshot(Path file, Optional<DataKey> key, long bytes) implements AutoCloseable {

        /** What is in it, to be closed. */
        public RandomInput open() throws IOException {
            RandomInput raw = RandomInput.of(FileChannel.open(file, StandardOpenOption.READ));
            try {
                return key.isPresent() ? SealedInput.ofScratch(raw, key.get()) : raw;
            } catch (IOException | RuntimeException e) {
                raw.close();
                throw e;
            }
        }

        @Override
        public void close() throws IOException {
            Files.deleteIfExists(file);
        }
    }

    /**
     * Takes a snapshot of the present state, and returns when it is complete; ends with an exception if the thread is
     * interrupted. While it lasts it takes up as much room on the disk as the state, twice.
     *
     * @param allowed throws if by the users and roles in the snapshot it must not be told
     * @throws io.grpc.StatusRuntimeException if this member must not serve, or the disk has no room for it
     */
    public TakenSnapshot take(Consumer<AuthState> allowed) throws IOException {
        Path file = machine.scratchFile();
        try {
            DiskRoom room = new DiskRoom(() -> usableBytes(file));
            return store.ask(present -> {
                room.requireFor(present.sizeBytes());
                return takeTo(file, allowed, room);
            });
        } catch (UncheckedIOException e) {
            Files.deleteIfExists(file);
            throw e.getCause();
        } catch (RuntimeException e) {
            Files.deleteIfExists(file);
            throw e;
        }
    }

    private static long usableBytes(Path file) {
        try {
            return Files.getFileStore(Objects.requireNonNull(file.getParent(), "it lies in a folder"))
                    .getUsableSpace();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private TakenSnapshot takeTo(Path file, Consumer<AuthState> allowed, DiskRoom room) {
        CoreStatus status = store.node().status();
        Origin origin = new Origin(
                Math.max(1, status.term()),
                status.configuration().voters().stream()
                        .map(MemberId::value)
                        .collect(Collectors.toCollection(() -> new TreeSet<>(Long::compareUnsigned))));
        try (KvStateMachine.Export export = machine.export()) {
            StoreExport content = export.content();
            // The state may have been replaced since the client was let in.
            allowed.accept(content.auth());
            Optional<DataKey> key = machine.store().scratchKey();
            EtcdSnapshot.write(scratch(file, key), content, origin, room);
            return sized(new TakenSnapshot(file, key, 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RandomOutput scratch(Path file, Optional<DataKey> key) throws IOException {
        Set<OpenOption> options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        RandomOutput raw = RandomOutput.of(FileChannel.open(file, options, OwnersAlone.file(file)));
        return key.<RandomOutput>map(sealing -> SealedOutput.toScratch(raw, sealing))
                .orElse(raw);
    }

    private static TakenSnapshot sized(TakenSnapshot taken) throws IOException {
        try (RandomInput content = taken.open()) {
            return new TakenSnapshot(taken.file(), taken.key(), content.size());
        }
    }
}
