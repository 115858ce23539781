package io.quorate.server.api;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.quorate.kv.AuthState;
import io.quorate.server.bolt.RandomInput;
import io.quorate.server.proto.etcdserverpb.SnapshotResponse;
import io.quorate.server.snapshot.SnapshotSource;
import io.quorate.server.snapshot.SnapshotSource.TakenSnapshot;
import io.quorate.server.wire.EtcdError;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Takes snapshots for clients, and sends them as fast as each takes them: each on a thread of its own, so that a slow one keeps
 * nobody else waiting. Thread-safe.
 */
public final class SnapshotStreams implements AutoCloseable {

    /** Each takes up as much room on the disk as the state does. */
    private static final int MAX_AT_ONCE = 2;

    /** As etcd cuts it; clients need not be ready for more. */
    private static final int PIECE_BYTES = 32 * 1024;

    /** A client that takes nothing for so long has one of the few places in vain. */
    private static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(10);

    /** So does one that takes less than this on the average, in bytes per second, once it has had that long. */
    private static final long MIN_RATE = 256 << 10;

    private static final long REST_SECONDS = 10;

    private final SnapshotSource source;
    private final ThreadPoolExecutor threads;

    public SnapshotStreams(String name, SnapshotSource source) {
        this.source = source;
        this.threads = new ThreadPoolExecutor(
                0,
                MAX_AT_ONCE,
                1,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                task -> Thread.ofPlatform().daemon().name(name + "-snapshot").unstarted(task));
    }

    /**
     * Takes a snapshot and sends it.
     *
     * @param allowed fails if the client may not have it; what it completes with throws if the users and roles in the
     *     snapshot do not let the client have it
     */
    void send(ServerCallStreamObserver<SnapshotResponse> call, CompletableFuture<Consumer<AuthState>> allowed) {
        Sending sending = new Sending(call);
        var unused = allowed.whenComplete((judge, failure) -> {
            try {
                if (failure == null) {
                    sending.begin(threads, judge);
                } else {
                    call.onError(Failures.of(failure));
                }
            } catch (RejectedExecutionException e) {
                call.onError(Failures.of(e));
            }
        });
    }

    private final class Sending {
        private final ServerCallStreamObserver<SnapshotResponse> call;
        private final CompletableFuture<Void> over = new CompletableFuture<>();

        Sending(ServerCallStreamObserver<SnapshotResponse> call) {
            this.call = call;
            call.setOnReadyHandler(this::wakeUp);
            call.setOnCancelHandler(() -> over.complete(null));
            call.setOnCloseHandler(() -> over.complete(null));
        }

        void begin(ThreadPoolExecutor executor, Consumer<AuthState> judge) {
            Future<?> running = executor.submit(() -> run(judge));
            // The client has gone, or the member ends the call: nobody wants the rest.
            var unused = over.thenRun(() -> running.cancel(true));
        }

        private synchronized void wakeUp() {
            notifyAll();
        }

        private void run(Consumer<AuthState> judge) {
            try (TakenSnapshot snapshot = source.take(judge)) {
                send(snapshot);
            } catch (InterruptedException | ClosedByInterruptException e) {
                // Nobody wants the rest; the pool clears what is left of the interruption.
                fail(EtcdError.STOPPED.exception());
            } catch (IOException | RuntimeException e) {
                fail(Thread.currentThread().isInterrupted() ? EtcdError.STOPPED.exception() : e);
            }
        }

        private void fail(Exception failure) {
            if (!over.isDone()) {
                call.onError(Failures.of(failure));
            }
        }

        private void send(TakenSnapshot snapshot) throws IOException, InterruptedException {
            long end = System.nanoTime() + PATIENCE_NANOS + TimeUnit.SECONDS.toNanos(snapshot.bytes() / MIN_RATE);
            MessageDigest digest = sha256();
            ByteBuffer piece = ByteBuffer.allocate(PIECE_BYTES);
            try (RandomInput in = snapshot.open()) {
                for (long sent = 0; sent < snapshot.bytes(); sent += piece.limit()) {
                    awaitReady(end);
                    fill(piece.clear(), in, sent, snapshot.bytes());
                    digest.update(piece.duplicate());
                    send(snapshot.bytes() - sent - piece.limit(), ByteString.copyFrom(piece.duplicate()));
                }
            }
            awaitReady(end);
            send(0, ByteString.copyFrom(digest.digest()));
            call.onCompleted();
        }

        /** Reads from an offset on until the piece is full, or the end is reached. */
        private static void fill(ByteBuffer piece, RandomInput in, long from, long end) throws IOException {
            piece.limit((int) Math.min(piece.capacity(), end - from));
            while (piece.hasRemaining()) {
                if (in.read(piece, from + piece.position()) < 0) {
                    throw new EOFException("the snapshot ends too early");
                }
            }
            piece.flip();
        }

        private void send(long remaining, ByteString piece) {
            call.onNext(SnapshotResponse.newBuilder()
                    .setRemainingBytes(remaining)
                    .setBlob(piece)
                    .build());
        }

        /** @param end when the whole snapshot should have been taken, by the monotonic clock */
        private synchronized void awaitReady(long end) throws InterruptedException {
            long now = System.nanoTime();
            long patience = Math.min(PATIENCE_NANOS, end - now);
            while (!call.isReady()) {
                long left = patience - (System.nanoTime() - now);
                if (left <= 0) {
                    throw Status.DEADLINE_EXCEEDED
                            .withDescription("etcdserver: the client takes the snapshot too slowly")
                            .asRuntimeException();
                }
                TimeUnit.NANOSECONDS.timedWait(this, left);
            }
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Ends what is under way, and waits until nothing of the member is used any more. */
    @Override
    public void close() throws IOException {
        threads.shutdownNow();
        boolean ended = false;
        try {
            ended = threads.awaitTermination(REST_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            throw new IOException("a snapshot did not end within " + REST_SECONDS + " s");
        }
    }
}
