package io.quorate.engine.transport.netty;

import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;

/** Makes event loops of the fastest kind that the system offers: epoll on Linux, else the JDK's selectors. */
public final class EventLoops {

    private EventLoops() {}

    /**
     * Starts no thread before it is used. Whoever makes the group shuts it down, after closing the networks on it.
     *
     * @param threads how many event loops; all networks of a process can share them
     * @param name of the threads, a number is appended
     */
    public static IoEventLoopGroup create(int threads, String name) {
        return new MultiThreadIoEventLoopGroup(
                threads,
                new DefaultThreadFactory(name, true),
                Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    }

    static boolean isEpoll(IoEventLoopGroup group) {
        return group.isIoType(EpollIoHandler.class);
    }

    static Class<? extends SocketChannel> socketType(IoEventLoopGroup group) {
        return isEpoll(group) ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    static Class<? extends ServerChannel> serverSocketType(IoEventLoopGroup group) {
        return isEpoll(group) ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }
}
