package io.quorate.server;

import io.quorate.engine.RaftNode;
import io.quorate.server.auth.AuthOptions;
import io.quorate.server.autopilot.AutopilotPolicy;
import io.quorate.server.wire.ConnectionLimits;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Everything that one member is started with; an instance that exists is valid.
 *
 * <p>Names, meanings and defaults are those of etcd's flags (etcd 3.4, "Configuration flags"). Immutable, and so safe for
 * use by many threads. The constructor throws {@link IllegalArgumentException} with one sentence that names the flag,
 * says what is wrong with it and what to do.
 *
 * @param name the member's name, which is its key in {@code initialCluster}
 * @param dataDir the directory that the member alone writes to
 * @param listenClientUrls the addresses to serve clients at
 * @param advertiseClientUrls the addresses that clients are told of
 * @param listenPeerUrls the addresses to serve peers at
 * @param initialAdvertisePeerUrls the addresses that peers are told of; the same that {@code initialCluster} gives for {@code name}
 * @param initialCluster the members that the cluster starts with, in the order given; a name may appear once per peer URL
 * @param initialClusterState whether the cluster is to be founded, or exists and is joined
 * @param initialClusterToken what tells apart the ids of two clusters that are otherwise configured alike
 * @param timing when a leader is heard of, and missed
 * @param snapshots when snapshots are taken
 * @param limits what clients may ask for
 * @param watches what those who watch are allowed
 * @param verifyInterval the time after which the members' states are compared again; 0 means never
 * @param upkeep how the member looks after its own data
 * @param auth how users log in, once authentication is enabled
 * @param zone what the member may fail together with others in, such as a rack or a data center; empty if it is not told
 * @param autopilot what the member does by itself while it leads
 * @param sending how the member sends entries while it leads
 * @param security how connections are encrypted, and who is let in
 * @param atRest with what the data on the disk are sealed
 * @param ephemeral true to keep everything in memory: nothing outlives the process, and {@code dataDir} is not written to
 */
