package io.quorate.engine.transport.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.tls.MemberBinding;
import io.quorate.engine.tls.TlsFailure;
import io.quorate.engine.tls.TlsParty;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;

/**
 * Asks at a peer port which cluster is there, who its members are, and what is remembered of their storages: for one that is about to
 * join, or that has no data.
 */
public final class PeerInquiry {

    private static final int MAX_ANSWER_BYTES = 1 << 20;

    /**
     * What was answered.
     *
     * @param answeredBy the member that listens there
     * @param members the latest configuration in its log; it may lag behind, or be rolled back
     * @param admitted whether the member takes part; one that has no data yet may still be finding out whether it may
     * @param alone whether it was never connected with another member
     * @param storages what it remembers of the others' storages, of some of them {@link
     *     io.quorate.engine.transport.StorageIds#UNKNOWN}
     * @param clientUrls where it serves clients
     */
    public record Report(
            long clusterId,
            MemberId answeredBy,
            Configuration members,
            boolean admitted,
            boolean alone,
            Map<MemberId, Long> storages,
            List<String> clientUrls) {

        public Report {
            storages = Map.copyOf(storages);
            clientUrls = List.copyOf(clientUrls);
        }
    }

    private PeerInquiry() {}

    /**
     * Asks, and blocks until there is an answer.
     *
     * @param timeout to connect, and then for each part of the answer
     * @throws IOException if there is no answer, or none that this release understands
     */
    public static Report ask(InetSocketAddress address, Duration timeout) throws IOException {
        return ask(address, timeout, Optional.empty(), member -> Set.of());
    }

    /**
     * As {@link #ask(InetSocketAddress, Duration)}, over TLS if there is a party to do so. Then the certificate of whoever answers must
     * be that of the member that it says it is: one that names no member, of one of the hosts where that is known to be.
     *
     * @param hosts where the asker knows a member to be; none if it does not know the member, of which the certificate covers the host
     *     that is dialed then, and no more
     * @throws IOException also if one side refuses the other's certificate
     */
    public static Report ask(
            InetSocketAddress address, Duration timeout, Optional<TlsParty> tls, Function<MemberId, Set<String>> hosts)
            throws IOException {
        InetSocketAddress resolved =
                address.isUnresolved() ? new InetSocketAddress(address.getHostString(), address.getPort()) : address;
        int millis = Math.toIntExact(timeout.toMillis());
        try (Socket socket = new Socket()) {
            socket.connect(resolved, millis);
            socket.setSoTimeout(millis);
            return tls.isPresent() ? askOverTls(socket, address, tls.get(), hosts) : ask(socket);
        }
    }

    private static Report askOverTls(
            Socket connected, InetSocketAddress address, TlsParty tls, Function<MemberId, Set<String>> hosts)
            throws IOException {
        try (SSLSocket socket = (SSLSocket) tls.dial(connected, address.getHostString(), address.getPort())) {
            Report report = ask(socket);
            if (tls.settings().admittance().required()) {
                requireThatOf(report.answeredBy(), socket, hosts);
            }
            return report;
        } catch (SSLException e) {
            throw new IOException(TlsFailure.of(e).sentence(), e);
        }
    }

    /** No member answers for another one. */
    private static void requireThatOf(MemberId member, SSLSocket socket, Function<MemberId, Set<String>> hosts)
            throws IOException {
        X509Certificate shown = (X509Certificate) socket.getSession().getPeerCertificates()[0];
        Set<String> known = hosts.apply(member);
        Optional<TlsFailure> failure = known.isEmpty()
                ? MemberBinding.failure(shown, member.toString())
                : MemberBinding.failure(shown, member.toString(), known);
        if (failure.isPresent()) {
            throw new IOException(failure.get().sentence());
        }
    }

    private static Report ask(Socket socket) throws IOException {
        ByteBuf hello = Unpooled.buffer(Handshake.HELLO_BYTES);
        Handshake.Hello.inquiry().write(hello);
        socket.getOutputStream().write(hello.array(), 0, hello.readableBytes());
        try {
            return read(new DataInputStream(socket.getInputStream()));
        } catch (EOFException e) {
            throw new IOException(
                    "it closed the connection without an answer; maybe one of the two speaks TLS, and the other does not",
                    e);
        }
    }

    private static Report read(DataInputStream in) throws IOException {
        byte[] bytes = new byte[Handshake.ACCEPTANCE_BYTES];
        in.readFully(bytes, 0, Handshake.REFUSAL_BYTES);
        ByteBuf begin = Unpooled.wrappedBuffer(bytes);
        int length = Handshake.Answer.length(begin.slice(0, Handshake.REFUSAL_BYTES));
        if (begin.readLong() != Handshake.MAGIC) {
            throw new IOException("what listens there is no member");
        }
        in.readFully(bytes, Handshake.REFUSAL_BYTES, length - Handshake.REFUSAL_BYTES);
        Handshake.Answer answer = Handshake.Answer.read(begin);
        if (!answer.isAccepted() || answer.member() == 0) {
            throw new IOException("the member there refuses to answer: " + answer.reason());
        }
        return report(answer, rest(in));
    }

    private static ByteBuffer rest(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > MAX_ANSWER_BYTES) {
            throw new IOException("the member there answers with " + length + " bytes");
        }
        byte[] rest = new byte[length];
        in.readFully(rest);
        return ByteBuffer.wrap(rest);
    }

    private static Report report(Handshake.Answer answer, ByteBuffer rest) throws IOException {
        try {
            InquiryAnswer said = InquiryAnswer.decode(rest);
            return new Report(
                    answer.clusterId(),
                    new MemberId(answer.member()),
                    said.members(),
                    said.admitted(),
                    said.alone(),
                    said.storages(),
                    said.clientUrls());
        } catch (IOException e) {
            throw new IOException("the member there answers what this release does not understand", e);
        }
    }
}
