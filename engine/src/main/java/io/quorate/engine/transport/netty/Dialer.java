package io.quorate.engine.transport.netty;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.util.concurrent.Future;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.tls.TlsFailure;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The connection over which frames go to one peer: dialed, dialed again whenever it is lost, and made anew before it is too old.
 *
 * <p>All that it does happens on one event loop, and its state belongs to that.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails closes the channel, which is noticed
final class Dialer {

    private static final Logger LOG = LoggerFactory.getLogger(Dialer.class);

    /** Where the outgoing connection stands. */
    private sealed interface State {

        /** Opening a connection, or in the handshake on it. */
        record Dialing(Channel channel, InetSocketAddress address) implements State {}

        record Connected(Channel channel, InetSocketAddress address, long sinceNanos) implements State {}

        /** The timer runs until the next dial. */
        record Waiting(Future<?> timer) implements State {}

        /** Before the first dial, and after the end. */
        record Idle() implements State {}
    }

    private final Peer peer;
    private final MemberId id;
    private final Context context;
    private final EventLoop loop;
    private final SplittableRandom random;
    private final Backoff backoff;
    private State state = new State.Idle();
    private Optional<Channel> renewal = Optional.empty();
    private int nextAddress;
    private boolean failureLogged;
    private Optional<String> failure = Optional.empty();
    private boolean retryLater;
    private boolean seenAliveSinceDial;

    Dialer(Peer peer, Context context, EventLoop loop) {
        this.peer = peer;
        this.id = peer.id();
        this.context = context;
        this.loop = loop;
        this.random = new SplittableRandom(
                context.self().value() ^ Long.rotateLeft(id.value(), Integer.SIZE) ^ System.nanoTime());
        var limits = context.options().limits();
        this.backoff = new Backoff(limits.minReconnectDelay(), limits.maxReconnectDelay(), random);
    }

    /** Begins to dial, if that was not done before. */
    void dialFirst() {
        onLoop(() -> {
            if (state instanceof State.Idle) {
                dial();
            }
        });
    }

    /** Begins to dial, or ends the wait for the next dial: the peer was just seen alive. */
    void dialNow() {
        onLoop(() -> {
            seenAliveSinceDial = true;
            switch (state) {
                case State.Waiting waiting -> {
                    waiting.timer().cancel(false);
                    dial();
                }
                case State.Idle idle -> dial();
                case State.Dialing dialing -> {}
                case State.Connected connected -> {}
            }
        });
    }

    private void dial() {
        List<InetSocketAddress> present = peer.addresses();
        if (peer.isClosed() || present.isEmpty()) {
            state = new State.Idle();
            return;
        }
        seenAliveSinceDial = false;
        InetSocketAddress address = present.get(Math.floorMod(nextAddress, present.size()));
        Channel channel = open(address);
        state = new State.Dialing(channel, address);
    }

