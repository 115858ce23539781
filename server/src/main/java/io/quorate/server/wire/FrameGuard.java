package io.quorate.server.wire;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.handler.codec.http2.Http2CodecUtil;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2FrameTypes;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.Future;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Cuts off a connection of HTTP/2 that floods the member with frames which cost nothing to send, begins something and does not go on with it,
 * or takes nothing of what waits for it; of one that would take more, the calls alone whose answers it leaves.
 *
 * <p>It stands before the codec and changes nothing that passes. Progress is looked for once in each period, so whoever makes none is cut off
 * after one to two of them. Whoever is cut off is told so by GOAWAY with ENHANCE_YOUR_CALM; what it sends meanwhile is not read.
 */
@SuppressWarnings("FutureReturnValueIgnored") // There is nothing left to do if closing fails.
final class FrameGuard extends ChannelInboundHandlerAdapter {

    /** How long a client that is cut off may take to read why. */
    private static final long LINGER_MILLIS = 500;

    /** All calls may have been carried out: none of them is to be tried again without being asked for. */
    private static final int ANY_STREAM = Integer.MAX_VALUE;

    /**
     * How far the client had come.
     *
     * @param owes whether something had begun that it must go on with, as with the preface
     * @param begun what had begun last
     * @param waiting the streams whose answers waited for it to take what it was sent
     * @param taken how often it had said that it took something
     */
    private record Progress(boolean owes, long begun, Set<Integer> waiting, long taken) {

        /** The streams that waited then, and wait now, without that anything was taken in between. */
        Set<Integer> stalledAt(Progress now) {
            if (taken != now.taken) {
                return Set.of();
            }
            Set<Integer> stalled = new HashSet<>(waiting);
            stalled.retainAll(now.waiting);
            return stalled;
        }
    }

    private final FrameScanner scanner =
            new FrameScanner(Http2CodecUtil.connectionPrefaceBuf().readableBytes());
    private final FrameBudgets budgets = new FrameBudgets(System.nanoTime());
    private final Duration period;
    private final LimitListener limits;
    private Optional<FrameBudgets.Kind> tooMany = Optional.empty();
    private long windowUpdates;
    private boolean over;
    private boolean putOff;
    private Progress before = new Progress(true, 0, Set.of(), 0);
    private @Nullable Future<?> clock;

