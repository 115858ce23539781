package io.quorate.engine.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.log.ConfigurationCodec;
import io.quorate.engine.log.CorruptFrameException;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;

/** Asks at a peer port which cluster is there, and who its members are: for one that is about to join. */
public final class PeerInquiry {

    private static final int MAX_CONFIGURATION_BYTES = 1 << 20;

    /**
     * What was answered.
     *
     * @param answeredBy the member that listens there
     * @param members the latest configuration in its log; it may lag behind, or be rolled back
     */
    public record Report(long clusterId, MemberId answeredBy, Configuration members) {}

    private PeerInquiry() {}

    /**
     * Asks, and blocks until there is an answer.
     *
     * @param timeout to connect, and then for each part of the answer
     * @throws IOException if there is no answer, or none that this release understands
     */
    public static Report ask(InetSocketAddress address, Duration timeout) throws IOException {
        InetSocketAddress resolved =
                address.isUnresolved() ? new InetSocketAddress(address.getHostString(), address.getPort()) : address;
        int millis = Math.toIntExact(timeout.toMillis());
        try (Socket socket = new Socket()) {
            socket.connect(resolved, millis);
            socket.setSoTimeout(millis);
            ByteBuf hello = Unpooled.buffer(Handshake.HELLO_BYTES);
            new Handshake.Hello(Handshake.VERSION, 0, 0, 0).write(hello);
            socket.getOutputStream().write(hello.array(), 0, hello.readableBytes());
            return read(new DataInputStream(socket.getInputStream()));
        }
    }

    private static Report read(DataInputStream in) throws IOException {
        byte[] bytes = new byte[Handshake.ANSWER_BYTES];
        in.readFully(bytes);
        ByteBuf begin = Unpooled.wrappedBuffer(bytes);
        if (begin.readLong() != Handshake.MAGIC) {
            throw new IOException("what listens there is no member");
        }
        Handshake.Answer answer = Handshake.Answer.read(begin);
        if (!answer.isAccepted() || answer.member() == 0) {
            throw new IOException("the member there refuses to answer: " + answer.reason());
        }
        int length = in.readInt();
        if (length < 0 || length > MAX_CONFIGURATION_BYTES) {
            throw new IOException("the member there answers with " + length + " bytes");
        }
        byte[] configuration = new byte[length];
        in.readFully(configuration);
        try {
            return new Report(
                    answer.clusterId(),
                    new MemberId(answer.member()),
                    ConfigurationCodec.decode(ByteBuffer.wrap(configuration)));
        } catch (CorruptFrameException e) {
            throw new IOException("the member there answers what this release does not understand", e);
        }
    }
}