    /** Begins a connection, which says hello by itself. */
    private Channel open(InetSocketAddress address) {
        Bootstrap bootstrap = context.bootstrap(loop).handler(new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel dialed) {
                secure(dialed, address);
                dialed.pipeline().addLast(new AnswerDecoder());
            }
        });
        ChannelFuture connecting = bootstrap.connect(address);
        Channel channel = connecting.channel();
        context.channels().add(channel);
        connecting.addListener(done -> {
            if (!done.isSuccess()) {
                onLoop(() -> {
                    failure = Optional.of(String.valueOf(done.cause().getMessage()));
                    ended(channel);
                });
            }
        });
        channel.closeFuture().addListener(closing -> onLoop(() -> ended(channel)));
        return channel;
    }

    private void secure(Channel channel, InetSocketAddress address) {
        context.tls()
                .ifPresent(tls -> channel.pipeline()
                        .addLast(
                                tls.party()
                                        .dial(
                                                channel.alloc(),
                                                address.getHostString(),
                                                address.getPort(),
                                                context.options().limits().handshakeTimeout()),
                                new TlsGate(why -> insecure(tls, address, why))));
    }

    private void insecure(PeerTls tls, InetSocketAddress address, TlsFailure why) {
        failure = Optional.of(why.sentence());
        tls.refusals()
                .refused(
                        "member " + id + " at " + PeerAddress.text(address),
                        "member " + context.self() + " dialing it",
                        why);
    }

    /** Ends the connection if the certificate that was shown on it is not the peer's, by what is known of that now. */
    void judgeAnew() {
        onLoop(this::endIfAnothers);
    }

    private void endIfAnothers() {
        if (state instanceof State.Connected connected && !peer.isOfThisMember(connected.channel())) {
            connected.channel().close();
        }
    }

    /** Listeners of futures may run at once, in the middle of what made the future; what they do here must come after. */
    private void onLoop(Runnable task) {
        if (!loop.isShuttingDown()) {
            loop.execute(task);
        }
    }

    private void answered(Channel channel, Handshake.Answer answer) {
        if (!isDialing(channel) && !isRenewal(channel)) {
            channel.close();
        } else if (answer.isAccepted()) {
            compareStorage(channel, answer.storage());
        } else {
            refused(String.valueOf(channel.remoteAddress()), answer);
            channel.close();
        }
    }

    private boolean isRenewal(Channel channel) {
        return renewal.filter(channel::equals).isPresent() && !peer.isClosed();
    }

    private boolean isDialing(Channel channel) {
        return state instanceof State.Dialing dialing && dialing.channel().equals(channel) && !peer.isClosed();
    }

    /** Nothing is sent to a member that has lost what was sent to it before. */
    private void compareStorage(Channel channel, long storage) {
        switch (context.storages().judge(id, storage)) {
            case SAME -> connected(channel);
            case NEW -> {
                if (peer.isGuest()
                        && context.tls().filter(tls -> !tls.names(channel, id)).isPresent()) {
                    peer.doubt();
                    connected(channel);
                    return;
                }
                var unused = context.storages()
                        .remember(id, storage)
                        .whenComplete((nothing, failure) -> onLoop(() -> {
                            if (failure == null) {
                                connected(channel);
                            } else {
                                context.refusals()
                                        .line("member " + context.self() + " cannot remember the storage of member "
                                                + id + ": " + failure);
                                channel.close();
                            }
                        }));
            }
            case OTHER -> {
                retryLater = true;
                context.refusals()
                        .line("member " + context.self() + " sends nothing to member " + id
                                + ": it had another data directory before; it has lost its data, or is there twice");
                channel.close();
            }
        }
    }

    private void connected(Channel channel) {
        if (isRenewal(channel) && state instanceof State.Connected former) {
            renewal = Optional.empty();
            // What is sent from now on may overtake what is under way there, as it may anywhere.
            sendBy(channel, former.address()).ifPresent(SendQueue::finish);
        } else if (state instanceof State.Dialing dialing && isDialing(channel)) {
            var unused = sendBy(channel, dialing.address());
            failureLogged = false;
            LOG.info("member {} connected to member {} at {}", context.self(), id, dialing.address());
        } else {
            channel.close();
        }
    }

    /** @return the queue of the connection before, if there is one */
    private Optional<SendQueue> sendBy(Channel channel, InetSocketAddress address) {
        Optional<SendQueue> before = peer.sendBy(channel);
        state = new State.Connected(channel, address, System.nanoTime());
        context.tls().flatMap(PeerTls::maxConnectionAge).ifPresent(age -> limitAge(channel, age));
        return before;
    }

    /**
     * The certificates of a connection are judged anew by making another one, before it is as old as it may get, so that nothing is
     * lost; if that fails it ends nevertheless. Not all connections do so at the same time.
     */
    private void limitAge(Channel channel, Duration age) {
        long nanos = age.toNanos();
        Future<?> renewing = loop.schedule(
                () -> renew(channel), random.nextLong(nanos - nanos / 5, nanos + 1), TimeUnit.NANOSECONDS);
        channel.closeFuture().addListener(over -> renewing.cancel(false));
    }

    private void renew(Channel old) {
        if (!peer.isClosed()
                && state instanceof State.Connected connected
                && connected.channel().equals(old)) {
            renewal = Optional.of(open(connected.address()));
        }
    }

    private void refused(String by, Handshake.Answer answer) {
        if (answer.says(Handshake.Refusal.NOT_ADMITTED)) {
            failure = Optional.of("it does not take part yet");
            return;
        }
        retryLater = true;
        if (answer.says(Handshake.Refusal.REMOVED)) {
            context.listener().removed(id);
        } else if (answer.says(Handshake.Refusal.STORAGE_OF_SENDER)) {
            context.listener().disowned(id);
        }
        context.refusals()
                .line("member " + id + " at " + by + " refused member " + context.self() + ": " + answer.reason());
    }

    /** The connection, or the attempt to make one, is over. */
    private void ended(Channel channel) {
        switch (state) {
            case State.Connected connected -> {
                if (connected.channel().equals(channel)) {
                    lost(connected);
                } else if (isRenewal(channel)) {
                    renewal = Optional.empty();
                    connected.channel().close();
                }
            }
            case State.Dialing dialing -> {
                if (dialing.channel().equals(channel)) {
                    notReached(dialing);
                }
            }
            case State.Waiting waiting -> {}
            case State.Idle idle -> {}
        }
    }

    private void lost(State.Connected connected) {
        renewal.ifPresent(Channel::close);
        renewal = Optional.empty();
        peer.cutOff();
        long maxNanos = context.options().limits().maxReconnectDelay().toNanos();
        if (System.nanoTime() - connected.sinceNanos() >= maxNanos) {
            backoff.reset();
        }
        if (!peer.isClosed()) {
            LOG.info("member {} lost the connection to member {} at {}", context.self(), id, connected.address());
        }
        retryAfter(backoff.nextDelayNanos());
    }

    private void notReached(State.Dialing dialing) {
        nextAddress++;
        if (retryLater) {
            retryLater = false;
            // A peer that has dialed this member meanwhile may have learned of it only after it refused.
            retryAfter(
                    seenAliveSinceDial
                            ? backoff.nextDelayNanos()
                            : context.options().limits().refusedRetryDelay().toNanos());
            return;
        }
        if (!failureLogged && !peer.isClosed()) {
            failureLogged = true;
            LOG.info(
                    "member {} cannot reach member {} at {}, keeps trying: {}",
                    context.self(),
                    id,
                    dialing.address(),
                    failure.orElse("the connection was closed during the handshake"));
        }
        failure = Optional.empty();
        retryAfter(backoff.nextDelayNanos());
    }

    private void retryAfter(long delayNanos) {
        // A guest that has gone says so when it is there again.
        boolean gone = peer.isGuest() && !peer.isConnectedFrom();
        state = peer.isClosed() || gone || loop.isShuttingDown()
                ? new State.Idle()
                : new State.Waiting(loop.schedule(this::dial, delayNanos, TimeUnit.NANOSECONDS));
    }

    /** Ends it; {@link Peer#isClosed} keeps it from being dialed again. */
    void close() {
        onLoop(() -> {
            switch (state) {
                case State.Connected connected -> {
                    connected.channel().close();
                    renewal.ifPresent(Channel::close);
                }
                case State.Dialing dialing -> dialing.channel().close();
                case State.Waiting waiting -> waiting.timer().cancel(false);
                case State.Idle idle -> {}
            }
        });
    }

    /** Says hello and waits for the answer. */
    private final class AnswerDecoder extends HandshakeDecoder {

        AnswerDecoder() {
            super(Handshake.Answer::length, context.options().limits().handshakeTimeout());
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            NettyOptions options = context.options();
            ByteBuf hello = ctx.alloc().buffer(Handshake.HELLO_BYTES);
            new Handshake.Hello(
                            Handshake.VERSION,
                            options.clusterId(),
                            options.self().value(),
                            id.value(),
                            context.introduction().addresses(),
                            context.storages().own(),
                            context.storages().of(id))
                    .write(hello);
            ctx.writeAndFlush(hello);
        }

        @Override
        void arrived(ChannelHandlerContext ctx, ByteBuf message) {
            Handshake.Answer answer = Handshake.Answer.read(message);
            ctx.pipeline().replace(this, "silence", new Silence(id, context));
            // Its host was judged; which of the members there it is, is judged here.
            Optional<TlsFailure> wrong = context.tls().flatMap(tls -> tls.judge(ctx.channel(), id));
            if (wrong.isPresent()) {
                context.tls()
                        .ifPresent(tls ->
                                insecure(tls, (InetSocketAddress) ctx.channel().remoteAddress(), wrong.get()));
                ctx.close();
                return;
            }
            answered(ctx.channel(), answer);
        }

        @Override
        void failed(ChannelHandlerContext ctx, String reason) {
            failure = Optional.of("it " + reason);
        }
    }
}
