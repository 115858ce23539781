package io.quorate.engine.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import io.quorate.engine.log.CorruptFrameException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/** Damaged and hostile bytes end in a {@link CorruptFrameException}, and in nothing else. */
class FrameCodecFuzzTest {

    private static final int CASES = 60_000;

    private final FrameCodec codec = new FrameCodec(1 << 20);
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void noFlippedBitGoesUnnoticed() {
        SplittableRandom random = new SplittableRandom(11);
        RandomFrames frames = new RandomFrames(12, 60);
        for (int i = 0; i < CASES; i++) {
            byte[] bytes = encode(frames.next());
            for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
                // Flips in different thirds never take each other back.
                int bit = random.nextInt(bytes.length * 8 / 3) * 3 + flips - 1;
                bytes[bit / 8] ^= (byte) (1 << bit % 8);
            }
            assertCorrupt(bytes, i);
        }
    }

    @Test
    void noCutOffOrLengthenedFrameGoesUnnoticed() {
        SplittableRandom random = new SplittableRandom(21);
        RandomFrames frames = new RandomFrames(22, 60);
        for (int i = 0; i < CASES; i++) {
            byte[] whole = encode(frames.next());
            int length = random.nextBoolean()
                    ? random.nextInt(whole.length)
                    : whole.length + 1 + random.nextInt(2 * whole.length);
            byte[] bytes = Arrays.copyOf(whole, length);
            if (length >= FrameCodec.LENGTH_BYTES && random.nextBoolean()) {
                ByteBuffer.wrap(bytes).putInt(0, length - FrameCodec.LENGTH_BYTES);
            }
            assertCorrupt(bytes, i);
        }
    }

    @Test
    void garbageIsNeverAFrame() {
        SplittableRandom random = new SplittableRandom(31);
        for (int i = 0; i < CASES; i++) {
            byte[] bytes = new byte[random.nextInt(200)];
            random.nextBytes(bytes);
            assertCorrupt(bytes, i);
        }
    }

    /** What a broken or hostile sender could make: the checksum is right, the fields are not. */
    @Test
    void absurdFieldsUnderARightChecksumNeitherBreakTheDecoderNorMakeItAllocateMuch() {
        SplittableRandom random = new SplittableRandom(41);
        RandomFrames frames = new RandomFrames(42, 60);
        int refused = 0;
        for (int i = 0; i < CASES; i++) {
            byte[] bytes = encode(frames.next());
            mutateFields(bytes, random);
            long allocatedBefore = threads.getCurrentThreadAllocatedBytes();
            try {
                PeerFrame frame = codec.decode(ByteBuffer.wrap(bytes));
                assertThatCode(() -> codec.size(frame)).as("case %d", i).doesNotThrowAnyException();
            } catch (CorruptFrameException e) {
                refused++;
            }
            long allocated = threads.getCurrentThreadAllocatedBytes() - allocatedBefore;
            assertThat(allocated).as("bytes allocated in case %d", i).isLessThan(4 << 20);
        }
        assertThat(refused).isBetween(CASES / 10, CASES);
    }

    private static void mutateFields(byte[] bytes, SplittableRandom random) {
        ByteBuffer frame = ByteBuffer.wrap(bytes);
        if (random.nextInt(4) == 0) {
            frame.put(9, (byte) random.nextInt(40));
        }
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            int at = 12 + random.nextInt(bytes.length - 12);
            if (random.nextBoolean() && at + 4 <= bytes.length) {
                int[] absurd = {-1, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 20, 0};
                frame.putInt(at, absurd[random.nextInt(absurd.length)]);
            } else {
                frame.put(at, (byte) random.nextInt());
            }
        }
        int checked = frame.get(9) == FrameKind.APPEND_REQUEST.code()
                ? Math.min(bytes.length, FrameCodec.HEADER_BYTES + AppendCodec.fieldBytes(FrameCodec.VERSION))
                : bytes.length;
        CRC32C crc = new CRC32C();
        crc.update(bytes, 8, checked - 8);
        frame.putInt(4, (int) crc.getValue());
    }

    private void assertCorrupt(byte[] bytes, int number) {
        PeerFrame frame;
        try {
            frame = codec.decode(ByteBuffer.wrap(bytes));
        } catch (CorruptFrameException e) {
            return;
        }
        fail("case %d was taken for %s", number, frame);
    }

    private byte[] encode(PeerFrame frame) {
        byte[] bytes = new byte[codec.size(frame)];
        codec.encode(frame, ByteBuffer.wrap(bytes));
        return bytes;
    }
}
