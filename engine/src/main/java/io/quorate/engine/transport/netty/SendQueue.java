package io.quorate.engine.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.quorate.engine.transport.FrameCodec;
import io.quorate.engine.transport.PeerCounters;
import io.quorate.engine.transport.PeerFrame;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Frames on their way into one established connection. The sender's thread encodes; the event loop is woken once for
 * each flush, writes all that has queued, and flushes once.
 *
 * <p>Bounded in bytes: from the moment a frame is taken until the operating system has it. Safe for use by many threads.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write or close that fails closes the channel, which is noticed
final class SendQueue {

    private final Channel channel;
    private final FrameCodec codec;
    private final PeerCounters counters;
    private final long maxBytes;
    private final Runnable onRoom;
    private final AtomicLong unwrittenBytes = new AtomicLong();

    private final Object lock = new Object();
    private List<ByteBuf> pending = new ArrayList<>();
    /** The list that the event loop works on; the two are exchanged at each drain. */
    private List<ByteBuf> draining = new ArrayList<>();

    private boolean drainRequested;
    private boolean closed;

    /**
     * Queues for a connection.
     *
     * @param onRoom called by the event loop after a write that leaves at most half of {@code maxBytes} unwritten
     */
    SendQueue(Channel channel, FrameCodec codec, PeerCounters counters, long maxBytes, Runnable onRoom) {
        this.channel = channel;
        this.codec = codec;
        this.counters = counters;
        this.maxBytes = maxBytes;
        this.onRoom = onRoom;
    }

    /**
     * Takes a frame, or does not: too much is queued, or the connection is gone.
     *
     * @param size the codec's for this frame
     */
    boolean offer(PeerFrame frame, int size) {
        long before = unwrittenBytes.getAndAdd(size);
        if (before > 0 && before + size > maxBytes) {
            unwrittenBytes.addAndGet(-size);
            return false;
        }
        ByteBuf bytes = encode(frame, size);
        synchronized (lock) {
            if (!closed) {
                pending.add(bytes);
                return true;
            }
        }
        bytes.release();
        return false;
    }

    private ByteBuf encode(PeerFrame frame, int size) {
        ByteBuf bytes = channel.alloc().directBuffer(size, size);
        try {
            codec.encode(frame, size, bytes.internalNioBuffer(0, size));
            return bytes.writerIndex(size);
        } catch (RuntimeException e) {
            bytes.release();
            unwrittenBytes.addAndGet(-size);
            throw e;
        }
    }

    /** Sends what was taken since the last flush. */
    void flush() {
        synchronized (lock) {
            if (pending.isEmpty() || drainRequested) {
                return;
            }
            drainRequested = true;
        }
        if (channel.eventLoop().inEventLoop()) {
            drain();
            return;
        }
        try {
            channel.eventLoop().execute(this::drain);
        } catch (RejectedExecutionException e) {
            // The event loops were shut down under the network: nothing will be sent any more.
            close();
        }
    }

    private void drain() {
        List<ByteBuf> batch;
        synchronized (lock) {
            drainRequested = false;
            batch = pending;
            pending = draining;
            draining = batch;
        }
        if (batch.isEmpty()) {
            return;
        }
        long bytes = 0;
        int last = batch.size() - 1;
        for (int i = 0; i < last; i++) {
            bytes += batch.get(i).readableBytes();
            channel.write(batch.get(i));
        }
        bytes += batch.get(last).readableBytes();
        counters.framesSent().add(batch.size());
        counters.bytesSent().add(bytes);
        long written = bytes;
        // Writes complete in order: the last one speaks for all.
        ChannelFuture done = channel.writeAndFlush(batch.get(last));
        batch.clear();
        done.addListener(future -> written(written, future.isSuccess()));
    }

    private void written(long bytes, boolean success) {
        if (unwrittenBytes.addAndGet(-bytes) <= maxBytes / 2 && success) {
            onRoom.run();
        }
    }

    /** Takes nothing more, sends what was taken, and closes the connection behind it. Called by the event loop. */
    void finish() {
        synchronized (lock) {
            closed = true;
        }
        drain();
        channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
    }

    /** Releases what is pending, and takes nothing more. What was handed to the channel fails with it. */
    void close() {
        List<ByteBuf> dropped;
        synchronized (lock) {
            closed = true;
            dropped = pending;
            pending = new ArrayList<>();
        }
        for (ByteBuf bytes : dropped) {
            counters.framesDropped().increment();
            counters.bytesDropped().add(bytes.readableBytes());
            bytes.release();
        }
    }
}
