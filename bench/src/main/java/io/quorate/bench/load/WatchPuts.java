package io.quorate.bench.load;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.random.RandomGenerator;

/**
 * Puts of one repetition that are watched: the value says which one it is and when it was sent, and here stands when it was
 * acknowledged. Thread-safe.
 */
final class WatchPuts {

    /** A number and a time. */
    static final int MIN_VALUE_BYTES = 2 * Long.BYTES;

    /** Whoever is told of a put when so many more were sent counts it as told before its answer came. */
    private static final int REMEMBERED = 1 << 20;

    /** So many bits of a number tell the puts of a repetition apart; those above them are the repetition's own. */
    private static final int SEQUENCE_BITS = 40;

    private final Keyspace keyspace;
    private final int repetition;
    private final AtomicLong sequence;
    private volatile long measuredFromNanos = System.nanoTime();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLongArray ackNanos = new AtomicLongArray(REMEMBERED);

    WatchPuts(Keyspace keyspace, int repetition) {
        this.keyspace = keyspace;
        this.repetition = repetition;
        this.sequence = new AtomicLong((long) repetition << SEQUENCE_BITS);
    }

    /** Those that are sent before this are not counted as acknowledged: nobody reckons them. */
    void measureFrom(long nanos) {
        measuredFromNanos = nanos;
    }

    Step<?, ?> next(ByteString key, RandomGenerator random) {
        long number = sequence.getAndIncrement();
        int slot = (int) (number % REMEMBERED);
        ackNanos.set(slot, 0);
        long sentNanos = System.nanoTime();
        byte[] begin = ByteBuffer.allocate(MIN_VALUE_BYTES)
                .putLong(number)
                .putLong(sentNanos)
                .array();
        ByteString value = UnsafeByteOperations.unsafeWrap(begin)
                .concat(keyspace.value(random, keyspace.valueBytes() - MIN_VALUE_BYTES));
        return new Step<>(
                RequestKind.PUT,
                KVGrpc.getPutMethod(),
                PutRequest.newBuilder().setKey(key).setValue(value).build(),
                answer -> {
                    // 0 stands for an answer that has not come.
                    ackNanos.set(slot, System.nanoTime() | 1);
                    if (isMeasured(sentNanos)) {
                        acknowledged.incrementAndGet();
                    }
                    return Optional.empty();
                });
    }

    /** Whether this is the value of one of these puts, and not of a repetition before whose last ones came late. */
    boolean isOurs(ByteString value) {
        return number(value) >>> SEQUENCE_BITS == repetition;
    }

    /** Whether what was sent then is counted. */
    boolean isMeasured(long sentNanos) {
        return sentNanos - measuredFromNanos >= 0;
    }

    private static long number(ByteString value) {
        return value.substring(0, MIN_VALUE_BYTES).asReadOnlyByteBuffer().getLong(0);
    }

    /** When the put of this value was sent. */
    static long sentNanos(ByteString value) {
        return value.substring(0, MIN_VALUE_BYTES).asReadOnlyByteBuffer().getLong(Long.BYTES);
    }

    /** How long after the answer to the put of this value it is now; 0 if the answer has not come. */
    long nanosSinceAck(ByteString value, long nowNanos) {
        long ack = ackNanos.get((int) (number(value) % REMEMBERED));
        return ack == 0 ? 0 : Math.max(0, nowNanos - ack);
    }

    /** How many of the puts that are measured were acknowledged. */
    long acknowledged() {
        return acknowledged.get();
    }
}
