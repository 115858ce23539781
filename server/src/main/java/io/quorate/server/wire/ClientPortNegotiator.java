package io.quorate.server.wire;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.channel.ChannelHandler;
import io.netty.util.AsciiString;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Lets gRPC and HTTP/1.1 share a port: each new connection gets a {@link ConnectionGate} first, and then a {@link ProtocolDetector}, over
 * TLS or not.
 */
final class ClientPortNegotiator implements InternalProtocolNegotiator.ProtocolNegotiator {

    private final InternalProtocolNegotiator.ProtocolNegotiator plaintext =
            InternalProtocolNegotiators.serverPlaintext();
    private final HttpConnections httpConnections;
    private final ClientListenerOptions options;
    private final OpenConnections open;
    private final LimitListener limits;
    private final Optional<ClientTls> tls;

    /**
     * @param open the connections of all ports together
     * @param tls how connections are encrypted; empty for plain text
     */
    ClientPortNegotiator(
            HttpConnections httpConnections,
            ClientListenerOptions options,
            OpenConnections open,
            LimitListener limits,
            Optional<ClientTls> tls) {
        this.httpConnections = httpConnections;
        this.options = options;
        this.open = open;
        this.limits = limits;
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
                this::guards,
                grpcHandler::notifyUnused,
                httpConnections,
                new ConnectionGate(open, limits),
                options.prefaceTimeout(),
                tls);
    }

    /** What stands between the wire and gRPC's codec. */
    private List<ChannelHandler> guards() {
        return List.of(
                new FrameGuard(options.stallTimeout(), limits),
                new StalledClientCloser(options.stallTimeout(), limits));
    }

    @Override
    public void close() {
        plaintext.close();
    }
}
