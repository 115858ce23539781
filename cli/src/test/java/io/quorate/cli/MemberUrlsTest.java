package io.quorate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.quorate.engine.tls.TlsParty;
import java.net.URI;
import org.junit.jupiter.api.Test;

class MemberUrlsTest {

    /** Passwords would go there in plain text. */
    @Test
    void anEndpointWhoseSchemeIsInCapitalsIsSpokenToOverTls() {
        URI endpoint = MemberUrls.parseList("--endpoints", "HTTPS://127.0.0.1:2379", "http")
                .getFirst();
        assertThat(TlsParty.isFor(endpoint)).isTrue();
    }
}
