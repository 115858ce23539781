package io.quorate.testing.fuzz;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Tries a decoder with so many inputs, on a thread of its own with a stack of usual size, while another one watches how long each input takes.
 */
public final class Fuzzer<T> {

    private static final long STACK_BYTES = 1 << 20;

    private final FuzzTarget<T> target;
    private final long inputs;
    private final Corpus corpus;
    private final Trial<T> trial;

    /** Rises with each input that is tried, by the fuzzer or to make a failure smaller. */
    private final AtomicLong steps = new AtomicLong();

    // Written by the thread that decodes, read by the one that watches, and when all is over.
    private volatile byte[] current = {};
    private volatile long number;
    private volatile boolean stopped;
    private volatile Optional<FuzzFailure> failure = Optional.empty();
    private volatile long accepted;
    private volatile long largestAllocation;
    private volatile long slowestNanos;

    private Fuzzer(FuzzTarget<T> target, long inputs, long seed) {
        this.target = target;
        this.inputs = inputs;
        this.corpus = new Corpus(target, seed);
        this.trial = new Trial<>(target);
    }

    /**
     * Tries a decoder.
     *
     * @param most processor time that an input may take
     */
    public static <T> FuzzReport run(FuzzTarget<T> target, long inputs, long seed, Duration most)
            throws InterruptedException {
        return new Fuzzer<>(target, inputs, seed).run(most);
    }

    private FuzzReport run(Duration most) throws InterruptedException {
        long begin = System.nanoTime();
        Thread thread = new Thread(null, this::tryAll, "fuzz " + target.name(), STACK_BYTES);
        // One that hangs for ever keeps nobody else from ending.
        thread.setDaemon(true);
        thread.start();
        Optional<Watchdog.Hang> hang = new Watchdog(thread, steps::get, most).watch();
        if (hang.isPresent()) {
            stopped = true;
            thread.interrupt();
        }
        // What hangs while a failure is made smaller is another matter.
        Optional<FuzzFailure> found = failure.or(() -> hang.map(how -> hung(how, most)));
        double seconds = (System.nanoTime() - begin) / 1e9;
        return new FuzzReport(target.name(), number, accepted, seconds, largestAllocation, slowestNanos, found);
    }

    private FuzzFailure hung(Watchdog.Hang how, Duration most) {
        String what = switch (how) {
            case BUSY -> "it is not decoded within " + most.toMillis() + " ms of processor time";
            case BLOCKED -> "the decoder waits for something that does not come";
        };
        return new FuzzFailure(target.name(), FuzzFailure.Kind.HUNG, current, what, null);
    }

    private void tryAll() {
        long longestNanos = 0;
        long acceptedYet = 0;
        long largest = 0;
        try {
            for (long i = 1; i <= inputs && !stopped; i++) {
                byte[] input = corpus.next();
                current = input;
                number = i;
                steps.set(i);
                long begin = System.nanoTime();
                if (trial.run(input)) {
                    acceptedYet++;
                    corpus.accepted(input);
                }
                largest = Math.max(largest, trial.allocated());
                long nanos = System.nanoTime() - begin;
                if (nanos > longestNanos) {
                    // It may have been the compiler, the collector or another process: a second try tells.
                    long cpuNanos = trial.cpuNanos(input);
                    longestNanos = Math.max(cpuNanos, longestNanos);
                    slowestNanos = longestNanos;
                }
            }
        } catch (FuzzFailure e) {
            failure = Optional.of(e);
            failure = Optional.of(Shrinking.of(target, e, steps::incrementAndGet));
        } catch (Throwable e) {
            failure = Optional.of(
                    new FuzzFailure(target.name(), FuzzFailure.Kind.THROWN, current, "the fuzzer ends with " + e, e));
        } finally {
            accepted = acceptedYet;
            largestAllocation = largest;
        }
    }
}
