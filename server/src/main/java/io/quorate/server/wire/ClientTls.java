package io.quorate.server.wire;

import io.quorate.engine.tls.TlsParty;
import io.quorate.engine.tls.TlsRefusals;
import java.time.Duration;
import java.util.Optional;

/**
 * How the connections of clients are encrypted.
 *
 * @param party what the port shows, and whom it believes
 * @param refusals where refused connections are told of
 * @param maxConnectionAge after which a client is asked to connect anew; empty for never
 */
public record ClientTls(TlsParty party, TlsRefusals refusals, Optional<Duration> maxConnectionAge) {}
