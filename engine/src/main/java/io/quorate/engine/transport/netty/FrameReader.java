package io.quorate.engine.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.quorate.engine.detection.Detection;
import io.quorate.engine.detection.DetectionKind;
import io.quorate.engine.log.CorruptFrameException;
import io.quorate.engine.transport.FrameCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts what arrives on an accepted connection into frames and hands them to the listener. The bytes are copied once,
 * from Netty's buffer into an array that is the frame's own, in which entries then stay.
 *
 * <p>Never holds more than one frame of at most the codec's limit, and sets memory aside for it as it comes. Whoever sends more than a member does is read from more slowly, and
 * whoever repeats frames is not read from any more.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a write or close that fails closes the channel, which is noticed
final class FrameReader extends ChannelInboundHandlerAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(FrameReader.class);

    private final Peer from;
    private final Context context;
    private final FrameOrder order = new FrameOrder();
    private final FrameAllowance allowance;
    private final ByteBuffer length = ByteBuffer.allocate(FrameCodec.LENGTH_BYTES);
    private GrowingFrame frame = new GrowingFrame(0);
    private boolean broken;
    private long framesRead;

    FrameReader(Peer from, Context context) {
        this.from = from;
        this.context = context;
        this.allowance = new FrameAllowance(context.rate(), System.nanoTime());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) throws CorruptFrameException {
        ByteBuf in = (ByteBuf) message;
        if (context.bars().isBarred(from.id())) {
            // By a connection that was open before, and is about to be replaced.
            broken = true;
            in.release();
            ctx.close();
            return;
        }
        int bytes = in.readableBytes();
        framesRead = 0;
        try {
            while (in.isReadable() && !broken) {
                read(in);
            }
        } finally {
            in.release();
        }
        long pause = allowance.spend(framesRead, bytes, System.nanoTime());
        if (pause > 0 && !broken) {
            rest(ctx, pause);
        }
    }

    /** What more is sent waits in the buffers of the system, and then with the sender. */
    private void rest(ChannelHandlerContext ctx, long nanos) {
        if (ctx.channel().config().isAutoRead()) {
            ctx.channel().config().setAutoRead(false);
            ctx.executor().schedule(() -> ctx.channel().config().setAutoRead(true), nanos, TimeUnit.NANOSECONDS);
            detected(
                    DetectionKind.FLOOD,
                    "sends more than " + context.rate().frames() + " frames or "
                            + context.rate().bytes() + " bytes a second; it is read from more slowly");
        }
    }

    private void detected(DetectionKind kind, String what) {
        context.detections().detected(Detection.ofMember(kind, from.id(), what));
    }

    private void read(ByteBuf in) throws CorruptFrameException {
        if (length.hasRemaining()) {
            if (!GrowingFrame.take(in, length)) {
                return;
            }
            frame = begin(length.getInt(0));
        }
        if (frame.fill(in)) {
            length.clear();
            int size = frame.capacity();
            var decoded = context.codec().decode(frame.whole());
            from.counters().framesReceived().increment();
            from.counters().bytesReceived().add(size);
            framesRead++;
            Optional<String> repeated = order.judge(decoded);
            if (repeated.isPresent()) {
                detected(DetectionKind.REPLAYED_FRAME, repeated.get());
                broken = true;
                from.cutOffIncoming();
                return;
            }
            context.listener().received(from.id(), decoded);
        }
    }

    private GrowingFrame begin(int following) throws CorruptFrameException {
        int most = context.codec().maxFrameBytes() - FrameCodec.LENGTH_BYTES;
        if (following < FrameCodec.HEADER_BYTES - FrameCodec.LENGTH_BYTES || following > most) {
            throw new CorruptFrameException(
                    "a frame claims " + Integer.toUnsignedString(following) + " bytes, the limit is " + most);
        }
        return new GrowingFrame(following);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        broken = true;
        if (cause instanceof CorruptFrameException) {
            detected(DetectionKind.GARBAGE, "has sent a damaged frame: " + cause.getMessage());
            context.garbage()
                    .line("member " + context.self() + " disconnected member " + from.id() + " at "
                            + ctx.channel().remoteAddress() + ", which sent a damaged frame: " + cause.getMessage());
        } else if (cause instanceof IOException) {
            LOG.debug("the connection from member {} broke: {}", from.id(), cause.getMessage());
        } else {
            LOG.error("a frame from member {} could not be handled; disconnecting it", from.id(), cause);
        }
        ctx.close();
    }
}
