package io.quorate.engine.transport.netty;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeerAddressTest {

    @ParameterizedTest
    @CsvSource({
        "host:1, host, 1",
        "http://10.0.0.1:2380, 10.0.0.1, 2380",
        "[::1]:65535, ::1, 65535",
        "http://[fe80::2]:7, fe80::2, 7"
    })
    void aHostAndAPortAreAnAddressWithOrWithoutAScheme(String text, String host, int port) {
        assertThat(PeerAddress.parse(text)).contains(InetSocketAddress.createUnresolved(host, port));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "host", "host:0", "host:65536", "http://host", "a b:1", "unix:///socket", ":1"})
    void nothingElseIs(String text) {
        assertThat(PeerAddress.parse(text)).isEmpty();
    }
}
