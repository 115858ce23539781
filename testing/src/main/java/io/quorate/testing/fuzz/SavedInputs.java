package io.quorate.testing.fuzz;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;

/**
 * Inputs that a decoder failed with once, in a resource {@code fuzz/<target>.hex}: one a line in hexadecimal, behind lines with {@code #} that say what it
 * was.
 */
public final class SavedInputs {

    private SavedInputs() {}

    /** Those of a target; none if nothing was ever found. */
    public static List<byte[]> of(FuzzTarget<?> target) throws IOException {
        try (InputStream in = SavedInputs.class.getResourceAsStream("/fuzz/" + target.name() + ".hex")) {
            return in == null ? List.of() : read(in);
        }
    }

    private static List<byte[]> read(InputStream in) throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> HexFormat.of().parseHex(line.strip()))
                .toList();
    }

    /**
     * Tries an input that is saved.
     *
     * @throws FuzzFailure if the decoder fails with it again
     */
    public static <T> boolean tryAgain(FuzzTarget<T> target, byte[] input) {
        return new Trial<>(target).run(input);
    }
}
