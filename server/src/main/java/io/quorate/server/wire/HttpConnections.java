package io.quorate.server.wire;

import io.grpc.netty.InternalWriteBufferingAndExceptionHandlerUtils;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.util.concurrent.Future;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The connections of a client port that speak HTTP/1.1. Thread-safe. */
@SuppressWarnings("FutureReturnValueIgnored") // There is nothing left to do if closing fails.
final class HttpConnections {

    private static final int MAX_LINE_BYTES = 4096;
    private static final int MAX_CHUNK_BYTES = 8192;

    private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private final Supplier<? extends List<? extends ChannelHandler>> requestHandlers;
    private final ClientListenerOptions options;
    private final RequestBounds bounds;
    private volatile boolean ending;

    HttpConnections(
            Supplier<? extends List<? extends ChannelHandler>> requestHandlers,
            ClientListenerOptions options,
            RequestBounds bounds) {
        this.requestHandlers = requestHandlers;
        this.options = options;
        this.bounds = bounds;
    }

    /**
     * Puts the handlers of HTTP/1.1 into the pipeline of a connection that gRPC has accepted but not begun to serve.
     *
     * @param maxAge after which it ends with the answer to the present request
     */
    void adopt(Channel channel, Optional<Duration> maxAge) {
        // It would hold back all writes until a negotiation ends that does not take place.
        InternalWriteBufferingAndExceptionHandlerUtils.writeBufferingAndRemove(channel);
        channel.pipeline()
                .addLast(
                        new HttpServerCodec(MAX_LINE_BYTES, ClientListener.MAX_METADATA_BYTES, MAX_CHUNK_BYTES),
                        new UntakenBodies(bounds),
                        new OneRequestAtATime(),
                        new HttpServerKeepAliveHandler(),
                        new UnfinishedBodies(bounds, options.maxHttpBodyBytes()),
                        new RequestCollector(options.maxHttpBodyBytes()),
                        new StalledClientCloser(options.stallTimeout(), bounds.limits()),
                        new HttpRequestGuard(options.httpRequestTimeout()),
                        new CrossOrigin())
                .addLast(requestHandlers.get().toArray(ChannelHandler[]::new))
                .addLast(new FailureCloser());
        open.add(channel);
        maxAge.ifPresent(age -> endAfter(channel, age));
        if (ending) {
            end(channel);
        }
    }

    private static void endAfter(Channel channel, Duration age) {
        Future<?> ending = channel.eventLoop().schedule(() -> end(channel), age.toNanos(), TimeUnit.NANOSECONDS);
        Future<?> cutting = channel.eventLoop()
                .schedule(
                        () -> channel.close(),
                        age.toNanos() + TimeUnit.SECONDS.toNanos(ClientListener.AGE_GRACE_SECONDS),
                        TimeUnit.NANOSECONDS);
        channel.closeFuture().addListener(closed -> {
            ending.cancel(false);
            cutting.cancel(false);
        });
    }

    private static void end(Channel channel) {
        channel.pipeline().fireUserEventTriggered(OneRequestAtATime.END);
    }

    /**
     * Closes every connection between two requests at once, and each of the others when the present one is answered, or else at the
     * deadline, as {@link System#nanoTime()} has it; and any that is adopted from now on. Returns when all are closed.
     */
    void close(long deadlineNanos) throws InterruptedException {
        ending = true;
        open.forEach(HttpConnections::end);
        try {
            open.newCloseFuture().await(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        } finally {
            open.close().awaitUninterruptibly();
        }
    }
}
