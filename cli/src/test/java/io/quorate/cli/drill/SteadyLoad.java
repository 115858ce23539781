package io.quorate.cli.drill;

import com.google.common.util.concurrent.FutureCallback;
import com.google.common.util.concurrent.Futures;
import com.google.common.util.concurrent.ListenableFuture;
import com.google.common.util.concurrent.MoreExecutors;
import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.quorate.server.proto.etcdserverpb.KVGrpc;
import io.quorate.server.proto.etcdserverpb.PutRequest;
import io.quorate.server.proto.etcdserverpb.RangeRequest;
import io.quorate.server.proto.etcdserverpb.RangeResponse;
import io.quorate.simulator.history.Action;
import io.quorate.simulator.history.Operation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes at a steady rate, at whichever members there are, a read after every ninth, and what became of each. Each value is written
 * once. One thread sends them; the answers come on gRPC's.
 */
final class SteadyLoad implements AutoCloseable {

    private static final int MAX_UNDER_WAY = 20_000;
    private static final int WRITES_FOR_A_READ = 9;
    private static final long DEADLINE_SECONDS = 5;
    private static final int LAST_READS = 5;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    /** A time in which nothing was answered, and when it ended. */
    record Gap(long nanos, Instant end) {

        private static final Gap NONE = new Gap(0, Instant.EPOCH);

        private Gap longer(Gap other) {
            return nanos >= other.nanos ? this : other;
        }

        long millis() {
            return TimeUnit.NANOSECONDS.toMillis(nanos);
        }
    }

    private final String prefix;
    private final int rate;
    private final int keys;
    private final Supplier<List<Integer>> clientPorts;
    private final Map<Integer, ManagedChannel> channels = new ConcurrentHashMap<>();
    private final ConcurrentLinkedQueue<Operation> history = new ConcurrentLinkedQueue<>();
    private final Semaphore free = new Semaphore(MAX_UNDER_WAY);
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong acknowledgedWrites = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final Map<Status.Code, Long> failures = new ConcurrentHashMap<>();
    private final AtomicLong lastAnswerNanos = new AtomicLong(System.nanoTime());
    private final AtomicReference<Gap> longestGap = new AtomicReference<>(Gap.NONE);
    private final Thread sender;
    private volatile Optional<Throwable> ended = Optional.empty();

    /**
     * Begins.
     *
     * @param prefix of the keys, none of which is there yet
     * @param rate writes a second
     * @param keys how many they are spread over
     * @param clientPorts of the members that are asked, as of now
     */
    SteadyLoad(String prefix, int rate, int keys, Supplier<List<Integer>> clientPorts) {
        this.prefix = prefix;
        this.rate = rate;
        this.keys = keys;
        this.clientPorts = clientPorts;
        this.sender = Thread.ofPlatform().name("steady-load").start(() -> {
            try {
                send();
            } catch (RuntimeException | Error e) {
                ended = Optional.of(e);
            }
        });
    }

    /**
     * Nothing comes of waiting for a load that has ended by itself.
     *
     * @throws IllegalStateException if it has, with what ended it
     */
    void requireThatItGoesOn() {
        ended.ifPresent(failure -> {
            throw new IllegalStateException("the load has ended by itself", failure);
        });
    }

