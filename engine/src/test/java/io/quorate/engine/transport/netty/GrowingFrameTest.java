package io.quorate.engine.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** How much memory a frame takes while it comes, and that nothing of it is lost. */
class GrowingFrameTest {

    private static final int LARGE = 30 << 20;

    @Test
    void whoClaimsMuchAndSendsLittleTakesNoRoom() {
        GrowingFrame frame = new GrowingFrame(LARGE);
        assertThat(frame.capacity()).isEqualTo(GrowingFrame.FIRST_BYTES);
        assertThat(frame.fill(Unpooled.wrappedBuffer(new byte[GrowingFrame.FIRST_BYTES / 2])))
                .isFalse();
        assertThat(frame.capacity()).isEqualTo(GrowingFrame.FIRST_BYTES);
    }

    @Test
    void neverMoreIsSetAsideThanFourTimesWhatHasCome() {
        GrowingFrame frame = new GrowingFrame(LARGE);
        int come = Integer.BYTES;
        while (!frame.fill(Unpooled.wrappedBuffer(new byte[1 << 10]))) {
            come += 1 << 10;
            assertThat(frame.capacity()).isLessThanOrEqualTo(Math.max(GrowingFrame.FIRST_BYTES, 4 * come));
        }
        assertThat(come).isGreaterThan(LARGE - (1 << 10));
    }

    @Test
    void aFrameIsWhatWasSentInWhateverPiecesItComesAndWhatFollowsItStays() {
        Random random = new Random(7);
        for (int size : new int[] {0, 1, 100, (64 << 10) - 4, (64 << 10) - 3, 64 << 10, 300_000, 2_000_000}) {
            byte[] sent = new byte[size + 10];
            random.nextBytes(sent);
            GrowingFrame frame = new GrowingFrame(size);
            ByteBuf all = Unpooled.wrappedBuffer(sent);
            boolean whole = false;
            while (!whole) {
                int piece = Math.min(all.readableBytes(), random.nextInt(70_000));
                ByteBuf next = all.readRetainedSlice(piece);
                whole = frame.fill(next);
                all.readerIndex(all.readerIndex() - next.readableBytes());
            }
            ByteBuffer bytes = frame.whole();
            assertThat(bytes.getInt(0)).isEqualTo(size);
            assertThat(bytes.remaining()).isEqualTo(Integer.BYTES + size);
            assertThat(bytes.capacity()).as("an array of its own").isEqualTo(Integer.BYTES + size);
            assertThat(bytes.slice(Integer.BYTES, size)).isEqualTo(ByteBuffer.wrap(sent, 0, size));
            assertThat(all.readableBytes()).isEqualTo(10);
        }
    }
}
