package io.quorate.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.Message;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.PeerFrame;
import io.quorate.engine.transport.StorageIds;
import io.quorate.simulator.disk.SimulatedDisk;
import io.quorate.simulator.network.SimulatedNetwork;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Corner cases 5 and 8 in the simulated network: who is let in is the production code's {@link StorageIds} to say. */
class HandshakeTest {

    private static final long SECOND = 1_000_000_000;
    private static final MemberId A = new MemberId(1);
    private static final MemberId B = new MemberId(2);

    private final Agenda agenda = new Agenda();
    private final SimulatedNetwork network =
            new SimulatedNetwork(agenda, new SplittableRandom(7), new RunObserver() {});
    private long nextStorage = 100;

    /** One life of a member. */
    private final class Life {
        private final SimulatedDisk disk;
        private final StorageIds storages;
        private final Network end;
        private final Heard heard = new Heard();
        private boolean alive = true;

        Life(MemberId self, SimulatedDisk disk, boolean usedBefore) throws IOException {
            this.disk = disk;
            this.storages = StorageIds.open(disk, usedBefore, () -> nextStorage++, Runnable::run);
            this.end = network.open(self, () -> alive, heard, Optional.of(storages));
            storages.admit().join();
        }

        /** It starts again, after a loss of power. */
        Life again(MemberId self) throws IOException {
            alive = false;
            return new Life(self, disk.afterPowerLoss(), true);
        }
    }

    private void send(Life from, MemberId to) {
        for (int i = 0; i < 3; i++) {
            from.end.send(to, new PeerFrame.Raft(0, new Message.Heartbeat(1, 0, 0)));
            agenda.runUntil(agenda.now() + SECOND);
        }
    }

    private static SimulatedDisk emptyDisk() {
        return SimulatedDisk.ofSeed(1);
    }

    @Test
    void framesPassOnceBothRememberEachOther() throws IOException {
        Life a = new Life(A, emptyDisk(), false);
        Life b = new Life(B, emptyDisk(), false);
        send(a, B);
        assertThat(b.heard.frames).as("the first was lost with the hello").hasSize(2);
        assertThat(b.storages.of(A)).isEqualTo(a.storages.own());
        assertThat(a.storages.of(B)).isEqualTo(b.storages.own());
        Life restarted = b.again(B);
        send(a, B);
        assertThat(restarted.heard.frames).hasSize(2);
        assertThat(restarted.heard.disownedBy).isEmpty();
    }

    @Test
    void cornerCase08_whoComesWithAnotherStorageIsNotHeardAndTold() throws IOException {
        Life a = new Life(A, emptyDisk(), false);
        Life b = new Life(B, emptyDisk(), false);
        send(a, B);
        b.alive = false;
        Life remembering = a.again(A);
        Life wiped = new Life(B, emptyDisk(), false);
        send(wiped, A);
        assertThat(remembering.heard.frames).isEmpty();
        assertThat(wiped.heard.disownedBy).isNotEmpty().containsOnly(A);
        wiped.heard.disownedBy.clear();
        send(remembering, B);
        assertThat(wiped.heard.frames).isEmpty();
        assertThat(wiped.heard.disownedBy).isNotEmpty().containsOnly(A);
        assertThat(remembering.heard.disownedBy).isEmpty();
    }

    @Test
    void cornerCase05_whoWasRemovedIsNotHeardAnyMoreAndTold() throws IOException {
        Life a = new Life(A, emptyDisk(), false);
        Life b = new Life(B, emptyDisk(), false);
        send(b, A);
        assertThat(a.heard.frames).hasSize(2);
        Configuration without = Configuration.of(Set.of(A, B)).without(B);
        a.end.membersChanged(without, without);
        send(b, A);
        assertThat(a.heard.frames).hasSize(2);
        assertThat(b.heard.removedBy).isNotEmpty().containsOnly(A);
    }

    @Test
    void whoDoesNotTakePartYetIsNotHeard() throws IOException {
        Life a = new Life(A, emptyDisk(), false);
        Life b = new Life(B, emptyDisk(), false);
        StorageIds waiting = StorageIds.open(emptyDisk(), false, () -> nextStorage++, Runnable::run);
        Network end = network.open(B, () -> b.alive, b.heard, Optional.of(waiting));
        end.send(A, new PeerFrame.Raft(0, new Message.Heartbeat(1, 0, 0)));
        agenda.runUntil(agenda.now() + SECOND);
        end.send(A, new PeerFrame.Raft(0, new Message.Heartbeat(1, 0, 0)));
        agenda.runUntil(agenda.now() + SECOND);
        assertThat(a.heard.frames).isEmpty();
        assertThat(a.storages.of(B)).isEqualTo(StorageIds.UNKNOWN);
    }
}
