package io.quorate.server;

import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.transport.netty.PeerInquiry;
import io.quorate.engine.transport.netty.PeerInquiry.Report;
import io.quorate.server.ServerConfig.InitialMember;
import io.quorate.server.wire.ListenUrl;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks the members of a cluster that exists who this new one is among them: somebody has added it before it starts. */
final class Joining {

    private static final Logger LOG = LoggerFactory.getLogger(Joining.class);
    private static final Duration TIMEOUT_OF_EACH = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(200);

    private final ServerConfig config;
    private final MemberSecurity security;
    private final Set<String> own;

    /** Why the latest one that answered, or did not, was no help. */
    private String complaint = "";

    private Joining(ServerConfig config, MemberSecurity security) {
        this.config = config;
        this.security = security;
        this.own = texts(config.initialAdvertisePeerUrls());
    }

    /**
     * Asks one after the other, and again if need be: the addition may not have got to all of them.
     *
     * @throws IOException with one sentence if no member knows this one within the time of a request
     */
    static OwnMembership to(ServerConfig config, MemberSecurity security) throws IOException {
        return new Joining(config, security).ask();
    }

    private OwnMembership ask() throws IOException {
        List<URI> others = config.initialCluster().stream()
                .filter(member -> !member.name().equals(config.name()))
                .map(InitialMember::peerUrl)
                .toList();
        if (others.isEmpty()) {
            throw new IOException("--initial-cluster names nobody but " + config.name()
                    + ", and --initial-cluster-state is existing; name the members of the cluster that it joins");
        }
        long deadline = System.nanoTime() + config.requestTimeout().toNanos();
        while (true) {
            Map<URI, Report> reports = new TreeMap<>();
            for (URI url : others) {
                ask(url).ifPresent(report -> reports.put(url, report));
            }
            for (Report report : reports.values()) {
                Optional<OwnMembership> found = membershipBy(report, reports);
                if (found.isPresent()) {
                    return found.get();
                }
            }
            if (System.nanoTime() - deadline >= 0) {
                throw new IOException("the cluster could not be joined: " + complaint);
            }
            pause();
        }
    }

    private Optional<Report> ask(URI url) {
        ListenUrl at = ListenUrl.parse(url.toString());
        try {
            return Optional.of(PeerInquiry.ask(
                    InetSocketAddress.createUnresolved(at.host(), at.port()),
                    TIMEOUT_OF_EACH,
                    security.peers(),
                    member -> security.hostsOfOthers()));
        } catch (IOException e) {
            complaint = "nobody answers at " + url + " (" + e.getMessage() + ")";
            return Optional.empty();
        }
    }

    /**
     * Who this member is according to one that answered, if most of the voters that it names say the same. What one alone says may be
     * rolled back, or long since over; an id, once taken, is never given up.
     */
    private Optional<OwnMembership> membershipBy(Report report, Map<URI, Report> all) throws IOException {
        Configuration members = report.members();
        Optional<MemberId> self = memberAt(own, members);
        if (self.isEmpty()) {
            complaint = "no member with the peer URLs " + join(own) + " was added to it, as far as member "
                    + report.answeredBy() + " knows; add it with 'etcdctl member add " + config.name() + " --peer-urls="
                    + join(own) + "', or correct --initial-advertise-peer-urls";
            return Optional.empty();
        }
        for (Report other : all.values()) {
            // What it has now is nothing: whatever it had is lost.
            if (other.clusterId() == report.clusterId() && other.storages().containsKey(self.get())) {
                throw LostDataException.of(self.get(), other.answeredBy());
            }
        }
        if (!namesTheSameMembers(report)) {
            return Optional.empty();
        }
        requireKind(members, self.get());
        Set<MemberId> otherVoters = new TreeSet<>(members.voters());
        otherVoters.remove(self.get());
        long agreeing = all.entrySet().stream()
                .filter(answer -> answeredWhereItIs(answer.getKey(), answer.getValue(), members))
                .map(Map.Entry::getValue)
                .filter(other -> otherVoters.contains(other.answeredBy())
                        && other.clusterId() == report.clusterId()
                        && memberAt(own, other.members()).equals(self))
                .map(Report::answeredBy)
                .distinct()
                .count();
        if (agreeing <= otherVoters.size() / 2) {
            complaint = "only " + agreeing + " of the " + otherVoters.size() + " voters know of it as member "
                    + self.get() + "; start it when most of them run and know of it";
            return Optional.empty();
        }
        LOG.info(
                "joining cluster {} as member {}, as {} of its voters say",
                Long.toHexString(report.clusterId()),
                self.get(),
                agreeing);
        return Optional.of(new OwnMembership(report.clusterId(), self.get(), Configuration.of(Set.of())));
    }

    /** No member answers for another one, whose URL is another. */
    private static boolean answeredWhereItIs(URI url, Report answer, Configuration members) {
        return members.addresses().getOrDefault(answer.answeredBy(), List.of()).contains(url.toString());
    }

    /** What a member is was said when it was added, and stays. */
    private void requireKind(Configuration members, MemberId self) throws IOException {
        if (members.isWitness(self) && !config.isWitness()) {
            throw new IOException(
                    "member " + self + " was added to the cluster as a witness; start it with --witness, or"
                            + " remove it and add a member with data in its place");
        }
        if (!members.isWitness(self) && config.isWitness()) {
            throw new IOException("member " + self + " was added to the cluster as a member with data; start it without"
                    + " --witness, or remove it and add a witness in its place, with 'quorate members add --witness'");
        }
    }

    private static Optional<MemberId> memberAt(Set<String> urls, Configuration members) {
        return members.addresses().entrySet().stream()
                .filter(known -> urls.equals(new HashSet<>(known.getValue())))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** As in etcd: whoever names other members than there are may mean another cluster. */
    private boolean namesTheSameMembers(Report report) {
        Set<String> configured = texts(
                config.initialCluster().stream().map(InitialMember::peerUrl).toList());
        Set<String> known = report.members().addresses().values().stream()
                .flatMap(List::stream)
                .collect(Collectors.toCollection(TreeSet::new));
        if (!configured.equals(known)) {
            complaint = "--initial-cluster names the peer URLs " + join(configured)
                    + ", but those of the members are, as member " + report.answeredBy() + " says, " + join(known)
                    + "; name these, each with its member's name";
        }
        return configured.equals(known);
    }

    private static Set<String> texts(Collection<URI> urls) {
        return urls.stream().map(URI::toString).collect(Collectors.toCollection(TreeSet::new));
    }

    private static String join(Collection<String> urls) {
        return String.join(",", urls);
    }

    private static void pause() throws IOException {
        try {
            TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while asking the cluster's members", e);
        }
    }
}