    private void send() {
        Random random = new Random(rate);
        long beginNanos = System.nanoTime();
        long writes = 0;
        int requests = 0;
        while (!stopping.get()) {
            long due = (System.nanoTime() - beginNanos) * rate / TimeUnit.SECONDS.toNanos(1);
            List<Integer> ports = clientPorts.get();
            while (writes < due && !stopping.get()) {
                writes++;
                write(nextOf(ports, requests), randomKey(random), "value " + writes, requests++);
                if (writes % WRITES_FOR_A_READ == 0) {
                    read(KVGrpc.newFutureStub(nextOf(ports, requests)), randomKey(random), requests++);
                }
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private ManagedChannel nextOf(List<Integer> ports, int request) {
        return channel(ports.get(request % ports.size()));
    }

    private String randomKey(Random random) {
        return prefix + random.nextInt(keys);
    }

    private ManagedChannel channel(int port) {
        return channels.computeIfAbsent(
                port,
                to -> NettyChannelBuilder.forAddress("127.0.0.1", to)
                        .usePlaintext()
                        .build());
    }

    private void write(ManagedChannel channel, String key, String value, int client) {
        free.acquireUninterruptibly();
        long invokedNanos = System.nanoTime();
        answer(
                KVGrpc.newFutureStub(channel)
                        .withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                        .put(PutRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8(key))
                                .setValue(ByteString.copyFromUtf8(value))
                                .build()),
                put -> {
                    acknowledgedWrites.incrementAndGet();
                    return new Operation(client, new Action.Write(key, value), invokedNanos, System.nanoTime());
                },
                () -> Optional.of(new Operation(client, new Action.Write(key, value), invokedNanos, Operation.NEVER)));
    }

    private void read(KVGrpc.KVFutureStub stub, String key, int client) {
        free.acquireUninterruptibly();
        long invokedNanos = System.nanoTime();
        answer(
                stub.withDeadlineAfter(DEADLINE_SECONDS, TimeUnit.SECONDS)
                        .range(RangeRequest.newBuilder()
                                .setKey(ByteString.copyFromUtf8(key))
                                .build()),
                range -> new Operation(client, new Action.Read(key, seen(range)), invokedNanos, System.nanoTime()),
                Optional::empty);
    }

    private static Optional<String> seen(RangeResponse range) {
        return range.getKvsList().stream().findFirst().map(kv -> kv.getValue().toStringUtf8());
    }

    private <T> void answer(
            ListenableFuture<T> call, Function<T, Operation> done, Supplier<Optional<Operation>> unknown) {
        Futures.addCallback(
                call,
                new FutureCallback<T>() {
                    @Override
                    public void onSuccess(@Nullable T answer) {
                        history.add(done.apply(Objects.requireNonNull(answer)));
                        answered.incrementAndGet();
                        long now = System.nanoTime();
                        longestGap.accumulateAndGet(
                                new Gap(now - lastAnswerNanos.getAndSet(now), Instant.now()), Gap::longer);
                        free.release();
                    }

                    @Override
                    public void onFailure(Throwable failure) {
                        unknown.get().ifPresent(history::add);
                        failed.incrementAndGet();
                        failures.merge(Status.fromThrowable(failure).getCode(), 1L, Long::sum);
                        free.release();
                    }
                },
                MoreExecutors.directExecutor());
    }

    /** How many were answered. */
    long answered() {
        return answered.get();
    }

    /** How many writes were acknowledged. */
    long acknowledgedWrites() {
        return acknowledgedWrites.get();
    }

    /** How many were answered with an error, or not at all. */
    long failed() {
        return failed.get();
    }

    /** How many of these ended how. */
    Map<Status.Code, Long> failures() {
        return new TreeMap<>(failures);
    }

    /** The longest time, since this was asked last, in which no member answered anything. */
    Gap takeLongestGap() {
        return longestGap.getAndSet(Gap.NONE);
    }

    /**
     * Ends, and reads every key once more, so that no write can be lost without its being seen.
     *
     * @throws IllegalStateException if some of these reads fail, again and again: nothing can be said then
     */
    List<Operation> finish() {
        stopping.set(true);
        join();
        requireThatItGoesOn();
        awaitAnswers();
        for (int attempt = 0; attempt < LAST_READS; attempt++) {
            long failedBefore = failed.get();
            ManagedChannel channel = channel(clientPorts.get().getFirst());
            // It may have been killed a moment ago: gRPC would fail every call until it tries to connect again.
            channel.resetConnectBackoff();
            KVGrpc.KVFutureStub stub = KVGrpc.newFutureStub(channel).withWaitForReady();
            for (int key = 0; key < keys; key++) {
                read(stub, prefix + key, -1 - key - attempt * keys);
            }
            awaitAnswers();
            if (failed.get() == failedBefore) {
                return new ArrayList<>(history);
            }
        }
        throw new IllegalStateException("not every key could be read at the end: " + failures);
    }

    private void awaitAnswers() {
        free.acquireUninterruptibly(MAX_UNDER_WAY);
        free.release(MAX_UNDER_WAY);
    }

    private void join() {
        boolean interrupted = false;
        while (sender.isAlive()) {
            try {
                sender.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        stopping.set(true);
        join();
        channels.values().forEach(ManagedChannel::shutdownNow);
    }
}
