package io.quorate.server.wire;

import io.grpc.netty.InternalWriteBufferingAndExceptionHandlerUtils;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpServerKeepAliveHandler;
import io.netty.util.concurrent.GlobalEventExecutor;
import java.util.List;
import java.util.function.Supplier;

/** The connections of a client port that speak HTTP/1.1. Thread-safe. */
final class HttpConnections {

    private static final int MAX_LINE_BYTES = 4096;
    private static final int MAX_CHUNK_BYTES = 8192;

    private final ChannelGroup open = new DefaultChannelGroup(GlobalEventExecutor.INSTANCE, true);
    private final Supplier<? extends List<? extends ChannelHandler>> requestHandlers;
    private final ClientListenerOptions options;

    HttpConnections(Supplier<? extends List<? extends ChannelHandler>> requestHandlers, ClientListenerOptions options) {
        this.requestHandlers = requestHandlers;
        this.options = options;
    }

    /** Puts the handlers of HTTP/1.1 into the pipeline of a connection that gRPC has accepted but not begun to serve. */
    void adopt(Channel channel) {
        // It would hold back all writes until a negotiation ends that does not take place.
        InternalWriteBufferingAndExceptionHandlerUtils.writeBufferingAndRemove(channel);
        channel.pipeline()
                .addLast(
                        new HttpServerCodec(MAX_LINE_BYTES, ClientListener.MAX_METADATA_BYTES, MAX_CHUNK_BYTES),
                        new HttpServerKeepAliveHandler(),
                        new RequestCollector(options.maxHttpBodyBytes()),
                        new StalledClientCloser(options.stallTimeout()),
                        new HttpRequestGuard(options.httpRequestTimeout()),
                        new OneRequestAtATime(),
                        new CrossOrigin())
                .addLast(requestHandlers.get().toArray(ChannelHandler[]::new))
                .addLast(new FailureCloser());
        open.add(channel);
    }

    /** Closes all connections, and any that is adopted from now on, after what was written to them has gone out. */
    void close() {
        open.close().awaitUninterruptibly();
    }
}
