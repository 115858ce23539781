package io.quorate.engine;

import static io.quorate.engine.HandDrivenNode.SELF;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.CoreStatus;
import io.quorate.core.EntryId;
import io.quorate.core.Message;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.DataDirectoryException;
import io.quorate.engine.disk.FaultyDisk;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.EntryKind;
import io.quorate.engine.transport.PeerFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Entries without their commands are a witness's alone, and a witness has no others. */
class WitnessNodeTest {

    /** The layout of the log's frames. */
    private static final int FRAME_MAGIC = 0x514c4246;

    private static final int FRAME_LENGTH = 16;
    private static final int FRAME_HEADER_BYTES = 72;

    private static final MemberId TWO = new MemberId(2);
    private static final Configuration PLAIN = Configuration.of(Set.of(SELF, TWO, new MemberId(3)));
    private static final Configuration WITNESSING = PLAIN.withWitnesses(new TreeSet<>(Set.of(SELF)));

    private static HandDrivenNode witness(FaultyDisk disk, long seed) throws IOException {
        return new HandDrivenNode(disk, WITNESSING, seed, options -> options.withWitness(true));
    }

    private static HandDrivenNode withData(FaultyDisk disk) throws IOException {
        return new HandDrivenNode(disk, PLAIN, 1, options -> options);
    }

    private static PeerFrame.Raft log(long count, long commitIndex) {
        List<Long> numbers = LongStream.rangeClosed(1, count).boxed().toList();
        return (PeerFrame.Raft) HandDrivenNode.appendFromStart(1, numbers, commitIndex);
    }

    private static PeerFrame.Raft stripped(PeerFrame.Raft frame) {
        List<EntryFrame> names =
                frame.entries().stream().map(EntryFrame::withoutCommand).toList();
        return new PeerFrame.Raft(frame.group(), frame.message(), names, frame.prevChain());
    }

    private static CoreStatus status(HandDrivenNode node) {
        CompletableFuture<CoreStatus> status = node.node.inspect();
        HandDrivenNode.run(node.loop);
        return status.join();
    }

    private static String contents(FaultyDisk disk) {
        StringBuilder all = new StringBuilder();
        for (String name : disk.list("log")) {
            all.append(new String(disk.bytes("log/" + name), java.nio.charset.StandardCharsets.ISO_8859_1));
        }
        return all.toString();
    }

    @Test
    void withoutItsCommandAnEntryHasTheSameNameAndTheSameHash() {
        EntryFrame whole = log(3, 0).entries().getLast();
        EntryFrame witnessed = whole.withoutCommand();
        assertThat(witnessed.kind()).isEqualTo(EntryKind.WITNESSED);
        assertThat(witnessed.id()).isEqualTo(whole.id());
        assertThat(witnessed.chainHash()).isEqualTo(whole.chainHash());
        assertThat(witnessed.continues(whole.previousChain())).isTrue();
        assertThat(witnessed.previousChain()).isEqualTo(whole.previousChain());
        assertThatThrownBy(witnessed::payload).isInstanceOf(IllegalStateException.class);
        assertThat(witnessed.withoutCommand()).isSameAs(witnessed);
    }

    @Test
    void aWitnessAcknowledgesAndCommitsWithoutApplyingAnything() throws IOException {
        HandDrivenNode witness = witness(new FaultyDisk(), 1);
        witness.receive(TWO, stripped(log(5, 5)));
        witness.settle();
        assertThat(status(witness).appliedIndex()).isEqualTo(5);
        assertThat(witness.takeSent(PeerFrame.Raft.class))
                .extracting(PeerFrame.Raft::message)
                .contains(new Message.AppendAccepted(1, 5));
        assertThat(witness.journal.numbers()).isEmpty();
    }

    /** Also what is sent to it whole leaves nothing of the commands on its disk. */
    @Test
    void aWitnessKeepsNoCommandThatItIsSent() throws IOException {
        HandDrivenNode witness = witness(new FaultyDisk(), 1);
        PeerFrame.Raft entry = log(1, 0);
        byte[] command = new byte[Long.BYTES];
        long number = 0x5ec2e7_5ec2e7L;
        ByteBuffer.wrap(command).putLong(0, number);
        PeerFrame.Raft secret = (PeerFrame.Raft) HandDrivenNode.appendFromStart(1, List.of(number), 0);
        witness.receive(TWO, secret);
        witness.settle();
        String text = new String(command, java.nio.charset.StandardCharsets.ISO_8859_1);
        assertThat(status(witness).syncedIndex())
                .isEqualTo(entry.entries().getLast().index());
        assertThat(contents(witness.disk)).doesNotContain(text);

        HandDrivenNode other = withData(new FaultyDisk());
        other.receive(TWO, secret);
        other.settle();
        assertThat(contents(other.disk)).as("it would be found").contains(text);
    }

    @Test
    void aWitnessComesBackWithItsLogAndMayBeStartedAsNothingElse() throws IOException {
        HandDrivenNode witness = witness(new FaultyDisk(), 1);
        witness.receive(TWO, stripped(log(5, 5)));
        witness.settle();

        HandDrivenNode restarted = witness(witness.disk.afterRestart(), 2);
        assertThat(status(restarted).last()).isEqualTo(new EntryId(1, 5));

        FaultyDisk disk = restarted.disk.afterRestart();
        assertThatThrownBy(() -> new HandDrivenNode(disk, WITNESSING, 3, options -> options))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("Member 1 is a witness by the cluster's configuration")
                .hasMessageContaining("start it with --witness");
    }

