package io.quorate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Requests that begin and are not finished end in the order in which they began, once there is too much of them. */
@Timeout(60)
class UnfinishedRequestsTest {

    private static final int LIMIT = 1 << 20;
    private static final int PIECE = 100_000;

    private final List<String> ended = new ArrayList<>();
    private final UnfinishedRequests requests = new UnfinishedRequests(LIMIT);

    private UnfinishedRequests.Request begin(String name) {
        return requests.begin(() -> ended.add(name));
    }

    @Test
    void theFirstEndAndNoMoreThanHaveTo() {
        for (int i = 0; i < 13; i++) {
            begin("request " + i).arrived(PIECE);
        }

        assertThat(ended).containsExactly("request 0", "request 1", "request 2");
        assertThat(requests.heldBytes()).isBetween(10L * PIECE, (long) LIMIT);
    }

    @Test
    void whatIsWholeIsNotEndedAndWhatIsEndedNeverGetsWhole() {
        UnfinishedRequests.Request whole = begin("whole");
        whole.arrived(PIECE);
        assertThat(whole.finished()).isTrue();
        UnfinishedRequests.Request late = begin("late");
        late.arrived(PIECE);
        begin("large").arrived(LIMIT - PIECE / 2);

        assertThat(ended).containsExactly("late");
        assertThat(late.isEnded()).isTrue();
        assertThat(late.finished()).isFalse();
        assertThat(whole.isEnded()).isFalse();
    }

    /** Or whoever begins many of them would end what others send. */
    @Test
    void smallOnesDoNotCount() {
        for (int i = 0; i < 10_000; i++) {
            begin("small " + i).arrived(500);
        }
        begin("large").arrived(PIECE);

        assertThat(ended).isEmpty();
        assertThat(requests.heldBytes()).isBetween((long) PIECE, PIECE + 1000L);
    }

    @Test
    void whatIsWholeOrHasEndedCountsNoLonger() {
        UnfinishedRequests.Request stream = begin("a stream");
        for (int i = 0; i < 100; i++) {
            stream.arrived(PIECE);
            stream.finished();
            UnfinishedRequests.Request gone = begin("one that goes");
            gone.arrived(PIECE);
            gone.close();
            gone.arrived(PIECE);
        }

        assertThat(ended).isEmpty();
        assertThat(requests.heldBytes()).isZero();
    }

    @Test
    void aBodyThatBeganFirstIsRefusedAndOneThatBeganLastIsTaken() throws Exception {
        try (EventLoops eventLoops = EventLoops.open(1);
                ClientListener listener = listen(eventLoops);
                Socket first = begin(listener, 600_000, 1_000_000);
                Socket second = begin(listener, 300_000, 500_000);
                Socket third = begin(listener, 300_000, 500_000)) {
            assertThat(first.getInputStream().readAllBytes())
                    .asString(StandardCharsets.US_ASCII)
                    .startsWith("HTTP/1.1 429 ")
                    .contains("when less does");
            for (Socket socket : List.of(second, third)) {
                socket.getOutputStream().write(new byte[200_000]);
                byte[] answer = socket.getInputStream().readNBytes(13);
                assertThat(new String(answer, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 405 ");
            }
        }
    }

    private static ClientListener listen(EventLoops eventLoops) throws IOException {
        return ClientListener.start(
                List.of(new ListenUrl("127.0.0.1", 0)),
                eventLoops,
                PortLimits.withMaxUnfinishedBytes(LIMIT),
                List.of(),
                () -> List.of(new HttpPages((excluded, serializable) -> true)));
    }

    /** Sends so many of a body's bytes. */
    private static Socket begin(ClientListener listener, int bytes, int ofBytes) throws IOException {
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(),
                listener.addresses().getFirst().getPort());
        socket.setSoTimeout(20_000);
        socket.getOutputStream()
                .write(("POST /health HTTP/1.1\r\nhost: x\r\ncontent-length: " + ofBytes + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        socket.getOutputStream().write(new byte[bytes]);
        return socket;
    }
}