public record ServerConfig(
        String name,
        Path dataDir,
        List<URI> listenClientUrls,
        List<URI> advertiseClientUrls,
        List<URI> listenPeerUrls,
        List<URI> initialAdvertisePeerUrls,
        List<InitialMember> initialCluster,
        InitialClusterState initialClusterState,
        String initialClusterToken,
        Timing timing,
        Snapshots snapshots,
        Limits limits,
        WatchOptions watches,
        Duration verifyInterval,
        Upkeep upkeep,
        AuthOptions auth,
        String zone,
        AutopilotPolicy autopilot,
        Sending sending,
        Security security,
        AtRest atRest,
        boolean ephemeral) {

    public static final String DEFAULT_CLUSTER_TOKEN = "etcd-cluster";
    public static final int DEFAULT_MAX_REQUEST_BYTES = 1_572_864;
    public static final int DEFAULT_MAX_TXN_OPS = 128;
    public static final Duration DEFAULT_VERIFY_INTERVAL = Duration.ofSeconds(10);

    /** A leader must be able to miss a few heartbeats before it is given up; etcd demands the same factor. */
    private static final int MIN_HEARTBEATS_PER_ELECTION_TIMEOUT = 5;

    /** The longest {@code --election-timeout} that is taken; as in etcd. */
    public static final Duration MAX_ELECTION_TIMEOUT = Duration.ofSeconds(50);

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(5);
    private static final Pattern NAME = Pattern.compile("[^\\s=,/]+");

    /** The longest zone, in characters: each member keeps those of all. */
    private static final int MAX_ZONE_LENGTH = 64;

    /** Whether a cluster is to be founded by its initial members, or exists and is joined. */
    public enum InitialClusterState {
        NEW,
        EXISTING
    }

    /**
     * One {@code name=url} of {@code --initial-cluster}.
     *
     * @param witness whether the member is one: of those that found a cluster, all must say the same
     */
    public record InitialMember(String name, URI peerUrl, boolean witness) {

        /** A member with data. */
        public InitialMember(String name, URI peerUrl) {
            this(name, peerUrl, false);
        }

        @Override
        public String toString() {
            return name + "=" + peerUrl;
        }
    }

    /**
     * When a leader is heard of, and missed.
     *
     * @param heartbeatInterval the time between two heartbeats of a leader; also the length of a tick
     * @param electionTimeout the time without a leader after which a follower campaigns, before randomization
     * @param adaptive whether a follower campaigns earlier where it has heard the leader so regularly that a shorter silence is
     *     suspicious; true unless {@code --election-timeout} is given
     */
    public record Timing(Duration heartbeatInterval, Duration electionTimeout, boolean adaptive) {

        public static final Timing DEFAULT = new Timing(Duration.ofMillis(100), Duration.ofSeconds(1), true);

        public Timing {
            requirePositive("--heartbeat-interval", heartbeatInterval.toMillis());
            requirePositive("--election-timeout", electionTimeout.toMillis());
            if (electionTimeout.compareTo(MAX_ELECTION_TIMEOUT) > 0) {
                throw new IllegalArgumentException("--election-timeout is " + electionTimeout.toMillis()
                        + " ms; at most " + MAX_ELECTION_TIMEOUT.toMillis() + " ms are allowed");
            }
            Duration least = heartbeatInterval.multipliedBy(MIN_HEARTBEATS_PER_ELECTION_TIMEOUT);
            if (electionTimeout.compareTo(least) < 0) {
                throw new IllegalArgumentException("--election-timeout (" + electionTimeout.toMillis()
                        + " ms) is less than " + MIN_HEARTBEATS_PER_ELECTION_TIMEOUT + " times --heartbeat-interval ("
                        + heartbeatInterval.toMillis() + " ms); raise it to at least " + least.toMillis()
                        + " ms, or lower the heartbeat interval");
            }
        }
    }

    /**
     * When snapshots are taken, and what of the log stays then.
     *
     * @param count the number of applied entries after which one is taken
     * @param catchUpEntries how many entries before a snapshot stay in the log for followers that lag behind, if they are not too large;
     *     whoever lacks more gets the snapshot. 0 means the default, as in etcd
     */
    public record Snapshots(long count, long catchUpEntries) {

        public static final Snapshots DEFAULT = new Snapshots(100_000, 5_000);

        public Snapshots {
            requirePositive("--snapshot-count", count);
            if (catchUpEntries < 0) {
                throw new IllegalArgumentException("--snapshot-catchup-entries is " + catchUpEntries
                        + "; give a number above 0, or 0 for the default");
            }
        }

        /** How many entries stay. */
        long keptEntries() {
            return catchUpEntries == 0 ? DEFAULT.catchUpEntries : catchUpEntries;
        }
    }

    /**
     * What clients may ask for.
     *
     * @param quotaBackendBytes the size of the store above which writes are refused, in bytes; 0 means the default of 2 GiB, less
     *     than 0 no limit
     * @param maxRequestBytes the largest request that a client may send, in bytes
     * @param maxTxnOps the largest number of operations in one transaction
     * @param maxLeases how many leases there may be, of all clients together
     * @param connections what is allowed of connections
     */
    public record Limits(
            long quotaBackendBytes, int maxRequestBytes, int maxTxnOps, int maxLeases, ConnectionLimits connections) {

        /** Some ten times what is known to be in use; a million of them take half a gigabyte or so. */
        public static final int DEFAULT_MAX_LEASES = 1_000_000;

        public static final Limits DEFAULT = new Limits(0, DEFAULT_MAX_REQUEST_BYTES, DEFAULT_MAX_TXN_OPS);

        /** As by default, but for what concerns requests. */
        public Limits(long quotaBackendBytes, int maxRequestBytes, int maxTxnOps) {
            this(quotaBackendBytes, maxRequestBytes, maxTxnOps, DEFAULT_MAX_LEASES, ConnectionLimits.DEFAULT);
        }

        public Limits {
            requirePositive("--max-request-bytes", maxRequestBytes);
            if (maxRequestBytes > RaftNode.MAX_COMMAND_BYTES) {
                throw new IllegalArgumentException("--max-request-bytes is " + maxRequestBytes
                        + ", more than the log takes; give at most " + RaftNode.MAX_COMMAND_BYTES);
            }
            requirePositive("--max-txn-ops", maxTxnOps);
            requirePositive("--max-leases", maxLeases);
        }
    }

    /**
     * How a member sends entries to the others while it leads. Nothing but speed depends on it.
     *
     * @param maxBatchBytes the most entries that go in one message, in bytes
     * @param maxInflightMessages how many messages to one other member may be under way
     * @param autoTune whether the member tries by itself what is faster; within the two bounds, which are the widest then
     */
    public record Sending(int maxBatchBytes, int maxInflightMessages, boolean autoTune) {

        public static final int LEAST_BATCH_BYTES = 4 << 10;
        public static final int MOST_BATCH_BYTES = 8 << 20;
        public static final int MOST_INFLIGHT_MESSAGES = 4096;

        public static final Sending DEFAULT = new Sending(1 << 20, 256, false);

        public Sending {
            requireWithin("--max-batch-bytes", maxBatchBytes, LEAST_BATCH_BYTES, MOST_BATCH_BYTES);
            requireWithin("--max-inflight-messages", maxInflightMessages, 1, MOST_INFLIGHT_MESSAGES);
        }

        private static void requireWithin(String flag, int value, int least, int most) {
            if (value < least || value > most) {
                throw new IllegalArgumentException(
                        flag + " is " + value + "; give a number from " + least + " to " + most);
            }
        }
    }

    /** A member whose data are not sealed. */
    public ServerConfig(
            String name,
            Path dataDir,
            List<URI> listenClientUrls,
            List<URI> advertiseClientUrls,
            List<URI> listenPeerUrls,
            List<URI> initialAdvertisePeerUrls,
            List<InitialMember> initialCluster,
            InitialClusterState initialClusterState,
            String initialClusterToken,
            Timing timing,
            Snapshots snapshots,
            Limits limits,
            WatchOptions watches,
            Duration verifyInterval,
            Upkeep upkeep,
            AuthOptions auth,
            String zone,
            AutopilotPolicy autopilot,
            Sending sending,
            Security security,
            boolean ephemeral) {
        this(
                name,
                dataDir,
                listenClientUrls,
                advertiseClientUrls,
                listenPeerUrls,
                initialAdvertisePeerUrls,
                initialCluster,
                initialClusterState,
                initialClusterToken,
                timing,
                snapshots,
                limits,
                watches,
                verifyInterval,
                upkeep,
                auth,
                zone,
                autopilot,
                sending,
                security,
                AtRest.PLAIN,
                ephemeral);
    }

    /** A member that speaks plain text and sends entries as is the default. */
    public ServerConfig(
            String name,
            Path dataDir,
            List<URI> listenClientUrls,
            List<URI> advertiseClientUrls,
            List<URI> listenPeerUrls,
            List<URI> initialAdvertisePeerUrls,
            List<InitialMember> initialCluster,
            InitialClusterState initialClusterState,
            String initialClusterToken,
            Timing timing,
            Snapshots snapshots,
            Limits limits,
            WatchOptions watches,
            Duration verifyInterval,
            Upkeep upkeep,
            AuthOptions auth,
            String zone,
            AutopilotPolicy autopilot,
            boolean ephemeral) {
        this(
                name,
                dataDir,
                listenClientUrls,
                advertiseClientUrls,
                listenPeerUrls,
                initialAdvertisePeerUrls,
                initialCluster,
                initialClusterState,
                initialClusterToken,
                timing,
                snapshots,
                limits,
                watches,
                verifyInterval,
                upkeep,
                auth,
                zone,
                autopilot,
                Sending.DEFAULT,
                Security.NONE,
                ephemeral);
    }

    public ServerConfig {
        listenClientUrls = List.copyOf(listenClientUrls);
        advertiseClientUrls = List.copyOf(advertiseClientUrls);
        listenPeerUrls = List.copyOf(listenPeerUrls);
        initialAdvertisePeerUrls = List.copyOf(initialAdvertisePeerUrls);
        initialCluster = List.copyOf(initialCluster);
        requireName(name);
        requireUrls("--listen-client-urls", listenClientUrls);
        requireUrls("--advertise-client-urls", advertiseClientUrls);
        requireUrls("--listen-peer-urls", listenPeerUrls);
        requireUrls("--initial-advertise-peer-urls", initialAdvertisePeerUrls);
        requireUrls(
                "--initial-cluster",
                initialCluster.stream().map(InitialMember::peerUrl).toList());
        requireMembership(name, initialAdvertisePeerUrls, initialCluster);
        requireData(initialCluster, initialClusterState);
        if (verifyInterval.isNegative()) {
            throw new IllegalArgumentException("--verify-interval is less than 0; give a time such as 10s, or 0 to"
                    + " have states never compared");
        }
        if (!zone.isEmpty()
                && (zone.length() > MAX_ZONE_LENGTH || !NAME.matcher(zone).matches())) {
            throw new IllegalArgumentException(
                    "--zone \"" + zone + "\" is not a zone's name; use one word without blanks,"
                            + " '=', ',' and '/', of at most " + MAX_ZONE_LENGTH + " characters");
        }
        autopilot.requireLongerThan(timing.electionTimeout());
        if (initialClusterToken.isBlank()) {
            throw new IllegalArgumentException("--initial-cluster-token is empty; give it a word of its own,"
                    + " such as the default, " + DEFAULT_CLUSTER_TOKEN);
        }
    }

    /**
     * Makes sure that the URLs ask for TLS where it is spoken, and nowhere else, and that other machines are served by nothing else. A
     * member that is not to run, such as one whose data are
     * only made, needs no certificates.
     *
     * @throws IllegalArgumentException with one sentence that names the flag and says what to do
     */
    public void requireSecured() {
        security.requireFitOfClients(listenClientUrls);
        security.requireSecrecy(
                "--listen-client-urls", listenClientUrls, "use https:// there with --cert-file and --key-file");
        security.requireSecrecy(
                "--listen-peer-urls",
                listenPeerUrls,
                "use https:// there with --peer-cert-file, --peer-key-file and --peer-trusted-ca-file");
        security.requireFitOfPeers("--listen-peer-urls", listenPeerUrls);
        security.requireFitOfPeers("--initial-advertise-peer-urls", initialAdvertisePeerUrls);
        security.requireKnownPeers(listenPeerUrls);
    }

    /** The same member in a zone. */
    public ServerConfig withZone(String zoneName) {
        return with(initialCluster, initialClusterState, zoneName, autopilot, security, atRest);
    }

    /** The same member with an autopilot. */
    public ServerConfig withAutopilot(AutopilotPolicy policy) {
        return with(initialCluster, initialClusterState, zone, policy, security, atRest);
    }

    /** The same member with its connections secured. */
    public ServerConfig withSecurity(Security secured) {
        return with(initialCluster, initialClusterState, zone, autopilot, secured, atRest);
    }

    /** The same member with its data sealed. */
    public ServerConfig withAtRest(AtRest newAtRest) {
        return with(initialCluster, initialClusterState, zone, autopilot, security, newAtRest);
    }

    /** The same, of a member that joins a cluster whose members, itself among them, are these. */
    ServerConfig joining(List<InitialMember> members) {
        return with(members, InitialClusterState.EXISTING, zone, autopilot, security, atRest);
    }

    private ServerConfig with(
            List<InitialMember> members,
            InitialClusterState state,
            String zoneName,
            AutopilotPolicy policy,
            Security secured,
            AtRest newAtRest) {
        return new ServerConfig(
                name,
                dataDir,
                listenClientUrls,
                advertiseClientUrls,
                listenPeerUrls,
                initialAdvertisePeerUrls,
                members,
                state,
                initialClusterToken,
                timing,
                snapshots,
                limits,
                watches,
                verifyInterval,
                upkeep,
                auth,
                zoneName,
                policy,
                sending,
                secured,
                newAtRest,
                ephemeral);
    }

    public Duration heartbeatInterval() {
        return timing.heartbeatInterval();
    }

    public Duration electionTimeout() {
        return timing.electionTimeout();
    }

    /** Whether the member votes and holds no data. */
    public boolean isWitness() {
        return initialCluster.stream().anyMatch(member -> member.name().equals(name) && member.witness());
    }

    /** How long a request is worked at before the client is told that its time is over; as in etcd. */
    Duration requestTimeout() {
        return REQUEST_TIMEOUT.plus(electionTimeout().multipliedBy(2));
    }

    /** The shortest lease, in seconds: it outlasts one and a half election timeouts; as in etcd. */
    long minLeaseTtlSeconds() {
        return Math.ceilDiv(electionTimeout().toMillis() * 3, 2000);
    }

    private static void requireName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("--name \"" + name + "\" is not a member's name;"
                    + " use one word without blanks, '=', ',' and '/'");
        }
    }

    private static void requireUrls(String flag, List<URI> urls) {
        if (urls.isEmpty()) {
            throw new IllegalArgumentException(
                    flag + " names no URL; give at least one, such as http://127.0.0.1:2379");
        }
        Set<URI> seen = new LinkedHashSet<>();
        for (URI url : urls) {
            requireUrl(flag, url);
            if (!seen.add(url)) {
                throw new IllegalArgumentException(flag + " names " + url + " twice; give each URL once");
            }
        }
    }

    private static void requireUrl(String flag, URI url) {
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        boolean known = scheme.equals("http") || scheme.equals("https");
        if (!known || url.getHost() == null || url.getPort() < 0 || url.getPort() > 65535) {
            throw new IllegalArgumentException(
                    flag + " has \"" + url + "\", which is not of the form http://host:port; correct it");
        }
        boolean bare = (url.getPath() == null
                        || url.getPath().isEmpty()
                        || url.getPath().equals("/"))
                && url.getQuery() == null
                && url.getFragment() == null
                && url.getUserInfo() == null;
        if (!bare) {
            throw new IllegalArgumentException(
                    flag + " has \"" + url + "\" with more than a host and a port; leave the rest out");
        }
    }

    private static void requireMembership(String name, List<URI> advertised, List<InitialMember> cluster) {
        Set<URI> own = new LinkedHashSet<>();
        cluster.stream().filter(member -> member.name().equals(name)).forEach(member -> own.add(member.peerUrl()));
        cluster.forEach(member -> requireName(member.name()));
        if (own.isEmpty()) {
            throw new IllegalArgumentException("--name " + name + " is not among the members of --initial-cluster "
                    + join(cluster) + "; add " + name + "=<peer URL> there, or correct the name");
        }
        if (!own.equals(Set.copyOf(advertised))) {
            throw new IllegalArgumentException("--initial-cluster gives " + name + " the peer URLs " + join(own)
                    + ", but --initial-advertise-peer-urls gives it " + join(advertised) + "; make them equal");
        }
    }

    private static void requireData(List<InitialMember> cluster, InitialClusterState state) {
        if (state == InitialClusterState.NEW && cluster.stream().allMatch(InitialMember::witness)) {
            throw new IllegalArgumentException("all members of --initial-cluster " + join(cluster)
                    + " are witnesses, which hold no data; let one of them at least be none");
        }
    }

    private static void requirePositive(String flag, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(flag + " is " + value + "; it must be at least 1");
        }
    }

    private static String join(Iterable<?> values) {
        StringBuilder joined = new StringBuilder();
        values.forEach(value -> joined.append(joined.isEmpty() ? "" : ",").append(value));
        return joined.toString();
    }
}
