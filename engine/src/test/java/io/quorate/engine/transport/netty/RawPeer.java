package io.quorate.engine.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.quorate.engine.tls.TlsParty;
import io.quorate.engine.transport.StorageIds;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;

/** One end of a connection to a network under test, of which every byte is in the test's hand. */
final class RawPeer implements AutoCloseable {

    private final Socket socket;

    private RawPeer(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(20_000);
    }

    /** What a member says of which nobody has heard before; its storage follows from its id. */
    static Handshake.Hello hello(long from, long to, String... addresses) {
        return new Handshake.Hello(
                Handshake.VERSION,
                NettyFixture.CLUSTER,
                from,
                to,
                List.of(addresses),
                storageOf(from),
                StorageIds.UNKNOWN);
    }

    static long storageOf(long member) {
        return 1_000 + member;
    }

    static RawPeer connect(InetSocketAddress address) throws IOException {
        return new RawPeer(new Socket(address.getAddress(), address.getPort()));
    }

    /** Over TLS; blocks until the handshake is over. */
    static RawPeer connect(InetSocketAddress address, TlsParty tls) throws IOException {
        Socket plain = new Socket(address.getAddress(), address.getPort());
        plain.setSoTimeout(20_000);
        return new RawPeer(tls.dial(plain, "127.0.0.1", address.getPort()));
    }

    static RawPeer accept(ServerSocket server) throws IOException {
        return new RawPeer(server.accept());
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    void send(Handshake.Hello hello) throws IOException {
        ByteBuf out = Unpooled.buffer(Handshake.HELLO_BYTES);
        hello.write(out);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        send(bytes);
    }

    void send(Handshake.Answer answer) throws IOException {
        ByteBuf out = Unpooled.buffer(Handshake.ACCEPTANCE_BYTES);
        answer.write(out);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        send(bytes);
    }

    Handshake.Answer readAnswer() throws IOException {
        ByteBuf refusal = read(Handshake.REFUSAL_BYTES);
        int length = Handshake.Answer.length(refusal);
        ByteBuf answer = Unpooled.wrappedBuffer(refusal, read(length - Handshake.REFUSAL_BYTES));
        return Handshake.Answer.read(answer.skipBytes(Long.BYTES));
    }

    /** Reads a hello without addresses. */
    Handshake.Hello readHello() throws IOException {
        return Handshake.Hello.read(read(Handshake.HELLO_BYTES).skipBytes(Long.BYTES));
    }

    ByteBuf read(int bytes) throws IOException {
        byte[] read = new byte[bytes];
        new DataInputStream(socket.getInputStream()).readFully(read);
        return Unpooled.wrappedBuffer(read);
    }

    /** Reads what there is; the answer is how many bytes, below 0 at the end. */
    int readSome() throws IOException {
        return socket.getInputStream().read(new byte[8192]);
    }

    /** Waits until the other side has closed the connection, without having said anything more. */
    boolean isClosedByOtherSide() throws IOException {
        try {
            return socket.getInputStream().read() == -1;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
