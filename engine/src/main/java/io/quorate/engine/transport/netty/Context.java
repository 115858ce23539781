package io.quorate.engine.transport.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoopGroup;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.group.ChannelGroup;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.detection.DetectionListener;
import io.quorate.engine.transport.FrameCodec;
import io.quorate.engine.transport.Network;
import io.quorate.engine.transport.RateLimitedLog;
import io.quorate.engine.transport.StorageIds;
import java.util.Optional;

/**
 * What all connections of one network share.
 *
 * @param channels all that are open; closes those that are added after its own end
 * @param refusals where refused handshakes are logged
 * @param resolver looks host names up
 * @param introduction what this member says of itself
 * @param rate at which a peer may send
 * @param garbage where violations of the protocol are logged
 * @param bars who was cut off
 * @param newcomers of whom it is not known yet who they are
 */
record Context(
        NettyOptions options,
        IoEventLoopGroup group,
        ByteBufAllocator allocator,
        FrameCodec codec,
        Network.Listener listener,
        ChannelGroup channels,
        BackgroundResolver resolver,
        Introduction introduction,
        FrameAllowance.Rate rate,
        RateLimitedLog refusals,
        RateLimitedLog garbage,
        Bars bars,
        Newcomers newcomers) {

    MemberId self() {
        return options.self();
    }

    StorageIds storages() {
        return options.storages();
    }

    DetectionListener detections() {
        return options.detections();
    }

    Optional<PeerTls> tls() {
        return options.tls();
    }

    /** Settings of an outgoing connection. */
    Bootstrap bootstrap(EventLoop loop) {
        Bootstrap bootstrap = new Bootstrap()
                .group(loop)
                .channel(EventLoops.socketType(group))
                .resolver(resolver)
                .option(ChannelOption.ALLOCATOR, allocator)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.SO_KEEPALIVE, true)
                .option(
                        ChannelOption.CONNECT_TIMEOUT_MILLIS,
                        Math.toIntExact(options.limits().connectTimeout().toMillis()));
        if (EventLoops.isEpoll(group)) {
            bootstrap.option(
                    EpollChannelOption.TCP_USER_TIMEOUT,
                    Math.toIntExact(options.limits().unacknowledgedTimeout().toMillis()));
        }
        return bootstrap;
    }
}
