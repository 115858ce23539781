package io.quorate.bench;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.FixedLengthFrameDecoder;
import io.quorate.engine.transport.netty.EventLoops;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.HdrHistogram.Histogram;

/**
 * Measures what a message costs on this machine before anybody does anything with it: there and back over loopback, through Netty, on
 * two event loops, with one connection.
 */
public final class NetProbe {

    private static final long PATIENCE_SECONDS = 10;

    /** The time at which it was sent. */
    public static final int MIN_MESSAGE_BYTES = Long.BYTES;

    private NetProbe() {}

    /**
     * Measures for a while, after a tenth of that unmeasured.
     *
     * @param inflight messages under way at a time, at least 1
     * @param messageBytes at least {@link #MIN_MESSAGE_BYTES}
     */
    public static NetResult run(int inflight, int messageBytes, Duration time) throws IOException {
        IoEventLoopGroup there = EventLoops.create(1, "net-probe-there");
        IoEventLoopGroup here = EventLoops.create(1, "net-probe-here");
        try {
            Channel server = await(serve(there));
            Messages messages = new Messages(inflight, messageBytes, time);
            Channel client = await(connect(here, (InetSocketAddress) server.localAddress(), messages));
            return messages.await(client, time.plusSeconds(PATIENCE_SECONDS));
        } finally {
            var unused = here.shutdownGracefully(0, PATIENCE_SECONDS, TimeUnit.SECONDS);
            unused = there.shutdownGracefully(0, PATIENCE_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static CompletableFuture<Channel> serve(IoEventLoopGroup group) {
        CompletableFuture<Channel> bound = new CompletableFuture<>();
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(group)
                .channel(
                        group.isIoType(EpollIoHandler.class)
                                ? EpollServerSocketChannel.class
                                : NioServerSocketChannel.class)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new Echo());
                    }
                });
        var unused = bootstrap
                .bind(InetAddress.getLoopbackAddress(), 0)
                .addListener((ChannelFuture future) -> complete(bound, future));
        return bound;
    }

    private static CompletableFuture<Channel> connect(
            IoEventLoopGroup group, InetSocketAddress address, Messages messages) {
        CompletableFuture<Channel> connected = new CompletableFuture<>();
        Bootstrap bootstrap = new Bootstrap()
                .group(group)
                .channel(group.isIoType(EpollIoHandler.class) ? EpollSocketChannel.class : NioSocketChannel.class)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(new FixedLengthFrameDecoder(messages.messageBytes), messages);
                    }
                });
        var unused = bootstrap.connect(address).addListener((ChannelFuture future) -> complete(connected, future));
        return connected;
    }

    private static void complete(CompletableFuture<Channel> result, ChannelFuture future) {
        if (future.isSuccess()) {
            result.complete(future.channel());
        } else {
            result.completeExceptionally(future.cause());
        }
    }

    private static <T> T await(CompletableFuture<T> future) throws IOException {
        return await(future, Duration.ofSeconds(PATIENCE_SECONDS));
    }

    private static <T> T await(CompletableFuture<T> future, Duration patience) throws IOException {
        try {
            return future.get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            throw new IOException(e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("loopback has not answered within " + patience.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Sends back what comes, as it comes. */
    private static final class Echo extends ChannelInboundHandlerAdapter {

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var unused = context.write(message);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }
    }

    /** Sends messages, each of which bears the time, and the next one when one is back. On its event loop alone. */
    private static final class Messages extends SimpleChannelInboundHandler<ByteBuf> {

        private final int inflight;
        private final int messageBytes;
        private final Duration time;
        private final Histogram histogram = new Histogram(3);
        private final CompletableFuture<NetResult> result = new CompletableFuture<>();
        private long beginNanos;

        Messages(int inflight, int messageBytes, Duration time) {
            this.inflight = inflight;
            this.messageBytes = messageBytes;
            this.time = time;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            beginNanos = System.nanoTime() + time.toNanos() / 10;
            for (int i = 0; i < inflight; i++) {
                send(context);
            }
            context.flush();
        }

        private void send(ChannelHandlerContext context) {
            ByteBuf message = context.alloc().buffer(messageBytes);
            message.writeLong(System.nanoTime()).writeZero(messageBytes - Long.BYTES);
            var unused = context.write(message);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, ByteBuf message) {
            long now = System.nanoTime();
            long sent = message.getLong(message.readerIndex());
            if (now - beginNanos >= time.toNanos()) {
                complete(now);
                return;
            }
            if (sent - beginNanos >= 0) {
                histogram.recordValue(now - sent);
            }
            send(context);
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext context) {
            context.flush();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            result.completeExceptionally(cause);
        }

        private void complete(long now) {
            result.complete(new NetResult(
                    inflight,
                    messageBytes,
                    histogram.getTotalCount() / ((now - beginNanos) / 1e9),
                    histogram.getValueAtPercentile(50) / 1e3,
                    histogram.getValueAtPercentile(99) / 1e3,
                    histogram.getMaxValue() / 1e3));
        }

        NetResult await(Channel client, Duration patience) throws IOException {
            try {
                return NetProbe.await(result, patience);
            } finally {
                var unused = client.close();
            }
        }
    }
}
