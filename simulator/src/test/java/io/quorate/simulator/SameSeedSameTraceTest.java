package io.quorate.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** One seed fixes everything: the same seed gives the same trace, byte for byte, in whatever JVM it runs. */
class SameSeedSameTraceTest {

    private static final int SEEDS = 12;

    @Test
    void aSeedGivesTheSameTraceTwiceInOneJvmAndInTwoOthers() throws Exception {
        // The others run beside this one, where there are processors for them.
        Process second = anotherJvm();
        Process third = anotherJvm();
        try {
            String here = digests();
            assertThat(digests()).isEqualTo(here);
            assertThat(digests(second)).isEqualTo(here);
            assertThat(digests(third)).isEqualTo(here);
        } finally {
            second.destroyForcibly();
            third.destroyForcibly();
        }
    }

    @Test
    void anotherSeedGivesAnotherTrace() throws NoSuchAlgorithmException {
        assertThat(digest(1)).isNotEqualTo(digest(2));
    }

    private static String digests() throws NoSuchAlgorithmException {
        StringBuilder all = new StringBuilder();
        for (long seed = 1; seed <= SEEDS; seed++) {
            all.append(seed).append(' ').append(digest(seed)).append('\n');
        }
        return all.toString();
    }

    private static String digest(long seed) throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        SimulatedRun run = new SimulatedRun(RunPlan.draw(seed));
        long[] lines = new long[1];
        run.watch(new Trace(run.agenda(), line -> {
            lines[0]++;
            digest.update(line.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) '\n');
        }));
        assertThat(run.run().violation()).isEmpty();
        assertThat(lines[0]).as("lines of the trace of seed %d", seed).isGreaterThan(100);
        return HexFormat.of().formatHex(digest.digest());
    }

    private static Process anotherJvm() throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return new ProcessBuilder(
                        java, "-cp", System.getProperty("java.class.path"), SameSeedSameTraceTest.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** It prints less than a pipe holds, so it need not be read from before its end. */
    private static String digests(Process process) throws IOException, InterruptedException {
        String output;
        try (InputStream in = process.getInputStream()) {
            output = new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
        assertThat(process.waitFor()).isZero();
        return output;
    }

    /** Prints the digests of the traces. */
    public static void main(String[] arguments) throws NoSuchAlgorithmException {
        System.out.print(digests());
    }
}
