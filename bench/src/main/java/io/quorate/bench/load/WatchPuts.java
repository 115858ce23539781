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
 * Puts that are watched: the value says which one it is and when it was sent, and here stands when it was acknowledged.
 * Thread-safe.
 */
final class WatchPuts {

    /** A number and a time. */
    static final int MIN_VALUE_BYTES = 2 * Long.BYTES;

    /** Whoever is told of a put when so many more were sent counts it as told before its answer came. */
    private static final int REMEMBERED = 1 << 20;

    private final Keyspace keyspace;
    private final AtomicLong sequence = new AtomicLong();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLongArray ackNanos = new AtomicLongArray(REMEMBERED);

    WatchPuts(Keyspace keyspace) {
        this.keyspace = keyspace;
    }

    Step<?, ?> next(ByteString key, RandomGenerator random) {
        long number = sequence.getAndIncrement();
        int slot = (int) (number % REMEMBERED);
        ackNanos.set(slot, 0);
        byte[] begin = ByteBuffer.allocate(MIN_VALUE_BYTES)
                .putLong(number)
                .putLong(System.nanoTime())
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
                    acknowledged.incrementAndGet();
                    return Optional.empty();
                });
    }

    /** When the put of this value was sent. */
    static long sentNanos(ByteString value) {
        return value.substring(0, MIN_VALUE_BYTES).asReadOnlyByteBuffer().getLong(Long.BYTES);
    }

    /** How long after the answer to the put of this value it is now; 0 if the answer has not come. */
    long nanosSinceAck(ByteString value, long nowNanos) {
        long number = value.substring(0, MIN_VALUE_BYTES).asReadOnlyByteBuffer().getLong(0);
        long ack = ackNanos.get((int) (number % REMEMBERED));
        return ack == 0 ? 0 : Math.max(0, nowNanos - ack);
    }

    /** How many puts were acknowledged. */
    long acknowledged() {
        return acknowledged.get();
    }
}