    /** @param period in which there must be progress */
    FrameGuard(Duration period, LimitListener limits) {
        this.period = period;
        this.limits = limits;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        clock = ctx.executor()
                .scheduleAtFixedRate(() -> look(ctx), period.toNanos(), period.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        if (clock != null) {
            clock.cancel(false);
            clock = null;
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws Exception {
        if (over) {
            ReferenceCountUtil.release(message);
            return;
        }
        if (message instanceof ByteBuf bytes) {
            long now = System.nanoTime();
            scanner.scan(bytes, (type, flags, length) -> count(type, flags, length, now));
            if (tooMany.isPresent()) {
                ReferenceCountUtil.release(message);
                end(ctx, Limit.FRAMES, "too many frames of the sort " + tooMany.get());
                return;
            }
        }
        super.channelRead(ctx, message);
    }

    /** Handlers behind would ask for more to be read. */
    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
        if (!over) {
            super.channelReadComplete(ctx);
        }
    }

    private void count(int type, int flags, int length, long now) {
        if (type == Http2FrameTypes.WINDOW_UPDATE) {
            windowUpdates++;
        }
        if (tooMany.isEmpty()) {
            tooMany = budgets.spend(type, flags, length, now);
        }
    }

    private void look(ChannelHandlerContext ctx) {
        if (over) {
            return;
        }
        boolean owes = scanner.owesMore() || scanner.begun() == 0;
        Progress now = new Progress(owes, scanner.begun(), waiting(ctx), windowUpdates);
        Set<Integer> stalled = before.stalledAt(now);
        if (before.owes && now.owes && before.begun == now.begun) {
            end(ctx, Limit.SLOW_REQUEST, "what was begun did not come whole in time");
        } else if (!stalled.isEmpty()) {
            endStalled(ctx, stalled, owes);
        } else {
            putOff = false;
        }
        before = now;
    }

    /** Calls can be ended between two frames of the client alone: whoever is in the middle of one has another period, and not a third. */
    private void endStalled(ChannelHandlerContext ctx, Set<Integer> streams, boolean inFrame) {
        if (!takesMore(ctx) || (inFrame && putOff)) {
            end(ctx, Limit.STALLED_READER, "nothing was taken of what waits");
        } else if (inFrame) {
            putOff = true;
        } else {
            putOff = false;
            endStreams(ctx, streams);
        }
    }

    /** Whether the connection as a whole would take more, so that its other calls can go on. */
    private static boolean takesMore(ChannelHandlerContext ctx) {
        Http2ConnectionHandler codec = ctx.pipeline().get(Http2ConnectionHandler.class);
        return codec != null
                && codec.encoder()
                                .flowController()
                                .windowSize(codec.connection().connectionStream())
                        > 0;
    }

    /**
     * Ends calls as if the client had reset them, since gRPC lets go of all that belongs to one only then; and tells the client, with the code by which it knows
     * that it may begin a watch anew.
     */
    private void endStreams(ChannelHandlerContext ctx, Set<Integer> streams) {
        limits.exceeded(
                Limit.STALLED_READER,
                "ended " + streams.size() + " calls of " + ctx.channel().remoteAddress()
                        + ": nothing was taken of what waits");
        for (int stream : streams) {
            // First, for the codec may reset the stream too, whose answer cannot be sent any more.
            ctx.write(reset(ctx, stream, Http2Error.INTERNAL_ERROR));
            ctx.fireChannelRead(reset(ctx, stream, Http2Error.CANCEL));
        }
        ctx.fireChannelReadComplete();
        ctx.flush();
    }

    private static ByteBuf reset(ChannelHandlerContext ctx, int stream, Http2Error why) {
        ByteBuf frame = ctx.alloc().buffer(Http2CodecUtil.FRAME_HEADER_LENGTH + Integer.BYTES);
        Http2CodecUtil.writeFrameHeader(frame, Integer.BYTES, Http2FrameTypes.RST_STREAM, new Http2Flags(), stream);
        return frame.writeInt((int) why.code());
    }

    /**
     * The streams on which something waits for the client to say that it has taken what it was sent. What the operating system does not take is no
     * such thing: {@link StalledClientCloser} looks at that.
     */
    private static Set<Integer> waiting(ChannelHandlerContext ctx) {
        Http2ConnectionHandler codec = ctx.pipeline().get(Http2ConnectionHandler.class);
        ChannelOutboundBuffer buffer = ctx.channel().unsafe().outboundBuffer();
        if (codec == null || buffer == null || buffer.totalPendingWriteBytes() > 0) {
            return Set.of();
        }
        Http2RemoteFlowController flow = codec.encoder().flowController();
        Set<Integer> waiting = new HashSet<>();
        try {
            codec.connection().forEachActiveStream(stream -> {
                if (flow.hasFlowControlled(stream)) {
                    waiting.add(stream.id());
                }
                return true;
            });
            return waiting;
        } catch (Http2Exception e) {
            throw new IllegalStateException("looking changes nothing, and cannot fail", e);
        }
    }

    private void end(ChannelHandlerContext ctx, Limit limit, String why) {
        over = true;
        ctx.channel().config().setAutoRead(false);
        limits.exceeded(limit, "cut off " + ctx.channel().remoteAddress() + ": " + why);
        ctx.writeAndFlush(goAway(ctx, why));
        ctx.executor().schedule(() -> ctx.close(), LINGER_MILLIS, TimeUnit.MILLISECONDS);
    }

    private static ByteBuf goAway(ChannelHandlerContext ctx, String why) {
        byte[] text = why.getBytes(StandardCharsets.US_ASCII);
        int length = Integer.BYTES + Integer.BYTES + text.length;
        ByteBuf frame = ctx.alloc().buffer(Http2CodecUtil.FRAME_HEADER_LENGTH + length);
        Http2CodecUtil.writeFrameHeader(frame, length, Http2FrameTypes.GO_AWAY, new Http2Flags(), 0);
        frame.writeInt(ANY_STREAM);
        frame.writeInt((int) Http2Error.ENHANCE_YOUR_CALM.code());
        return frame.writeBytes(text);
    }
}
