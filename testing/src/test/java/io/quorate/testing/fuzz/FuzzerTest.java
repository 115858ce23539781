package io.quorate.testing.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quorate.testing.fuzz.FuzzTarget.Decoder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The fuzzer finds what it is there to find, in decoders that have it, and nothing in one that has not. */
class FuzzerTest {

    private static final long INPUTS = 200_000;
    private static final Duration MOST = Duration.ofSeconds(1);

    /** {@code int length}, so many bytes, and their CRC32C. */
    private static byte[] sample(SplittableRandom random) {
        byte[] content = new byte[random.nextInt(20)];
        random.nextBytes(content);
        return encoded(ByteBuffer.wrap(content));
    }

    private static byte[] encoded(ByteBuffer content) {
        byte[] input = ByteBuffer.allocate(content.remaining() + 2 * Integer.BYTES)
                .putInt(content.remaining())
                .put(content.slice())
                .array();
        return sealed(input);
    }

    private static byte[] sealed(byte[] input) {
        byte[] sealed = input.clone();
        Crc.put(sealed, sealed.length - Integer.BYTES, Integer.BYTES, sealed.length - Integer.BYTES);
        return sealed;
    }

    private static ByteBuffer right(byte[] input) throws IOException {
        int length = input.length - 2 * Integer.BYTES;
        if (length < 0 || Crc.intAt(input, 0) != length || !Arrays.equals(sealed(input), input)) {
            throw new IOException("none");
        }
        return ByteBuffer.wrap(input, Integer.BYTES, length);
    }

    private static <T> FuzzReport fuzz(Decoder<T> decoder) throws InterruptedException {
        return Fuzzer.run(target(decoder), INPUTS, 1, MOST);
    }

    private static <T> FuzzTarget<T> target(Decoder<T> decoder) {
        return FuzzTarget.of("planted", FuzzerTest::sample, decoder, IOException.class)
                .sealedBy(FuzzerTest::sealed);
    }

    private static FuzzFailure failure(FuzzReport report) {
        return report.failure().orElseThrow(() -> new AssertionError("nothing was found: " + report));
    }

    @Test
    void nothingIsFoundInADecoderThatIsRight() throws InterruptedException {
        FuzzReport report =
                Fuzzer.run(target(FuzzerTest::right).writtenBy(content -> encoded(content.slice())), INPUTS, 1, MOST);
        assertThat(report.failure()).isEmpty();
        assertThat(report.inputs()).isEqualTo(INPUTS);
        assertThat(report.accepted()).isBetween(INPUTS / 100, INPUTS / 2);
        assertThat(report.refused()).isEqualTo(INPUTS - report.accepted());
    }

    @Test
    void aLengthThatIsNotLookedAtIsFound() throws InterruptedException {
        FuzzFailure failure = failure(fuzz(input -> ByteBuffer.wrap(input, Integer.BYTES, Crc.intAt(input, 0))));
        assertThat(failure.kind()).isEqualTo(FuzzFailure.Kind.THROWN);
        assertThat(failure).hasCauseInstanceOf(IndexOutOfBoundsException.class);
        assertThat(failure.input()).as("made smaller").hasSizeLessThanOrEqualTo(Integer.BYTES);
    }

    @Test
    void roomThatIsMadeBeforeALengthIsLookedAtIsFound() throws InterruptedException {
        FuzzFailure failure = failure(fuzz(input -> {
            int length = Crc.intAt(input, 0);
            byte[] content = new byte[length < 0 || length > 1 << 24 ? 0 : length];
            ByteBuffer right = right(input);
            return right.get(content, 0, Math.min(content.length, right.remaining()));
        }));
        assertThat(failure.kind()).isEqualTo(FuzzFailure.Kind.ALLOCATED);
        assertThat(Crc.intAt(failure.input(), 0)).isGreaterThan(64 << 10);
    }

    @Test
    void whatHangsBehindAChecksumIsFound() throws InterruptedException {
        AtomicLong spun = new AtomicLong();
        FuzzFailure failure = failure(fuzz(input -> {
            ByteBuffer content = right(input);
            while (content.remaining() > 2 && content.get(content.position()) == 7) {
                spun.incrementAndGet();
                if (Thread.interrupted()) {
                    break;
                }
            }
            return content;
        }));
        assertThat(failure.kind()).isEqualTo(FuzzFailure.Kind.HUNG);
        assertThat(failure.input()[Integer.BYTES]).isEqualTo((byte) 7);
        assertThat(spun.get()).isPositive();
    }