    @Test
    void aMemberWithDataIsNotStartedAsAWitness() throws IOException {
        HandDrivenNode member = withData(new FaultyDisk());
        member.receive(TWO, log(5, 5));
        member.settle();
        FaultyDisk disk = member.disk.afterRestart();
        assertThatThrownBy(() -> new HandDrivenNode(disk, PLAIN, 2, options -> options.withWitness(true)))
                .isInstanceOf(DataDirectoryException.class)
                .hasMessageContaining("start it without --witness");
    }

    @Test
    void aMemberWithDataRefusesEntriesWithoutTheirCommandsAndStops() throws IOException {
        HandDrivenNode member = withData(new FaultyDisk());
        member.receive(TWO, stripped(log(5, 5)));
        member.settle();
        assertThat(member.node.stopped().join())
                .hasMessageContaining("without its command, as to a witness, which this member is not");
        assertThat(member.takeSent(PeerFrame.Raft.class))
                .extracting(PeerFrame.Raft::message)
                .noneMatch(Message.AppendAccepted.class::isInstance);
    }

    @Test
    void aWitnessStopsWhenTheConfigurationTakesItForAMemberWithData() throws IOException {
        HandDrivenNode member = new HandDrivenNode(
                new FaultyDisk(), Configuration.of(Set.of()), 1, options -> options.withWitness(true));
        member.receive(TWO, HandDrivenNode.configurationFromStart(1, PLAIN));
        member.settle();
        assertThat(member.node.stopped().join()).isInstanceOf(WitnessMismatchException.class);
        assertThat(member.takeSent(PeerFrame.Raft.class))
                .extracting(PeerFrame.Raft::message)
                .noneMatch(Message.AppendAccepted.class::isInstance);
    }

    @Test
    void aWitnessHasNothingForALogThatWasDamaged() throws IOException {
        HandDrivenNode witness = witness(new FaultyDisk(), 1);
        witness.receive(TWO, stripped(log(5, 5)));
        witness.settle();
        witness.receive(TWO, new PeerFrame.EntriesRequest(0, 2, 4));
        witness.settle();
        assertThat(witness.takeSent(PeerFrame.Entries.class))
                .singleElement()
                .satisfies(answer -> assertThat(answer.entries()).isEmpty());
    }

    /**
     * Damage by itself leaves term and vote, which stand in what was written last. Where a snapshot reaches further than what was
     * written last, that is lost as well, and a vote with it perhaps.
     */
    @Test
    void aDamagedWitnessWhoseLogEndsBeforeItsSnapshotKnowsThatItsPromisesMayBeLost() throws IOException {
        assertThat(promisesAreLostBehind(8)).isFalse();
        assertThat(promisesAreLostBehind(3)).isTrue();
    }

    /** The first of eight frames with entries is damaged, and nothing is left behind so many of them; a snapshot stands at the last entry. */
    private static boolean promisesAreLostBehind(int framesLeft) throws IOException {
        HandDrivenNode witness = witness(new FaultyDisk(), 1);
        for (int last = 1; last <= 8; last++) {
            witness.receive(TWO, stripped(log(last, last)));
            witness.settle();
        }
        CompletableFuture<SnapshotMeta> snapshot = witness.node.takeSnapshot();
        witness.settle();
        assertThat(snapshot.join().last().index()).isEqualTo(8);
        FaultyDisk disk = witness.disk.afterRestart();
        damage(disk, framesLeft);

        HandDrivenNode restarted = witness(disk, 2);
        assertThat(status(restarted).votingSuspended()).isTrue();
        restarted.receive(TWO, new Message.Heartbeat(1, 0, 0));
        restarted.settle();
        for (int tick = 0;
                tick < 50 && restarted.lastSent(Message.RepairRequest.class).isEmpty();
                tick++) {
            restarted.tick();
        }
        // It asks for nothing where its snapshot covers all that there was.
        return restarted
                .lastSent(Message.RepairRequest.class)
                .filter(Message.RepairRequest::promisesLost)
                .isPresent();
    }

    private static void damage(FaultyDisk disk, int framesLeft) {
        String name = "log/segment-0000000000000001";
        byte[] file = disk.bytes(name).clone();
        List<Integer> withEntries = new ArrayList<>();
        for (int at = 0; at + FRAME_HEADER_BYTES + Integer.BYTES <= file.length; at += Long.BYTES) {
            ByteBuffer bytes = ByteBuffer.wrap(file);
            // A mark begins with a negative number, an entry with its length.
            boolean holdsEntry = bytes.getInt(at + FRAME_LENGTH) > 0 && bytes.getInt(at + FRAME_HEADER_BYTES) >= 0;
            if (bytes.getInt(at) == FRAME_MAGIC && holdsEntry) {
                withEntries.add(at);
            }
        }
        file[withEntries.getFirst() + FRAME_HEADER_BYTES] ^= 1;
        int last = withEntries.get(framesLeft - 1);
        int end = last + FRAME_HEADER_BYTES + ByteBuffer.wrap(file).getInt(last + FRAME_LENGTH);
        Arrays.fill(file, end, file.length, (byte) 0);
        disk.replace(name, file);
    }

    @Test
    void aWitnessServesNoRead() throws IOException {
        HandDrivenNode witness = witness(new FaultyDisk(), 1);
        assertThatThrownBy(witness.node.readIndex()::join).hasCauseInstanceOf(RaftException.Witness.class);
    }
}
