package io.quorate.server;

import static io.quorate.server.EtcdClient.rangeOf;

import io.grpc.StatusRuntimeException;
import io.quorate.server.proto.etcdserverpb.RangeResponse;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Clients that read keys whose values never change, of one member each, again and again, and check every answer. */
final class WatchedReads implements AutoCloseable {

    private final List<String> keys;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicLong answers = new AtomicLong();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final List<Thread> readers = new CopyOnWriteArrayList<>();

    /** @param keys each holds {@link #valueOf} it */
    WatchedReads(List<String> keys) {
        this.keys = keys;
    }

    static String valueOf(String key) {
        return ("value of " + key + " ").repeat(40);
    }

    /** Begins to read at a member, linearizable reads and others in turns. What is refused is no answer. */
    void begin(EtcdClient client) {
        readers.add(Thread.ofPlatform().daemon().start(() -> {
            for (int i = 0; !ended.get(); i++) {
                String key = keys.get(i % keys.size());
                try {
                    RangeResponse answer = client.kv()
                            .range(rangeOf(key).setSerializable(i % 2 == 0).build());
                    check(key, answer);
                } catch (StatusRuntimeException e) {
                    // The member is being mended, or is not there.
                }
            }
        }));
    }

    private void check(String key, RangeResponse answer) {
        boolean right = answer.getKvsCount() == 1
                && answer.getKvs(0).getValue().toStringUtf8().equals(valueOf(key));
        answers.incrementAndGet();
        if (!right) {
            wrong.add(key + " = " + answer.getKvsList());
        }
    }

    /** Answers that held something else than what was written. */
    List<String> wrong() {
        return List.copyOf(wrong);
    }

    long answers() {
        return answers.get();
    }

    @Override
    public void close() {
        ended.set(true);
        for (Thread reader : readers) {
            awaitEnd(reader);
        }
    }

    private static void awaitEnd(Thread reader) {
        try {
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
