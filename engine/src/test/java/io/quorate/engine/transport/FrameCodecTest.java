package io.quorate.engine.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.core.EntryBatch;
import io.quorate.core.EntryId;
import io.quorate.core.Message;
import io.quorate.core.SnapshotMeta;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.log.CorruptFrameException;
import io.quorate.engine.log.EntryFrame;
import io.quorate.engine.log.EntryKind;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FrameCodecTest {

    private final FrameCodec codec = new FrameCodec(1 << 20);

    @ParameterizedTest
    @EnumSource(FrameKind.class)
    void everyKindOfFrameComesBackAsItWasSent(FrameKind kind) throws CorruptFrameException {
        RandomFrames frames = new RandomFrames(20_260 + kind.code(), 300);
        for (int i = 0; i < 500; i++) {
            PeerFrame sent = frames.ofKind(kind);
            PeerFrame received = codec.decode(encode(sent));
            assertSame(sent, received);
        }
    }

    @Test
    void everyKindHasACodeOfItsOwn() {
        assertThat(FrameKind.values()).extracting(FrameKind::code).doesNotHaveDuplicates();
    }

    @Test
    void encodingMovesTheOutputAndLeavesTheFrameAlone() {
        RandomFrames frames = new RandomFrames(7, 100);
        for (int i = 0; i < 500; i++) {
            PeerFrame frame = frames.next();
            int size = codec.size(frame);
            ByteBuffer first = ByteBuffer.allocateDirect(5 + size).position(5);
            codec.encode(frame, first);
            assertThat(first.hasRemaining()).isFalse();
            assertThat(first.flip().position(5)).isEqualTo(encode(frame));
        }
    }

    @Test
    void receivedEntriesAreViewsOfOneArray() throws CorruptFrameException {
        ByteBuffer bytes = encode(new RandomFrames(3, 100).append(12));
        var received = (PeerFrame.Raft) codec.decode(bytes);
        ByteBuffer firstPayload = received.entries().getFirst().bytes();
        bytes.put(bytes.limit() - 1, (byte) ~bytes.get(bytes.limit() - 1));
        assertThat(received.entries()).hasSize(12);
        assertThat(firstPayload.isReadOnly()).isTrue();
        EntryFrame last = received.entries().getLast();
        assertThatThrownBy(() -> EntryFrame.decode(ByteBuffer.wrap(bytesOf(last.bytes()))))
                .as("the change of the array shows in the entry")
                .isInstanceOf(CorruptFrameException.class);
    }

    @Test
    void entriesThatDoNotContinueThePreviousOneAreRefused() {
        EntryId prev = new EntryId(3, 10);
        assertRefused(prev, 5, entry(3, 12));
        assertRefused(prev, 5, entry(3, 11), entry(3, 11));
        assertRefused(prev, 5, entry(3, 11), entry(3, 13));
        assertRefused(prev, 5, entry(2, 11));
        assertRefused(prev, 5, entry(4, 11), entry(3, 12));
        assertRefused(prev, 5, entry(6, 11));
        assertRefused(prev, 2);
        assertRefused(EntryId.ORIGIN, 5, entry(0, 1));
        assertRefused(new EntryId(1, Long.MAX_VALUE), 5);
    }

    @Test
    void anEntryOfAnotherGroupIsRefused() {
        EntryFrame stranger = EntryFrame.encode(9, new EntryId(1, 1), EntryKind.NO_OP, 0, ByteBuffer.allocate(0));
        assertRefused(EntryId.ORIGIN, 1, stranger);
    }

    @Test
    void aConfigurationEntryThatIsNotOneIsRefused() {
        EntryFrame entry = EntryFrame.encode(
                0, new EntryId(1, 1), EntryKind.CONFIGURATION, 0, ByteBuffer.wrap(new byte[] {1, 0, 0}));
        assertRefused(EntryId.ORIGIN, 1, entry);
    }

    @Test
    void aFrameOverTheLimitIsNeitherWrittenNorRead() {
        RandomFrames frames = new RandomFrames(5, 2_000);
        PeerFrame large = frames.append(200);
        assertThat(codec.size(large)).isGreaterThan(4_096);
        FrameCodec small = new FrameCodec(4_096);
        assertThatThrownBy(() -> small.size(large))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the limit is 4096");
        assertThatThrownBy(() -> small.decode(encode(large)))
                .isInstanceOf(CorruptFrameException.class)
                .hasMessageContaining("4096");
    }

    @Test
    void framesThatContradictThemselvesAreNotWritten() {
        var meta = new SnapshotMeta(new EntryId(1, 1), Configuration.of(Set.of(new MemberId(1))), 0);
        var chunk = new Message.SnapshotChunk(1, meta, 0, 4, 4);
        var append = new Message.AppendRequest(1, EntryId.ORIGIN, EntryBatch.empty(1), 0);
        List<PeerFrame> frames = List.of(
                new PeerFrame.Snapshot(0, chunk, ByteBuffer.allocate(3)),
                new PeerFrame.Raft(0, chunk),
                new PeerFrame.Raft(0, append, List.of(entry(1, 1)), OptionalLong.empty()),
                new PeerFrame.Raft(0, new Message.TimeoutNow(1), List.of(entry(1, 1)), OptionalLong.empty()),
                new PeerFrame.Raft(0, new Message.TimeoutNow(1), List.of(), OptionalLong.of(1)));
        for (PeerFrame frame : frames) {
            assertThatThrownBy(() -> codec.size(frame)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    /** An AppendRequest of term 5 behind 3/10, without entries, as releases that knew no hash there wrote it. */
    @Test
    void anAppendRequestOfTheFirstFormatIsReadAsOneWithoutAHash() throws CorruptFrameException {
        ByteBuffer frame = ByteBuffer.allocate(52);
        frame.putInt(48).putInt(0).put((byte) 1).put((byte) 5).putShort((short) 0).putInt(0);
        frame.putLong(5).putLong(3).putLong(10).putLong(9).putInt(0);
        CRC32C crc = new CRC32C();
        crc.update(frame.slice(8, 44));
        frame.putInt(4, (int) crc.getValue());
        var received = (PeerFrame.Raft) codec.decode(frame.flip());
        assertThat(received.message())
                .isEqualTo(new Message.AppendRequest(5, new EntryId(3, 10), EntryBatch.empty(11), 9));
        assertThat(received.prevChain()).isEmpty();
    }

    private void assertRefused(EntryId prev, long term, EntryFrame... entries) {
        long last = prev.index() + entries.length;
        List<EntryBatch.TermRun> runs = entries.length == 0 ? List.of() : List.of(new EntryBatch.TermRun(term, last));
        var request = new Message.AppendRequest(term, prev, new EntryBatch(prev.index() + 1, runs, List.of()), 0);
        ByteBuffer bytes = encode(new PeerFrame.Raft(0, request, List.of(entries), OptionalLong.of(0)));
        assertThatThrownBy(() -> codec.decode(bytes)).isInstanceOf(CorruptFrameException.class);
    }

    private static EntryFrame entry(long term, long index) {
        return EntryFrame.encode(0, new EntryId(term, index), EntryKind.NO_OP, 0, ByteBuffer.allocate(0));
    }

    private ByteBuffer encode(PeerFrame frame) {
        ByteBuffer out = ByteBuffer.allocate(codec.size(frame));
        codec.encode(frame, out);
        return out.flip();
    }

    /** Entries have no equality of their own; their bytes say everything. */
    static void assertSame(PeerFrame sent, PeerFrame received) {
        if (sent instanceof PeerFrame.Raft a && received instanceof PeerFrame.Raft b) {
            assertThat(b.group()).isEqualTo(a.group());
            assertThat(b.message()).isEqualTo(a.message());
            assertThat(b.prevChain()).isEqualTo(a.prevChain());
            assertThat(b.entries())
                    .extracting(EntryFrame::bytes)
                    .isEqualTo(a.entries().stream().map(EntryFrame::bytes).toList());
        } else if (sent instanceof PeerFrame.Entries a && received instanceof PeerFrame.Entries b) {
            assertThat(b.group()).isEqualTo(a.group());
            assertThat(b.firstIndex()).isEqualTo(a.firstIndex());
            assertThat(b.lastIndex()).isEqualTo(a.lastIndex());
            assertThat(b.entries())
                    .extracting(EntryFrame::bytes)
                    .isEqualTo(a.entries().stream().map(EntryFrame::bytes).toList());
        } else {
            assertThat(received).isEqualTo(sent);
        }
    }

    private static byte[] bytesOf(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
