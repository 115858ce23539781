package io.quorate.engine.transport.netty;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.util.concurrent.Future;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.detection.Detection;
import io.quorate.engine.detection.DetectionKind;
import io.quorate.engine.tls.TlsFailure;
import io.quorate.engine.transport.StorageIds;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Listens for peers, and lets in those that belong here. */
@SuppressWarnings("FutureReturnValueIgnored") // a write or close that fails closes the channel, which is noticed
final class Acceptor {

    private static final int MAX_READ_BYTES = 256 << 10;
    private static final Duration AGE_GRACE = Duration.ofSeconds(10);

    private final Context context;
    private final PeerTable table;

    Acceptor(Context context, PeerTable table) {
        this.context = context;
        this.table = table;
    }

    /**
     * Listens on one address.
     *
     * @return where it listens, with the real port
     * @throws IOException a sentence that names the address
     */
    InetSocketAddress listen(InetSocketAddress wanted) throws IOException {
        InetSocketAddress address =
                wanted.isUnresolved() ? new InetSocketAddress(wanted.getHostString(), wanted.getPort()) : wanted;
        if (address.isUnresolved()) {
            throw new IOException("cannot listen for peers on " + name(wanted)
                    + ": the host name is unknown; give an address of this machine");
        }
        ChannelFuture binding = new ServerBootstrap()
                .group(context.group())
                .channel(EventLoops.serverSocketType(context.group()))
                .childOption(ChannelOption.ALLOCATOR, context.allocator())
                .childOption(
                        ChannelOption.RECVBUF_ALLOCATOR, new AdaptiveRecvByteBufAllocator(64, 2048, MAX_READ_BYTES))
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childHandler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        context.channels().add(channel);
                        context.newcomers().add(channel).ifPresent(Acceptor.this::turnAway);
                        secure(channel);
                        channel.pipeline().addLast(new HelloDecoder());
                    }
                })
                .bind(address)
                .awaitUninterruptibly();
        if (!binding.isSuccess()) {
            String reason = String.valueOf(binding.cause().getMessage());
            throw new IOException(
                    "cannot listen for peers on " + name(wanted) + ": "
                            + (reason.contains("in use")
                                    ? "the port is in use; stop what uses it, or choose another"
                                    : reason),
                    binding.cause());
        }
        context.channels().add(binding.channel());
        return (InetSocketAddress) binding.channel().localAddress();
    }

    /** Of the connections that have not said whose they are there are too many. */
    private void turnAway(Channel channel) {
        context.detections()
                .detected(
                        new Detection(
                                DetectionKind.GARBAGE,
                                new Detection.Address(host(channel)),
                                "was disconnected from the peer port: too many connections there have not finished their handshakes"));
        channel.close();
    }

    private static String host(Channel channel) {
        return channel.remoteAddress() instanceof InetSocketAddress from
                ? from.getHostString()
                : String.valueOf(channel.remoteAddress());
    }

    /** Nothing is read of a connection before its certificate is judged. */
    private void secure(Channel channel) {
        context.tls()
                .ifPresent(tls -> channel.pipeline()
                        .addLast(
                                tls.party()
                                        .accept(
                                                channel.alloc(),
                                                context.options().limits().handshakeTimeout()),
                                new TlsGate(failure -> tls.refusals()
                                        .refused(
                                                String.valueOf(channel.remoteAddress()),
                                                "the peer port of member " + context.self(),
                                                failure))));
    }

    private static String name(InetSocketAddress address) {
        return address.getHostString() + ":" + address.getPort();
    }

    /** @param channel on which it says hello */
    private Optional<Handshake.Refusal> judge(Channel channel, Handshake.Hello hello) {
        MemberId self = context.self();
        if (hello.version() != Handshake.VERSION) {
            return Optional.of(Handshake.Refusal.PROTOCOL_VERSION);
        } else if (hello.clusterId() != context.options().clusterId()) {
            return Optional.of(otherCluster(hello));
        } else if (hello.from() == self.value()) {
            return Optional.of(Handshake.Refusal.OWN_ID);
        } else if (hello.to() != self.value()) {
            return Optional.of(Handshake.Refusal.RECEIVER);
        } else if (hello.from() == 0) {
            return Optional.of(Handshake.Refusal.UNKNOWN_SENDER);
        }
        return judge(channel, new MemberId(hello.from()), hello);
    }

    /** Of one that belongs to this cluster and means this member. */
    private Optional<Handshake.Refusal> judge(Channel channel, MemberId from, Handshake.Hello hello) {
        StorageIds storages = context.storages();
        if (table.isRemoved(from)) {
            return Optional.of(Handshake.Refusal.REMOVED);
        } else if (!isVouchedFor(channel, from)) {
            return Optional.of(Handshake.Refusal.UNKNOWN_SENDER);
        } else if (context.bars().isBarred(from)) {
            return Optional.of(Handshake.Refusal.BARRED);
        } else if (hello.expected() != StorageIds.UNKNOWN && hello.expected() != storages.own()) {
            return Optional.of(Handshake.Refusal.STORAGE_OF_RECEIVER);
        } else if (storages.judge(from, hello.storage()) == StorageIds.Standing.OTHER) {
            return Optional.of(Handshake.Refusal.STORAGE_OF_SENDER);
        } else if (!storages.isAdmitted()) {
            return Optional.of(Handshake.Refusal.NOT_ADMITTED);
        } else if (table.peer(from).isEmpty() && hello.addresses().isEmpty()) {
            return Optional.of(Handshake.Refusal.UNKNOWN_SENDER);
        }
        return Optional.empty();
    }

    /**
     * Whether one is known here, or the CA says who it is, or it is at least one of the hosts where members are: which could speak for
     * the member there as well.
     */
    private boolean isVouchedFor(Channel channel, MemberId from) {
        return isProven(channel, from)
                || context.tls()
                        .filter(tls -> tls.isOfOneOf(channel, table.hostsOfMembers()))
                        .isPresent();
    }

    /** Whether it is certain which member is there, of one whose certificate was judged by what is known of it. */
    private boolean isProven(Channel channel, MemberId from) {
        return table.isKnown(from)
                || context.tls().filter(tls -> !tls.names(channel, from)).isEmpty();
    }

    /** Ids are never used again: one that was removed from this cluster and speaks for another is of what this one was before. */
    private Handshake.Refusal otherCluster(Handshake.Hello hello) {
        boolean wasOneOfOurs = hello.from() != 0 && table.isRemoved(new MemberId(hello.from()));
        return wasOneOfOurs ? Handshake.Refusal.FORMER_EPOCH : Handshake.Refusal.CLUSTER;
    }

    /** Waits for a hello, answers it, and makes way for the {@link FrameReader}. */
    private final class HelloDecoder extends HandshakeDecoder {

        HelloDecoder() {
            super(Handshake.Hello::length, context.options().limits().handshakeTimeout());
        }

        @Override
        void arrived(ChannelHandlerContext ctx, ByteBuf message) {
            Handshake.Hello hello = Handshake.Hello.read(message);
            if (hello.isInquiry() && hello.version() == Handshake.VERSION) {
                inform(ctx);
                return;
            }
            // Nothing that it says counts before it is known to speak for itself.
            Optional<Handshake.Refusal> refusal = judgeCertificate(ctx, hello).or(() -> judge(ctx.channel(), hello));
            if (refusal.isPresent()) {
                refuse(ctx, hello, refusal.get());
                return;
            }
            MemberId from = new MemberId(hello.from());
            switch (context.storages().judge(from, hello.storage())) {
                case SAME -> letIn(ctx, hello, isProven(ctx.channel(), from));
                case NEW -> {
                    if (isProven(ctx.channel(), from)) {
                        remember(ctx, hello);
                    } else {
                        // Whoever it is, its storage must not shut the member out whose id it gives.
                        letIn(ctx, hello, false);
                    }
                }
                case OTHER -> refuse(ctx, hello, Handshake.Refusal.STORAGE_OF_SENDER);
            }
        }

        /** Of one of which nothing is known but what it says, no more than whether the certificate names another member. */
        private Optional<Handshake.Refusal> judgeCertificate(ChannelHandlerContext ctx, Handshake.Hello hello) {
            if (hello.from() == 0) {
                return Optional.empty();
            }
            MemberId from = new MemberId(hello.from());
            Optional<TlsFailure> failure = context.tls()
                    .flatMap(tls -> table.isKnown(from)
                            ? tls.judge(ctx.channel(), from, table.hostsOf(from))
                            : tls.judge(ctx.channel(), from));
            failure.ifPresent(why -> context.tls()
                    .ifPresent(tls -> tls.refusals()
                            .refused(
                                    "member " + from + " at " + ctx.channel().remoteAddress(),
                                    "the peer port of member " + context.self(),
                                    why)));
            return failure.map(why -> Handshake.Refusal.CERTIFICATE);
        }

        /** Nothing is heard of a member before it is known for good by which storage it is known again. */
        private void remember(ChannelHandlerContext ctx, Handshake.Hello hello) {
            MemberId from = new MemberId(hello.from());
            var unused = context.storages()
                    .remember(from, hello.storage())
                    .whenComplete((nothing, failure) -> ctx.executor().execute(() -> {
                        if (failure == null) {
                            letIn(ctx, hello, true);
                        } else {
                            context.refusals()
                                    .line("member " + context.self() + " cannot remember the storage of member " + from
                                            + ": " + failure);
                            ctx.close();
                        }
                    }));
        }

        private void letIn(ChannelHandlerContext ctx, Handshake.Hello hello, boolean proven) {
            if (!ctx.channel().isActive()) {
                return;
            }
            Optional<Peer> sender = table.admit(new MemberId(hello.from()), hello.addresses(), proven);
            if (sender.isEmpty() || !sender.get().accept(ctx.channel(), proven)) {
                boolean barred = context.bars().isBarred(new MemberId(hello.from()));
                refuse(ctx, hello, barred ? Handshake.Refusal.BARRED : Handshake.Refusal.UNKNOWN_SENDER);
                return;
            }
            context.newcomers().known(ctx.channel());
            context.tls().flatMap(PeerTls::maxConnectionAge).ifPresent(age -> limitAge(ctx.channel(), age));
            ctx.writeAndFlush(acceptance(ctx)).addListener(ChannelFutureListener.CLOSE_ON_FAILURE);
            ctx.pipeline().replace(this, "frames", new FrameReader(sender.get(), context));
            sender.get().dialNow();
        }

        /** Whoever dialed makes another one in time; one that does not may have reasons to fear that. */
        private void limitAge(Channel channel, Duration age) {
            Future<?> ending = channel.eventLoop()
                    .schedule(() -> channel.close(), age.plus(AGE_GRACE).toNanos(), TimeUnit.NANOSECONDS);
            channel.closeFuture().addListener(closed -> ending.cancel(false));
        }

        /** Whoever is about to join, or has no data, asks before it takes part. */
        private void inform(ChannelHandlerContext ctx) {
            StorageIds storages = context.storages();
            ByteBuffer content = new InquiryAnswer(
                            table.current(),
                            storages.isAdmitted(),
                            storages.isAlone(),
                            storages.remembered(),
                            context.options().clientUrls())
                    .encode();
            ByteBuf answer = acceptance(ctx);
            answer.writeInt(content.remaining()).writeBytes(content);
            ctx.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
        }

        private void refuse(ChannelHandlerContext ctx, Handshake.Hello hello, Handshake.Refusal refusal) {
            if (refusal != Handshake.Refusal.NOT_ADMITTED && refusal != Handshake.Refusal.CERTIFICATE) {
                suspect(ctx, hello, refusal);
                context.refusals()
                        .line("member " + context.self() + " refused member " + Long.toHexString(hello.from())
                                + " of cluster "
                                + Long.toHexString(hello.clusterId()) + " at "
                                + ctx.channel().remoteAddress() + ": " + refusal.reason());
            }
            if (refusal == Handshake.Refusal.STORAGE_OF_RECEIVER) {
                context.listener().disowned(new MemberId(hello.from()));
            }
            ByteBuf answer = ctx.alloc().buffer(Handshake.REFUSAL_BYTES);
            Handshake.Answer.refusing(refusal, context.options().clusterId(), context.self())
                    .write(answer);
            ctx.writeAndFlush(answer).addListener(ChannelFutureListener.CLOSE);
        }

        /** What it says of itself may be made up: it is known by its address alone. */
        private void suspect(ChannelHandlerContext ctx, Handshake.Hello hello, Handshake.Refusal refusal) {
            boolean foreign = switch (refusal) {
                case CLUSTER, OWN_ID, UNKNOWN_SENDER, REMOVED, FORMER_EPOCH, STORAGE_OF_SENDER -> true;
                // A mistake of whoever runs the members, or told already: among refused certificates, or when it was
                // cut off.
                case PROTOCOL_VERSION, RECEIVER, STORAGE_OF_RECEIVER, NOT_ADMITTED, CERTIFICATE, BARRED -> false;
            };
            if (foreign) {
                detected(
                        ctx,
                        DetectionKind.FOREIGN_PEER,
                        "was not let in as member " + Long.toHexString(hello.from()) + ": " + refusal.reason());
            }
        }

        private void detected(ChannelHandlerContext ctx, DetectionKind kind, String what) {
            context.detections().detected(new Detection(kind, new Detection.Address(host(ctx.channel())), what));
        }

        private ByteBuf acceptance(ChannelHandlerContext ctx) {
            ByteBuf answer = ctx.alloc().buffer(Handshake.ACCEPTANCE_BYTES);
            Handshake.Answer.accepting(
                            context.options().clusterId(),
                            context.self(),
                            context.storages().own())
                    .write(answer);
            return answer;
        }

        @Override
        void failed(ChannelHandlerContext ctx, String reason) {
            detected(ctx, DetectionKind.GARBAGE, "was disconnected from the peer port: it " + reason);
            context.garbage()
                    .line("member " + context.self() + " disconnected "
                            + ctx.channel().remoteAddress() + " from the peer port: it " + reason);
        }
    }
}
