package io.quorate.server.members;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.tls.TlsParty;
import io.quorate.engine.transport.netty.PeerAddress;
import io.quorate.engine.transport.netty.PeerInquiry;
import io.quorate.engine.transport.netty.PeerInquiry.Report;
import io.quorate.server.proto.etcdserverpb.ClusterGrpc;
import io.quorate.server.proto.etcdserverpb.Member;
import io.quorate.server.proto.etcdserverpb.MemberAddRequest;
import io.quorate.server.proto.etcdserverpb.MemberListRequest;
import io.quorate.server.proto.etcdserverpb.MemberRemoveRequest;
import io.quorate.server.proto.managerpb.ChangeMembersRequest;
import io.quorate.server.proto.managerpb.ManagerGrpc;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * A cluster as one sees it that is no member of it (any more): its members are found by their peer ports, and asked at their client
 * URLs, by etcd's Cluster API, and by our own for what that does not have. For one thread.
 *
 * <p>Changes go by the client URLs, since only there it is judged who may ask for them. Calls throw {@link
 * io.grpc.StatusRuntimeException}; they ask one member until {@link #askAnother}.
 */
public final class RemoteCluster implements AutoCloseable {

    private static final Duration TIMEOUT_OF_EACH = Duration.ofSeconds(2);
    private static final long CLOSE_SECONDS = 5;

    private final List<Report> reports;
    private final List<URI> clientUrls;
    private final Duration patience;
    private final Optional<TlsParty> clients;
    private int asked;
    private ManagedChannel channel;

    private RemoteCluster(List<Report> reports, List<URI> clientUrls, Duration patience, Optional<TlsParty> clients) {
        this.reports = reports;
        this.clientUrls = clientUrls;
        this.clients = clients;
        this.patience = patience;
        this.channel = open(clientUrls.getFirst());
    }

    /**
     * Asks the members at their peer ports where they serve clients, and what they remember.
     *
     * @param peerUrls of those that are known
     * @param patience for each call later on
     * @param peers by which the peer ports are asked; empty for plain text
     * @param clients by which the client ports are asked that have {@code https} URLs
     * @throws IOException with one sentence if nobody answers, or members of different clusters do
     */
    public static RemoteCluster find(
            Collection<URI> peerUrls, Duration patience, Optional<TlsParty> peers, Optional<TlsParty> clients)
            throws IOException {
        List<Report> reports = new ArrayList<>();
        List<String> complaints = new ArrayList<>();
        for (URI url : peerUrls) {
            Optional<InetSocketAddress> address = PeerAddress.parse(url.toString());
            try {
                if (address.isPresent()) {
                    reports.add(PeerInquiry.ask(address.get(), TIMEOUT_OF_EACH, peers, member -> Set.of()));
                }
            } catch (IOException e) {
                complaints.add("nobody answers at " + url + " (" + e.getMessage() + ")");
            }
        }
        if (reports.stream().map(Report::clusterId).distinct().count() > 1) {
            throw new IOException(
                    "the members of --initial-cluster belong to different clusters; name those of one cluster");
        }
        List<URI> clientUrls = reports.stream()
                .filter(Report::admitted)
                .flatMap(report -> report.clientUrls().stream())
                .filter(url -> PeerAddress.parse(url).isPresent())
                .map(url -> URI.create(url.contains("://") ? url : "http://" + url))
                .distinct()
                .toList();
        if (clientUrls.isEmpty()) {
            throw new IOException("no other member could be asked: "
                    + (complaints.isEmpty() ? "none of them takes part" : String.join("; ", complaints))
                    + "; start them, or correct --initial-cluster");
        }
        if (clients.isEmpty()) {
            requirePlainText(clientUrls);
        }
        return new RemoteCluster(List.copyOf(reports), clientUrls, patience, clients);
    }

    /** What is meant to be secret is not said in plain text, to whoever listens there. */
    private static void requirePlainText(List<URI> clientUrls) throws IOException {
        Optional<URI> secure = clientUrls.stream().filter(TlsParty::isFor).findFirst();
        if (secure.isPresent()) {
            throw new IOException(
                    "the members serve clients over TLS, at " + secure.get()
                            + ", and there is nothing to judge their certificates by; give --trusted-ca-file, --cert-file and --key-file");
        }
    }

    private ManagedChannel open(URI url) {
        InetSocketAddress address = PeerAddress.parse(url.toString()).orElseThrow();
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress(address.getHostString(), address.getPort());
        if (TlsParty.isFor(url)) {
            builder.sslContext(clients.orElseThrow().client());
        } else {
            builder.usePlaintext();
        }
        return builder.build();
    }

    /** From now on another of the members is asked, in turn. */
    public void askAnother() {
        channel.shutdownNow();
        asked = (asked + 1) % clientUrls.size();
        channel = open(clientUrls.get(asked));
    }

    /** Whether one of those that answered remembers that a member was started. */
    public boolean remembers(long memberId) {
        return reports.stream().anyMatch(report -> report.storages().containsKey(new MemberId(memberId)));
    }

    private ClusterGrpc.ClusterBlockingStub stub() {
        return ClusterGrpc.newBlockingStub(channel).withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Who the members are now. */
    public List<Member> members() {
        return stub().memberList(
                        MemberListRequest.newBuilder().setLinearizable(true).build())
                .getMembersList();
    }

    /** Has a member removed. */
    public void remove(long memberId) {
        var unused = stub().memberRemove(
                        MemberRemoveRequest.newBuilder().setID(memberId).build());
    }

    /** Has a learner added; returns its id. */
    public long addLearner(Collection<String> peerUrls) {
        return stub().memberAdd(MemberAddRequest.newBuilder()
                        .addAllPeerURLs(new TreeSet<>(peerUrls))
                        .setIsLearner(true)
                        .build())
                .getMember()
                .getID();
    }

    /**
     * Has a witness added, which is a learner at first; unless the members are other ones by now than those that were seen.
     *
     * @param seen who the members were
     */
    public void addWitness(Collection<String> peerUrls, List<Member> seen) {
        ChangeMembersRequest.Builder change = ChangeMembersRequest.newBuilder();
        for (Member member : seen) {
            if (member.getIsLearner()) {
                change.addExpectedLearners(member.getID());
            } else {
                change.addExpectedVoters(member.getID());
            }
        }
        change.addAdd(ChangeMembersRequest.Added.newBuilder()
                .addAllPeerUrls(new TreeSet<>(peerUrls))
                .setWitness(true));
        var unused = ManagerGrpc.newBlockingStub(channel)
                .withDeadlineAfter(patience.toMillis(), TimeUnit.MILLISECONDS)
                .changeMembers(change.build());
    }

    @Override
    public void close() {
        channel.shutdownNow();
        try {
            var unused = channel.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
