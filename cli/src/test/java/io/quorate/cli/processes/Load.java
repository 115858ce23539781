package io.quorate.cli.processes;

import io.grpc.StatusRuntimeException;
import io.quorate.cli.processes.ProcessCluster.Member;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/** Clients that write one new key after the other, at all members in turn, and remember what was acknowledged. */
final class Load implements AutoCloseable {

    static final int WRITERS = 8;

    private final ProcessCluster cluster;
    private final Map<String, String> acknowledged = new ConcurrentHashMap<>();
    private final AtomicLong next = new AtomicLong();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final List<Thread> writers;

    /** Begins to write. */
    Load(ProcessCluster cluster) {
        this.cluster = cluster;
        this.writers = IntStream.range(0, WRITERS)
                .mapToObj(i -> Thread.ofPlatform().name("writer-" + i).start(this::write))
                .toList();
    }

    private void write() {
        while (!stopping.get()) {
            List<Member> members = cluster.members();
            long number = next.incrementAndGet();
            Member member = members.get((int) (number % members.size()));
            String key = "key-" + number;
            try {
                member.put(key, "value of " + key);
                acknowledged.put(key, "value of " + key);
            } catch (StatusRuntimeException e) {
                // Not acknowledged: it may or may not be there later.
                member.reconnect();
            }
        }
    }

    /** How many writes were acknowledged so far. */
    int count() {
        return acknowledged.size();
    }

    /** Every key that was acknowledged, with its value; complete once this is closed. */
    Map<String, String> acknowledged() {
        return Map.copyOf(acknowledged);
    }

    /** Returns when the last writer has ended. */
    @Override
    public void close() {
        stopping.set(true);
        for (Thread writer : writers) {
            boolean interrupted = false;
            while (writer.isAlive()) {
                try {
                    writer.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
