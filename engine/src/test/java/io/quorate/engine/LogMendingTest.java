package io.quorate.engine;

import static io.quorate.engine.HandDrivenNode.run;
import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.core.CoreStatus;
import io.quorate.core.EntryId;
import io.quorate.core.Message;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.disk.FaultyDisk;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.transport.PeerFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A member whose log was damaged gets back what it held while other things happen to it. */
class LogMendingTest {

    private static final MemberId TWO = new MemberId(2);
    private static final Configuration VOTERS = Configuration.of(Set.of(HandDrivenNode.SELF, TWO, new MemberId(3)));

    private long seed;

    private HandDrivenNode start(FaultyDisk disk) throws IOException {
        return new HandDrivenNode(disk, VOTERS, ++seed, UnaryOperator.identity());
    }

    private static PeerFrame.Raft log(long count) {
        List<Long> numbers = LongStream.rangeClosed(1, count).boxed().toList();
        return (PeerFrame.Raft) HandDrivenNode.appendFromStart(1, numbers, 0);
    }

    private static EntryFrame entry(long index) {
        return log(index).entries().getLast();
    }

    /** Fifty entries, acknowledged; the thirtieth is damaged. */
    private HandDrivenNode damaged() throws IOException {
        HandDrivenNode follower = start(new FaultyDisk());
        for (long count : List.of(29L, 50L)) {
            follower.receive(TWO, log(count));
            follower.settle();
        }
        FaultyDisk disk = follower.disk.afterRestart();
        damage(disk, entry(30));
        HandDrivenNode restarted = start(disk);
        assertThat(status(restarted).votingSuspended()).isTrue();
        assertThat(status(restarted).last()).isEqualTo(new EntryId(1, 29));
        return restarted;
    }

    private static String segment(FaultyDisk disk) {
        return "log/"
                + disk.list("log").stream()
                        .filter(name -> name.startsWith("segment-"))
                        .findFirst()
                        .orElseThrow();
    }

    /** Where an entry ends in the log's only segment. */
    private static int endOf(EntryFrame entry, byte[] content) {
        ByteBuffer bytes = entry.bytes();
        byte[] wanted = new byte[bytes.remaining()];
        bytes.get(wanted);
        int at = 0;
        while (!ByteBuffer.wrap(content, at, wanted.length).equals(ByteBuffer.wrap(wanted))) {
            at++;
        }
        return at + wanted.length;
    }

    private static void damage(FaultyDisk disk, EntryFrame entry) {
        byte[] content = disk.bytes(segment(disk)).clone();
        content[endOf(entry, content) - 1] ^= 1;
        disk.replace(segment(disk), content);
    }

    @Test
    void whatAStartHasFoundIsMarkedBeforeTheFirstTick() throws IOException {
        HandDrivenNode follower = start(new FaultyDisk());
        follower.receive(TWO, log(2));
        follower.settle();
        FaultyDisk disk = follower.disk.afterRestart();
        byte[] unmarked = disk.bytes(segment(disk)).clone();
        Arrays.fill(unmarked, endOf(entry(2), unmarked), unmarked.length, (byte) 0);
        disk.replace(segment(disk), unmarked);
        HandDrivenNode restarted = start(disk);
        restarted.settle();
        assertThat(status(restarted).last()).isEqualTo(new EntryId(1, 2));
        FaultyDisk next = restarted.disk.afterRestart();
        damage(next, entry(2));
        assertThat(status(start(next)).votingSuspended()).isTrue();
    }

    private static CoreStatus status(HandDrivenNode node) {
        CompletableFuture<CoreStatus> status = node.node.inspect();
        run(node.loop);
        return status.join();
    }

    private static PeerFrame missingEntry() {
        return new PeerFrame.Entries(0, 30, 30, List.of(entry(30)));
    }

    @Test
    void itVotesAgainWhenItHasTheEntryBack() throws IOException {
        HandDrivenNode member = damaged();
        member.receive(TWO, missingEntry());
        member.settle();
        assertThat(status(member).last()).isEqualTo(new EntryId(1, 50));
        assertThat(status(member).votingSuspended()).isFalse();
    }

    @Test
    void whatComesBackWhileASnapshotIsInstalledIsNotLost() throws IOException {
        HandDrivenNode member = damaged();
        SnapshotMeta at20 = new SnapshotMeta(new EntryId(1, 20), VOTERS, 0);
        member.receive(
                TWO,
                HandDrivenNode.snapshot(
                        1, at20, LongStream.rangeClosed(1, 20).boxed().toList()));
        member.settle(List.of(member.loop, member.background, member.logWriter));
        assertThat(member.applier).as("the restore is due").isNotEmpty();

        member.receive(TWO, missingEntry());
        run(member.loop);
        member.settle();
        assertThat(status(member).snapshot()).isEqualTo(at20.last());
        for (int i = 0; i < 20 && status(member).votingSuspended(); i++) {
            member.tick();
            if (!member.takeSent(PeerFrame.EntriesRequest.class).isEmpty()) {
                member.receive(TWO, missingEntry());
                member.settle();
            }
        }
        assertThat(status(member).last()).isEqualTo(new EntryId(1, 50));
        assertThat(status(member).votingSuspended()).isFalse();
        assertThat(member.lastSent(Message.RepairRequest.class))
                .as("no leader was asked")
                .isEmpty();
    }
}
