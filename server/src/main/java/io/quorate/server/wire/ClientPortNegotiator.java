package io.quorate.server.wire;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.channel.ChannelHandler;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.Optional;

/** Lets gRPC and HTTP/1.1 share a port: each new connection gets a {@link ProtocolDetector} first, over
 * TLS or not. */
final class ClientPortNegotiator implements InternalProtocolNegotiator.ProtocolNegotiator {

    private final InternalProtocolNegotiator.ProtocolNegotiator plaintext =
            InternalProtocolNegotiators.serverPlaintext();
    private final HttpConnections httpConnections;
    private final Duration prefaceTimeout;
    private final Optional<ClientTls> tls;

    /** @param tls how connections are encrypted; empty for plain text */
    ClientPortNegotiator(HttpConnections httpConnections, Duration prefaceTimeout, Optional<ClientTls> tls) {
        this.httpConnections = httpConnections;
        this.prefaceTimeout = prefaceTimeout;
        this.tls = tls;
    }

    Optional<Duration> maxConnectionAge() {
        return tls.flatMap(ClientTls::maxConnectionAge);
    }

    @Override
    public AsciiString scheme() {
        return plaintext.scheme();
    }

    @Override
    public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpcHandler) {
        return new ProtocolDetector(
                () -> plaintext.newHandler(grpcHandler),
                grpcHandler::notifyUnused,
                httpConnections,
                prefaceTimeout,
                tls);
    }

    @Override
    public void close() {
        plaintext.close();
    }
}
