package io.quorate.engine.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** One end of a connection to a network under test, of which every byte is in the test's hand. */
final class RawPeer implements AutoCloseable {

    private final Socket socket;

    private RawPeer(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(20_000);
    }

    static RawPeer connect(InetSocketAddress address) throws IOException {
        return new RawPeer(new Socket(address.getAddress(), address.getPort()));
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
        ByteBuf out = Unpooled.buffer(Handshake.ANSWER_BYTES);
        answer.write(out);
        send(out.array());
    }

    Handshake.Answer readAnswer() throws IOException {
        return Handshake.Answer.read(read(Handshake.ANSWER_BYTES).skipBytes(Long.BYTES));
    }

    Handshake.Hello readHello() throws IOException {
        return Handshake.Hello.read(read(Handshake.HELLO_BYTES).skipBytes(Long.BYTES));
    }

    ByteBuf read(int bytes) throws IOException {
        byte[] read = new byte[bytes];
        new DataInputStream(socket.getInputStream()).readFully(read);
        return Unpooled.wrappedBuffer(read);
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
