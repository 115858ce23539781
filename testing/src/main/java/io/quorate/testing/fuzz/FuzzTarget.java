package io.quorate.testing.fuzz;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * A decoder, and what is promised of it: whatever bytes it is given, it returns a value or throws one of the exceptions that are declared here, within
 * bounded time, and allocates no more than the input's length allows.
 *
 * @param name by which people choose it
 * @param samples makes valid inputs of all kinds
 * @param decoder what is tried
 * @param refusals the exceptions that say that an input is none
 * @param format how inputs are changed
 * @param seal puts right what a change has broken on purpose: checksums, signatures; nothing where there are none
 * @param sealOneIn of so many inputs one is sealed; sealing may cost more than decoding
 * @param roundTrip what must hold of a value that was decoded; nothing where nothing writes the format
 * @param bounds how long inputs are, and what they may cost
 */
public record FuzzTarget<T>(
        String name,
        Samples samples,
        Decoder<T> decoder,
        List<Class<? extends Exception>> refusals,
        Format format,
        Optional<UnaryOperator<byte[]>> seal,
        int sealOneIn,
        Optional<RoundTrip<T>> roundTrip,
        Bounds bounds) {

    /** Whether inputs are bytes or text, for which different changes are promising. */
    public enum Format {
        BINARY,
        TEXT
    }

    /** Makes a valid input. */
    @FunctionalInterface
    public interface Samples {
        byte[] next(SplittableRandom random) throws Exception;
    }

    /** Reads an input, which it must not change. */
    @FunctionalInterface
    public interface Decoder<T> {
        T decode(byte[] input) throws Exception;
    }

    /**
     * What must hold of a value: it can be written, and what is written is read as the same value again.
     *
     * @param encoder writes a value
     * @param identity by which two values are the same
     */
    public record RoundTrip<T>(Function<T, byte[]> encoder, Function<T, Object> identity) {}

    /**
     * How long inputs are, and what they may cost.
     *
     * @param maxBytes the longest input that is made
     * @param allocatedBytes what decoding the shortest input may allocate
     * @param allocatedPerByte what each byte of the input adds to that
     */
    public record Bounds(int maxBytes, long allocatedBytes, long allocatedPerByte) {

        static final Bounds USUAL = new Bounds(4096, 64 << 10, 64);

        long allowed(byte[] input) {
            return allocatedBytes + allocatedPerByte * input.length;
        }
    }

    public FuzzTarget {
        refusals = List.copyOf(refusals);
    }

    /** A binary format without checksums that nothing writes, and with the usual bounds; the other methods say otherwise. */
    @SafeVarargs
    @SuppressWarnings("varargs") // It is only read.
    public static <T> FuzzTarget<T> of(
            String name, Samples samples, Decoder<T> decoder, Class<? extends Exception>... refusals) {
        return new FuzzTarget<>(
                name,
                samples,
                decoder,
                List.of(refusals),
                Format.BINARY,
                Optional.empty(),
                2,
                Optional.empty(),
                Bounds.USUAL);
    }

    /** The same as text. */
    public FuzzTarget<T> ofText() {
        return new FuzzTarget<>(name, samples, decoder, refusals, Format.TEXT, seal, sealOneIn, roundTrip, bounds);
    }

    /** The same with checksums, which are put right in half of the inputs: else nothing would come past them. */
    public FuzzTarget<T> sealedBy(UnaryOperator<byte[]> newSeal) {
        return sealedBy(newSeal, 2);
    }

    /** The same with something that is put right in one input of so many. */
    public FuzzTarget<T> sealedBy(UnaryOperator<byte[]> newSeal, int oneIn) {
        return new FuzzTarget<>(
                name, samples, decoder, refusals, format, Optional.of(newSeal), oneIn, roundTrip, bounds);
    }

    /** The same where values can be written, and are compared as themselves. */
    public FuzzTarget<T> writtenBy(Function<T, byte[]> encoder) {
        return writtenBy(encoder, value -> value);
    }

    /** The same where values can be written, and are compared by something else. */
    public FuzzTarget<T> writtenBy(Function<T, byte[]> encoder, Function<T, Object> identity) {
        return new FuzzTarget<>(
                name,
                samples,
                decoder,
                refusals,
                format,
                seal,
                sealOneIn,
                Optional.of(new RoundTrip<>(encoder, identity)),
                bounds);
    }

    /** The same with other bounds. */
    public FuzzTarget<T> within(int maxBytes, long allocatedBytes, long allocatedPerByte) {
        return new FuzzTarget<>(
                name,
                samples,
                decoder,
                refusals,
                format,
                seal,
                sealOneIn,
                roundTrip,
                new Bounds(maxBytes, allocatedBytes, allocatedPerByte));
    }

    @Override
    public String toString() {
        return name;
    }
}
