package io.quorate.testing.fuzz;

import com.sun.management.ThreadMXBean;
import io.quorate.testing.fuzz.FuzzTarget.RoundTrip;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Optional;

/** Gives one decoder an input after the other and holds it to what it promises. For one thread. */
final class Trial<T> {

    private final FuzzTarget<T> target;
    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private long allocated;

    Trial(FuzzTarget<T> target) {
        this.target = target;
    }

    /**
     * Tries an input.
     *
     * @return whether it was accepted
     * @throws FuzzFailure if a promise is broken
     */
    boolean run(byte[] input) {
        Optional<T> value = decode(input);
        if (allocated > target.bounds().allowed(input)) {
            // What is done once, such as the loading of classes, is not the input's fault.
            decode(input);
            requireBounded(input);
        }
        if (value.isPresent() && target.roundTrip().isPresent()) {
            requireSame(input, value.get(), target.roundTrip().get());
        }
        return value.isPresent();
    }

    /** What the last input made the decoder allocate, in bytes. */
    long allocated() {
        return allocated;
    }

    /** The processor time that an input takes, in nanoseconds. */
    long cpuNanos(byte[] input) {
        long before = threads.getCurrentThreadCpuTime();
        decode(input);
        return threads.getCurrentThreadCpuTime() - before;
    }

    private Optional<T> decode(byte[] input) {
        long before = threads.getCurrentThreadAllocatedBytes();
        try {
            return Optional.of(target.decoder().decode(input));
        } catch (Throwable e) {
            for (Class<? extends Exception> refusal : target.refusals()) {
                if (refusal.isInstance(e)) {
                    return Optional.empty();
                }
            }
            throw new FuzzFailure(target.name(), FuzzFailure.Kind.THROWN, input, "it ends with " + e, e);
        } finally {
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
    }

    private void requireBounded(byte[] input) {
        long allowed = target.bounds().allowed(input);
        if (allocated > allowed) {
            throw new FuzzFailure(
                    target.name(),
                    FuzzFailure.Kind.ALLOCATED,
                    input,
                    "it makes the decoder allocate " + allocated + " bytes, and " + allowed + " are allowed",
                    null);
        }
    }

    private void requireSame(byte[] input, T value, RoundTrip<T> roundTrip) {
        try {
            byte[] written = roundTrip.encoder().apply(value);
            T again = target.decoder().decode(written);
            boolean same = roundTrip
                    .identity()
                    .apply(value)
                    .equals(roundTrip.identity().apply(again));
            if (!same || !Arrays.equals(written, roundTrip.encoder().apply(again))) {
                throw new FuzzFailure(
                        target.name(),
                        FuzzFailure.Kind.DIFFERENT,
                        input,
                        value + " is read as " + again + " when it was written",
                        null);
            }
        } catch (FuzzFailure e) {
            throw e;
        } catch (Throwable e) {
            throw new FuzzFailure(
                    target.name(),
                    FuzzFailure.Kind.DIFFERENT,
                    input,
                    value + " cannot be written and read again: " + e,
                    e);
        }
    }
}
