package io.quorate.server.wire;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * The threads that serve client sockets, to be shared by all listeners of a process. Thread-safe.
 *
 * @param group accepts connections and serves them
 * @param serverChannel the kind of listening socket that fits the group
 */
public record EventLoops(EventLoopGroup group, Class<? extends ServerChannel> serverChannel) implements AutoCloseable {

    /** Starts event loops, on native epoll where there is one and on the JDK's selector elsewhere; their threads are daemons. */
    public static EventLoops open(int threads) {
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        var threadFactory = new DefaultThreadFactory("quorate-client-io", true);
        return new EventLoops(
                new MultiThreadIoEventLoopGroup(threads, threadFactory, handlers),
                epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class);
    }

    /** The one whose thread this is, if it is one's: what is told it to do comes after what it is doing. */
    public Optional<Executor> current() {
        for (EventExecutor loop : group) {
            if (loop.inEventLoop()) {
                return Optional.of(loop);
            }
        }
        return Optional.empty();
    }

    /** Ends the threads after the work that they have, and waits for that; listeners must be closed before. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 5, TimeUnit.SECONDS).syncUninterruptibly();
    }
}
