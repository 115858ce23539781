package io.quorate.engine.transport.netty;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.PeerCounters;
import io.quorate.engine.transport.PeerFrame;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One peer: where it is reached, what is sent to it over the connection that its {@link Dialer} keeps, and the connection on which it
 * sends. Safe for use by many threads.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a close that fails closes the channel, which is noticed
final class Peer {

    /** What was sent last to a member that leaves may still be under way: it tells it so. */
    private static final long FAREWELL_MILLIS = 1_000;

    private final MemberId id;
    private final Context context;
    private final EventLoop loop;
    private final PeerCounters counters = new PeerCounters();
    private volatile List<InetSocketAddress> told;
    private volatile List<InetSocketAddress> introduced = List.of();
    private volatile Optional<SendQueue> queue = Optional.empty();
    private volatile boolean closed;

    // Written under this object's lock alone.
    private boolean interrupted;
    private boolean unproven;
    private Optional<Channel> incoming = Optional.empty();

    private final Dialer dialer;

    /** @param told where the options or the log say that it is reached; nowhere for a guest */
    Peer(MemberId id, List<InetSocketAddress> told, Context context) {
        this.id = id;
        this.told = told;
        this.context = context;
        this.loop = context.group().next();
        this.dialer = new Dialer(this, context, loop);
    }

    MemberId id() {
        return id;
    }

    boolean isClosed() {
        return closed;
    }

    /** Where the options or the log say that it is reached. */
    List<InetSocketAddress> told() {
        return told;
    }

    /** Whether nobody but the peer itself has told of it. */
    boolean isGuest() {
        return told.isEmpty();
    }

    /** Whether it was let in although it may be another member than it says: its storage is not remembered then. */
    synchronized boolean isUnproven() {
        return unproven;
    }

    /** Whether there is a connection on which the peer sends. */
    synchronized boolean isConnectedFrom() {
        return incoming.filter(Channel::isActive).isPresent();
    }

    PeerCounters counters() {
        return counters;
    }

    /**
     * What is told anew counts more than what the peer has said before, and by it the certificates are judged anew of the connections
     * that there are.
     */
    void setAddresses(List<InetSocketAddress> addresses) {
        if (addresses.equals(told)) {
            return;
        }
        introduced = List.of();
        told = addresses;
        if (context.tls().isPresent()) {
            synchronized (this) {
                incoming.filter(channel -> !isOfThisMember(channel)).ifPresent(Channel::close);
            }
            dialer.judgeAnew();
        }
    }

    /** Whether a certificate is this member's, as far as it is known where that is reached. */
    boolean isOfThisMember(Channel channel) {
        return isGuest()
                || context.tls()
                        .flatMap(tls -> tls.judge(channel, id, PeerAddress.hosts(told)))
                        .isEmpty();
    }

    /** It says itself where it is reached: it may have moved, and this member's log not yet have got that far. */
    void introduce(List<InetSocketAddress> addresses) {
        introduced = addresses;
    }

    /** Where it may be reached. */
    List<InetSocketAddress> addresses() {
        return Stream.concat(told.stream(), introduced.stream()).distinct().toList();
    }

    void send(PeerFrame frame) {
        int size = context.codec().size(frame);
        Optional<SendQueue> connection = queue;
        while (connection.isEmpty() || !connection.get().offer(frame, size)) {
            if (dropped(connection, size)) {
                return;
            }
            connection = queue;
        }
    }

    /** Counts a frame as lost and tells of it, unless there is another connection now, which should be tried. */
    private synchronized boolean dropped(Optional<SendQueue> tried, int size) {
        if (!queue.equals(tried)) {
            return false;
        }
        counters.framesDropped().increment();
        counters.bytesDropped().add(size);
        beginInterruption();
        return true;
    }

    void flush() {
        queue.ifPresent(SendQueue::flush);
    }

    /**
     * Frames go over this connection from now on.
     *
     * @return the queue of the one before, if there is one
     */
    synchronized Optional<SendQueue> sendBy(Channel channel) {
        long maxQueuedBytes = context.options().limits().maxQueuedBytes();
        Optional<SendQueue> before = queue;
        interrupted = false;
        queue = Optional.of(new SendQueue(channel, context.codec(), counters, maxQueuedBytes, this::endInterruption));
        return before;
    }

    /** There is no connection any more, over which frames could go. */
    synchronized void cutOff() {
        queue.ifPresent(SendQueue::close);
        queue = Optional.empty();
        beginInterruption();
    }

    private synchronized void beginInterruption() {
        if (!interrupted && !closed && !loop.isShuttingDown()) {
            interrupted = true;
            loop.execute(() -> {
                if (!closed) {
                    context.listener().unreachable(id);
                }
            });
        }
    }

    private synchronized void endInterruption() {
        interrupted = false;
    }

    /** As {@link Dialer#dialFirst}. */
    void dialFirst() {
        dialer.dialFirst();
    }

    /** As {@link Dialer#dialNow}. */
    void dialNow() {
        dialer.dialNow();
    }

    /** It was reached, and may be another member than it says. */
    synchronized void doubt() {
        unproven = true;
    }

    /**
     * Makes this the connection on which the peer sends; an older one is closed. False if the peer is gone, or reached elsewhere since
     * the connection was judged.
     *
     * @param proven whether it is certain which member is there
     */
    synchronized boolean accept(Channel channel, boolean proven) {
        if (closed || context.bars().isBarred(id) || !isOfThisMember(channel)) {
            return false;
        }
        unproven = !proven;
        incoming.ifPresent(this::endIncoming);
        incoming = Optional.of(channel);
        return true;
    }

    /** It has sent what it must not: nothing more is heard of it for a while. What another connection of it brings is not read ({@link FrameReader}). */
    synchronized void cutOffIncoming() {
        context.bars().bar(id);
        incoming.ifPresent(Channel::close);
    }

    /** Where connections have an age, the newer one is made while the older one is still in use. */
    private void endIncoming(Channel former) {
        if (context.tls().flatMap(PeerTls::maxConnectionAge).isPresent() && !loop.isShuttingDown()) {
            loop.schedule(() -> former.close(), FAREWELL_MILLIS, TimeUnit.MILLISECONDS);
        } else {
            former.close();
        }
    }

    /** Ends all, but what is sent now still gets its time to arrive. */
    void leave() {
        flush();
        if (!loop.isShuttingDown()) {
            loop.schedule(this::close, FAREWELL_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    /** Ends all; nothing is dialed any more. Completes later, unless the caller closes and awaits the channels. */
    void close() {
        synchronized (this) {
            closed = true;
            incoming.ifPresent(Channel::close);
        }
        queue.ifPresent(SendQueue::close);
        dialer.close();
    }
}
