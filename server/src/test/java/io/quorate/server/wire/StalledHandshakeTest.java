package io.quorate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.engine.tls.TlsFiles;
import io.quorate.engine.tls.TlsParty;
import io.quorate.engine.tls.TlsRefusals;
import io.quorate.engine.tls.TlsSettings;
import io.quorate.testing.TestAuthority;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that opens a connection over TLS, and does not go on. */
class StalledHandshakeTest {

    private static final Duration TIMEOUT = Duration.ofMillis(50);
    private static final int SOCKET_TIMEOUT_MILLIS = 20_000;

    private final TestAuthority authority = TestAuthority.named("CA");

    @TempDir
    private Path folder = Path.of("");

    private ClientListener listen(EventLoops eventLoops) throws IOException {
        TlsSettings settings =
                TlsSettings.mutual("the client port", files("server")).withHttp();
        ClientTls tls =
                new ClientTls(TlsParty.open(settings), new TlsRefusals(line -> {}, line -> {}), Optional.empty());
        return ClientListener.start(
                List.of(new ListenUrl("127.0.0.1", 0, true)),
                eventLoops,
                PortLimits.withTimeouts(TIMEOUT, Duration.ofSeconds(75)),
                Optional.of(tls),
                LimitListener.NONE,
                List.of(),
                List::of);
    }

    private TlsFiles files(String name) throws IOException {
        Files.writeString(folder.resolve("ca.crt"), authority.pem());
        authority.issue(name, "localhost").writeTo(folder, name);
        return TlsFiles.of(folder.resolve(name + ".crt"), folder.resolve(name + ".key"), folder.resolve("ca.crt"));
    }

    private static Socket connect(ClientListener listener) throws IOException {
        Socket socket = new Socket(
                InetAddress.getLoopbackAddress(),
                listener.addresses().getFirst().getPort());
        socket.setSoTimeout(SOCKET_TIMEOUT_MILLIS);
        return socket;
    }

    @Test
    void isCutOff() throws Exception {
        try (EventLoops eventLoops = EventLoops.open(1);
                ClientListener listener = listen(eventLoops)) {
            // The first has said nothing, the second has begun to say something, as TLS's records begin.
            for (byte[] said : new byte[][] {{}, {0x16, 0x03, 0x01, 0x00}}) {
                try (Socket stalled = connect(listener)) {
                    stalled.getOutputStream().write(said);
                    // It ends when the other side closes.
                    assertThat(stalled.getInputStream().readAllBytes()).hasSizeLessThan(100);
                }
            }
        }
    }
}
