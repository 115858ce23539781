package io.quorate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.server.auth.ClientAddress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** No more connections than there may be, of all clients and of one address. */
@Timeout(60)
class OpenConnectionsTest {

    private static ClientAddress address(String text) throws IOException {
        return ClientAddress.of(InetAddress.getByName(text));
    }

    @Test
    void eachAddressHasItsOwnAndAllTogetherHaveABound() throws Exception {
        OpenConnections open = new OpenConnections(5, 2);

        assertThat(open.take(address("10.0.0.1"))).isEmpty();
        assertThat(open.take(address("10.0.0.1"))).isEmpty();
        assertThat(open.take(address("10.0.0.1"))).hasValue(Limit.CONNECTIONS_OF_ADDRESS);
        assertThat(open.take(address("2001:db8::1"))).isEmpty();
        assertThat(open.take(address("2001:db8::ffff"))).isEmpty();
        assertThat(open.take(address("2001:db8::2"))).hasValue(Limit.CONNECTIONS_OF_ADDRESS);
        assertThat(open.take(address("10.0.0.2"))).isEmpty();
        assertThat(open.take(address("10.0.0.2"))).hasValue(Limit.CONNECTIONS);

        open.giveBack(address("10.0.0.1"));
        assertThat(open.take(address("10.0.0.2"))).isEmpty();
        assertThat(open.count()).isEqualTo(5);
    }

    /** Through the real port: who is let in is served, who is not is closed at once, and room that is free again is used. */
    @Test
    void whoeverIsOneTooManyIsClosedAtOnce() throws Exception {
        ConcurrentLinkedQueue<Limit> told = new ConcurrentLinkedQueue<>();
        try (EventLoops eventLoops = EventLoops.open(1);
                ClientListener listener = listen(eventLoops, told)) {
            try (Socket first = connect(listener);
                    Socket second = connect(listener)) {
                assertServed(first);
                assertServed(second);
                try (Socket third = connect(listener)) {
                    assertThat(third.getInputStream().read()).isEqualTo(-1);
                }
                assertThat(told).containsExactly(Limit.CONNECTIONS_OF_ADDRESS);
                assertServed(first);
            }
            boolean served = false;
            while (!served) {
                // That the others are closed is noticed a little later.
                try (Socket next = connect(listener)) {
                    served = isServed(next);
                }
            }
        }
    }

    private static ClientListener listen(EventLoops eventLoops, ConcurrentLinkedQueue<Limit> told) throws IOException {
        return ClientListener.start(
                List.of(new ListenUrl("127.0.0.1", 0)),
                eventLoops,
                PortLimits.withConnections(100, 2),
                Optional.empty(),
                (limit, what) -> told.add(limit),
                List.of(),
                () -> List.of(new HttpPages((excluded, serializable) -> true)));
    }

    private static Socket connect(ClientListener listener) throws IOException {
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(),
                listener.addresses().getFirst().getPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static void assertServed(Socket socket) throws IOException {
        assertThat(isServed(socket)).isTrue();
    }

    /** Whether an answer comes; it is read whole. */
    private static boolean isServed(Socket socket) {
        try {
            socket.getOutputStream()
                    .write("GET /health HTTP/1.1\r\nhost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            int last;
            do {
                last = socket.getInputStream().read();
            } while (last != '}' && last != -1);
            return last == '}';
        } catch (IOException closed) {
            return false;
        }
    }
}
