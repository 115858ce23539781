package io.quorate.server.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenUrlTest {

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:2379, 127.0.0.1, 2379",
        "127.0.0.1:2379,        127.0.0.1, 2379",
        "HTTP://localhost:0/,   localhost, 0",
        "http://[::1]:2379,     ::1,       2379",
        "[::]:65535,            ::,        65535",
        "http://:2379,          '',        2379",
        "my_host:2379,          my_host,   2379",
    })
    void aUrlIsAHostAndAPortWithOrWithoutItsScheme(String text, String host, int port) {
        assertThat(ListenUrl.parse(text)).isEqualTo(new ListenUrl(host, port));
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1,            the port is missing",
        "[::1],                       the port is missing",
        "'',                          the port is missing",
        "http://127.0.0.1:,           the port is not a number",
        "127.0.0.1:port,              the port is not a number",
        "127.0.0.1:65536,             the port is not a number",
        "127.0.0.1:-1,                the port is not a number",
        "http://127.0.0.1:2379/v3,    only a host and a port",
        "http://me@127.0.0.1:2379,    only a host and a port",
        "::1:2379,                    an IPv6 address needs brackets",
        "unix://client.sock,          the scheme is neither http nor https",
        "ftp://127.0.0.1:2379,        the scheme is neither http nor https",
    })
    void aUrlThatCannotBeListenedOnIsRefusedWithTheReason(String text, String reason) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ListenUrl.parse(text))
                .withMessageStartingWith("Cannot listen on \"" + text + "\": " + reason)
                .withMessageEndingWith("; write it as http://host:port.");
    }

    @Test
    void httpsMeansTls() {
        assertThat(ListenUrl.parse("HTTPS://127.0.0.1:2379"))
                .isEqualTo(new ListenUrl("127.0.0.1", 2379, true))
                .hasToString("https://127.0.0.1:2379");
    }

    @Test
    void aListKeepsItsOrder() {
        assertThat(ListenUrl.parseList("http://127.0.0.1:2, 127.0.0.1:1"))
                .containsExactly(new ListenUrl("127.0.0.1", 2), new ListenUrl("127.0.0.1", 1));
    }

    @Test
    void aUrlIsShownInTheFormThatClientsUse() {
        assertThat(ListenUrl.parse("127.0.0.1:2379")).hasToString("http://127.0.0.1:2379");
        assertThat(ListenUrl.parse("[::1]:2379")).hasToString("http://[::1]:2379");
    }

    @Test
    void aHostThatNobodyKnowsIsNamed() {
        assertThatThrownBy(() -> ListenUrl.parse("no-such-host.invalid:2379").resolve())
                .isInstanceOf(UnknownHostException.class)
                .hasMessage("Cannot listen on http://no-such-host.invalid:2379: the host name is not known;"
                        + " give an address of this machine.");
    }
}