    @Test
    void whatWaitsForSomethingThatNeverComesIsFoundAndEndsTheRun() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        FuzzTarget<ByteBuffer> waiting = target(input -> {
            ByteBuffer content = right(input);
            if (content.remaining() > 2 && content.get(content.position()) == 7) {
                awaitWhateverHappens(never);
            }
            return content;
        });
        FuzzReport report = Fuzzer.run(waiting, INPUTS, 1, Duration.ofMillis(20));
        FuzzFailure failure = failure(report);
        never.countDown();
        assertThat(failure.kind()).isEqualTo(FuzzFailure.Kind.HUNG);
        assertThat(failure).hasMessageContaining("waits");
        assertThat(failure.input()[Integer.BYTES]).as("the input is told").isEqualTo((byte) 7);
        assertThat(report.inputs()).isLessThan(INPUTS);
    }

    /** As what waits for a lock does, it takes no notice of whoever interrupts it. */
    private static void awaitWhateverHappens(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                // It waits on.
            }
        }
    }

    @Test
    void savedInputsThatBelongToNoTargetAreTold(@TempDir Path folder) throws IOException {
        Files.createFile(folder.resolve("planted.hex"));
        Files.createFile(folder.resolve("as-it-was-called.hex"));
        assertThat(SavedInputs.unread(folder, List.of(target(FuzzerTest::right))))
                .containsExactly("as-it-was-called.hex");
    }

    @Test
    void recursionWithoutAnEndIsFound() throws InterruptedException {
        FuzzFailure failure = failure(fuzz(input -> depth(right(input), 100_000)));
        assertThat(failure).hasCauseInstanceOf(StackOverflowError.class);
    }

    private static int depth(ByteBuffer content, int most) {
        return content.hasRemaining() && content.get(content.position()) == 7 && most > 0
                ? 1 + depth(content.slice(), most - 1)
                : 0;
    }

    @Test
    void whatIsNotReadAsItWasWrittenIsFound() throws InterruptedException {
        FuzzTarget<ByteBuffer> forgetful = target(FuzzerTest::right).writtenBy(content -> {
            ByteBuffer less = content.slice();
            boolean forgotten = less.remaining() > 3 && less.get(0) == less.get(1);
            return encoded(forgotten ? less.position(1) : less);
        });
        FuzzFailure failure = failure(Fuzzer.run(forgetful, INPUTS, 1, MOST));
        assertThat(failure.kind()).isEqualTo(FuzzFailure.Kind.DIFFERENT);
    }

    @Test
    void theSameSeedFindsTheSame() throws InterruptedException {
        Decoder<ByteBuffer> decoder = input -> ByteBuffer.wrap(input, Integer.BYTES, Crc.intAt(input, 0));
        FuzzReport first = fuzz(decoder);
        FuzzReport second = fuzz(decoder);
        assertThat(failure(second).input()).isEqualTo(failure(first).input());
        assertThat(second.inputs()).isEqualTo(first.inputs());
    }

    @Test
    void aSavedInputIsTriedAgain() {
        FuzzTarget<ByteBuffer> careless = target(input -> ByteBuffer.wrap(input, Integer.BYTES, Crc.intAt(input, 0)));
        assertThatThrownBy(() -> SavedInputs.tryAgain(careless, new byte[] {0, 0, 0, 9}))
                .isInstanceOf(FuzzFailure.class)
                .hasMessageContaining("00000009");
        assertThat(SavedInputs.tryAgain(careless, new byte[4])).isTrue();
    }

    @Test
    void textIsChangedToWhatHurtsParsersOfText() {
        SplittableRandom random = new SplittableRandom(3);
        TextMutations mutations = new TextMutations();
        byte[] json = "{\"a\":1}".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        int deep = 0;
        int huge = 0;
        for (int i = 0; i < 10_000; i++) {
            String text =
                    new String(mutations.mutate(json, json, random), java.nio.charset.StandardCharsets.ISO_8859_1);
            deep += text.contains("[[[[[[") ? 1 : 0;
            huge += text.contains("e999999999") ? 1 : 0;
        }
        assertThat(deep).isPositive();
        assertThat(huge).isPositive();
    }
}
