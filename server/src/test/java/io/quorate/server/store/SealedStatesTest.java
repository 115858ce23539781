package io.quorate.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.quorate.core.EntryId;
import io.quorate.encryption.KeyFile;
import io.quorate.encryption.MasterKeys;
import io.quorate.engine.StateMachine.Command;
import io.quorate.kv.Bytes;
import io.quorate.kv.CommandCodec;
import io.quorate.kv.Put;
import io.quorate.kv.RocksMemory;
import io.quorate.server.TestCluster;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedStatesTest {

    @TempDir
    private Path folder;

    private Path dataDir() {
        return folder.resolve("m0");
    }

    /** A state as it lies in a snapshot, or aside. */
    private void state(String place, Optional<MasterKeys> keys) throws IOException {
        Path target = dataDir().resolve(place);
        Files.createDirectories(target.resolveSibling(""));
        Path made = folder.resolve("made-" + place.replace('/', '-'));
        try (KvStateMachine machine = KvStateMachine.open(made, RocksMemory.small(), keys, Runnable::run)) {
            byte[] put = CommandCodec.encode(Put.of(Bytes.utf8("key"), Bytes.utf8("value")));
            machine.apply(List.of(new Command(new EntryId(1, 1), ByteBuffer.wrap(put))), 1);
            machine.store().checkpointTo(target);
        }
    }

    private Optional<MasterKeys> ring(String id) throws IOException {
        Path file = folder.resolve("ring-" + id);
        if (!Files.exists(file)) {
            KeyFile.addNew(file, Optional.of(id));
        }
        return Optional.of(KeyFile.read(file));
    }

    @Test
    void eachIsToldWithTheKeyThatItNeedsAndOthersOnceTheyHaveTakenItsPlace() throws IOException {
        SealedStates states = new SealedStates(Optional.of(dataDir()));
        assertThat(states.look()).isEmpty();
        state("snapshots/snapshot-1", Optional.empty());
        state("snapshots/snapshot-2", ring("spring"));
        state("state/ahead-of-log", ring("winter"));
        Files.createDirectories(dataDir().resolve("snapshots/unfinished-3"));

        assertThat(states.look())
                .extracting(SealedStates.Kept::what, SealedStates.Kept::keyId, SealedStates.Kept::settled)
                .containsExactly(
                        tuple("snapshots", Optional.empty(), false),
                        tuple("snapshots", Optional.of("spring"), true),
                        tuple("ahead-of-log", Optional.of("winter"), true));
        assertThat(states.look()).allMatch(kept -> kept.bytes() > 0 && kept.files() > 1);

        ScratchFolder.delete(dataDir().resolve("snapshots/snapshot-1"));
        ScratchFolder.delete(dataDir().resolve("state/ahead-of-log"));
        assertThat(states.look()).extracting(SealedStates.Kept::keyId).containsExactly(Optional.of("spring"));
    }

    /** Whoever scrapes a member's metrics does not wait for its disk. */
    @Test
    void whatWasSeenLastIsToldAtOnceAndLookedAtAnew() throws IOException {
        SealedStates states = new SealedStates(Optional.of(dataDir()));
        state("snapshots/snapshot-2", ring("spring"));
        assertThat(states.last()).extracting(SealedStates.Kept::what).containsExactly("snapshots, not known now");
        TestCluster.await(() -> states.lately().getFirst().keyId().equals(Optional.of("spring")), "it was looked at");
        assertThat(states.last()).hasSize(1);
    }

    /** Or somebody takes its key out of the ring. */
    @Test
    void whatCannotBeLookedAtIsNotTakenForWhatIsNotThere() throws IOException {
        SealedStates states = new SealedStates(Optional.of(dataDir()));
        state("snapshots/snapshot-2", ring("spring"));
        Path current = dataDir().resolve("snapshots/snapshot-2/CURRENT");
        byte[] before = Files.readAllBytes(current);
        Files.writeString(current, "nothing of use");
        assertThat(states.look()).extracting(SealedStates.Kept::what).containsExactly("snapshots, not known now");
        Files.write(current, before);
        assertThat(states.look()).extracting(SealedStates.Kept::keyId).containsExactly(Optional.of("spring"));
    }

    @Test
    void aMemberThatHasNothingOnADiskTellsNothing() {
        SealedStates states = new SealedStates(Optional.empty());
        assertThat(states.last()).isEmpty();
        assertThat(states.look()).isEmpty();
    }
}
