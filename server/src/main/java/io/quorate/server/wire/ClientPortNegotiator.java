package io.quorate.server.wire;

import io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.InternalProtocolNegotiators;
import io.netty.channel.ChannelHandler;
import io.netty.util.AsciiString;
import java.time.Duration;

/** Lets gRPC and HTTP/1.1 share a port: each new connection gets a {@link ProtocolDetector} first. */
final class ClientPortNegotiator implements InternalProtocolNegotiator.ProtocolNegotiator {

    private final InternalProtocolNegotiator.ProtocolNegotiator plaintext =
            InternalProtocolNegotiators.serverPlaintext();
    private final HttpConnections httpConnections;
    private final Duration prefaceTimeout;

    ClientPortNegotiator(HttpConnections httpConnections, Duration prefaceTimeout) {
        this.httpConnections = httpConnections;
        this.prefaceTimeout = prefaceTimeout;
    }

    @Override
    public AsciiString scheme() {
        return plaintext.scheme();
    }

    @Override
    public ChannelHandler newHandler(GrpcHttp2ConnectionHandler grpcHandler) {
        return new ProtocolDetector(
                () -> plaintext.newHandler(grpcHandler), grpcHandler::notifyUnused, httpConnections, prefaceTimeout);
    }

    @Override
    public void close() {
        plaintext.close();
    }
}
