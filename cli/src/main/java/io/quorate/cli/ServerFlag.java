package io.quorate.cli;

import io.quorate.server.Security;
import io.quorate.server.ServerConfig;
import io.quorate.server.Upkeep;
import io.quorate.server.WatchOptions;
import io.quorate.server.auth.AuthOptions;
import io.quorate.server.auth.TokenOptions;
import io.quorate.server.wire.ConnectionLimits;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The settings of {@code quorate server}, with etcd's names, meanings and defaults.
 *
 * <p>This table alone says what there is: the command line, the environment, the configuration file and the help are made of
 * it. Source: etcd 3.4, "Configuration flags".
 */
enum ServerFlag {
    NAME("name", "<name>", "This member's name, its key in --initial-cluster.", "default"),
    ZONE(
            "zone",
            "<name>",
            "What this member fails together with, such as a rack or a data center; see 'quorate quorum'.",
            "none is told"),
    DATA_DIR("data-dir", "<path>", "The directory that this member alone writes to.", "<name>.quorate"),
    LISTEN_CLIENT_URLS("listen-client-urls", "<urls>", "Where to serve clients.", "http://localhost:2379"),
    ADVERTISE_CLIENT_URLS(
            "advertise-client-urls", "<urls>", "Where clients are told to find this member.", "--listen-client-urls"),
    LISTEN_PEER_URLS("listen-peer-urls", "<urls>", "Where to serve the other members.", "http://localhost:2380"),
    INITIAL_ADVERTISE_PEER_URLS(
            "initial-advertise-peer-urls",
            "<urls>",
            "Where the other members are told to find this one.",
            "--listen-peer-urls"),
    INITIAL_CLUSTER(
            "initial-cluster",
            "<name=url,...>",
            "The members that the cluster starts with, this one included.",
            "this member alone"),
    INITIAL_WITNESSES(
            "initial-witnesses",
            "<name,...>",
            "Those of --initial-cluster that found it as witnesses; to be given alike at all that found it.",
            "none of them"),
    WITNESS(
            "witness",
            "true|false",
            "Whether this member is a witness: it votes, holds no data, and never leads; without a value, it is.",
            "false"),
    INITIAL_CLUSTER_STATE(
            "initial-cluster-state",
            "new|existing",
            "'new' to found the cluster, 'existing' to join one that runs.",
            "new"),
    INITIAL_CLUSTER_TOKEN(
            "initial-cluster-token",
            "<word>",
            "Tells apart clusters that are otherwise configured alike.",
            ServerConfig.DEFAULT_CLUSTER_TOKEN),
    HEARTBEAT_INTERVAL(
            "heartbeat-interval",
            "<ms>",
            "Milliseconds between a leader's heartbeats.",
            Long.toString(ServerConfig.Timing.DEFAULT.heartbeatInterval().toMillis())),
    ELECTION_TIMEOUT(
            "election-timeout",
            "<ms>",
            "Milliseconds without a leader until an election, at least 5 heartbeats; if not given, fewer where the"
                    + " leader is heard regularly.",
            Long.toString(ServerConfig.Timing.DEFAULT.electionTimeout().toMillis())),
    SNAPSHOT_COUNT(
            "snapshot-count",
            "<n>",
            "Entries applied between two snapshots.",
            Long.toString(ServerConfig.Snapshots.DEFAULT.count())),
    SNAPSHOT_CATCHUP_ENTRIES(
            "snapshot-catchup-entries",
            "<n>",
            "Entries before a snapshot that stay in the log for slow members, in at most 64 MiB; 0 is the default.",
            Long.toString(ServerConfig.Snapshots.DEFAULT.catchUpEntries()),
            Optional.of("experimental-snapshot-catchup-entries")),
    QUOTA_BACKEND_BYTES(
            "quota-backend-bytes",
            "<bytes>",
            "Size of the store above which writes are refused; 0 is 2 GiB, below 0 no limit.",
            Long.toString(ServerConfig.Limits.DEFAULT.quotaBackendBytes())),
    MAX_REQUEST_BYTES(
            "max-request-bytes",
            "<bytes>",
            "The largest request that a client may send.",
            Integer.toString(ServerConfig.DEFAULT_MAX_REQUEST_BYTES)),
    MAX_TXN_OPS(
            "max-txn-ops",
            "<n>",
            "The largest number of operations in a transaction.",
            Integer.toString(ServerConfig.DEFAULT_MAX_TXN_OPS)),
    MAX_LEASES(
            "max-leases",
            "<n>",
            "The largest number of leases, of all clients together.",
            Integer.toString(ServerConfig.Limits.DEFAULT.maxLeases())),
    MAX_CONNECTIONS(
            "max-connections",
            "<n>",
            "The largest number of connections of all clients together.",
            Integer.toString(ConnectionLimits.DEFAULT.maxConnections())),
    MAX_CONNECTIONS_PER_ADDRESS(
            "max-connections-per-address",
            "<n>",
            "How many of them one address may have; of IPv6, one /64.",
            Integer.toString(ConnectionLimits.DEFAULT.maxPerAddress())),
    MAX_CONCURRENT_STREAMS(
            "max-concurrent-streams",
            "<n>",
            "The largest number of calls at once on one connection, streams of watches among them.",
            Integer.toString(ConnectionLimits.DEFAULT.maxStreams())),
    MAX_CONNECTION_IDLE(
            "max-connection-idle",
            "<time>",
            "After which a connection of gRPC without a call is closed; 0 is never.",
            ConnectionLimits.DEFAULT.maxIdle().toHours() + "h"),
    GRPC_KEEPALIVE_MIN_TIME(
            "grpc-keepalive-min-time",
            "<time>",
            "The shortest time between two pings of a client; who pings more often is cut off.",
            ConnectionLimits.KeepAlive.DEFAULT.minTime().toSeconds() + "s"),
    GRPC_KEEPALIVE_INTERVAL(
            "grpc-keepalive-interval",
            "<time>",
            "After which a silent client is pinged; 0 is never.",
            ConnectionLimits.KeepAlive.DEFAULT.interval().toHours() + "h"),
    GRPC_KEEPALIVE_TIMEOUT(
            "grpc-keepalive-timeout",
            "<time>",
            "Within which it must answer that, or is cut off.",
            ConnectionLimits.KeepAlive.DEFAULT.timeout().toSeconds() + "s"),
    AUTO_COMPACTION_MODE(
            "auto-compaction-mode",
            "periodic|revision",
            "Whether history is given up by its age or by the number of revisions.",
            "periodic"),
    AUTO_COMPACTION_RETENTION(
            "auto-compaction-retention",
            "<time|n>",
            "How much history stays: a time such as 30m, hours as a bare number, or revisions; 0 is all.",
            "0"),
    WATCH_PROGRESS_INTERVAL(
            "experimental-watch-progress-notify-interval",
            "<time>",
            "How often watches without events are told how far they are, if they want to know.",
            WatchOptions.DEFAULT.progressInterval().toMinutes() + "m"),
    MAX_WATCHES_PER_CONNECTION(
            "max-watches-per-connection",
            "<n>",
            "The largest number of watches that a client may have by one connection.",
            Integer.toString(WatchOptions.DEFAULT.maxPerConnection())),
    MAX_WATCHES(
            "max-watches",
            "<n>",
            "The largest number of watches of all clients together.",
            Integer.toString(WatchOptions.DEFAULT.maxInTotal())),
    VERIFY_INTERVAL(
            "verify-interval",
            "<time>",
            "How often the members' states are compared, such as 500ms, 10s or 5m; 0 is never.",
            ServerConfig.DEFAULT_VERIFY_INTERVAL.toSeconds() + "s"),
    ON_DIVERGENCE(
            "on-divergence",
            "repair|stop",
            "What the member does if its state differs from the others': get theirs, or stop.",
            "repair"),
    ON_GREY_FAILURE(
            "on-grey-failure",
            "give-way|stay",
            "What a leader does that fails slowly while another voter is clearly better: hand over to it, or lead on.",
            "give-way"),
    SCRUB_INTERVAL(
            "scrub-interval",
            "<time>",
            "How often all that is on the disk is read and checked, such as 90m or 24h; 0 is never.",
            Upkeep.DEFAULT.scrubInterval().toHours() + "h"),
    SCRUB_RATE(
            "scrub-rate",
            "<bytes>",
            "How many bytes that reads in a second, at most.",
            Long.toString(Upkeep.DEFAULT.scrubBytesPerSecond())),
    AUTH_TOKEN(
            "auth-token",
            "simple|jwt,...",
            "What a client gets for its password: a word that members remember, or a signed token:"
                    + " jwt,jwks=<file>,ttl=5m with the keys of 'quorate tokens', of which sign-kid=<kid> may name one;"
                    + " or as etcd's, jwt,sign-method=RS256,pub-key=<file>,priv-key=<file>,ttl=5m.",
            "simple"),
    AUTH_TOKEN_TTL(
            "auth-token-ttl",
            "<s>",
            "Seconds for which a simple token is remembered that is not used.",
            Long.toString(TokenOptions.Simple.DEFAULT.ttl().toSeconds())),
    BCRYPT_COST(
            "bcrypt-cost",
            "<n>",
            "How costly it is to try a password, 4 to 31; one more is twice as much.",
            Integer.toString(AuthOptions.DEFAULT_BCRYPT_COST)),
    LIMIT_LOGINS(
            "limit-logins",
            "true|false",
            "Whether logins are refused for a while after too many wrong passwords, by user and by client's address.",
            "true"),
    AUTOPILOT_POLICY(
            "autopilot-policy",
            "<file>",
            "A YAML file that says what the members do by themselves while they lead; see 'quorate autopilot'.",
            "nothing is done"),
    MAX_BATCH_BYTES(
            "max-batch-bytes",
            "<bytes>",
            "The most entries that the member sends in one message while it leads.",
            Integer.toString(ServerConfig.Sending.DEFAULT.maxBatchBytes())),
    MAX_INFLIGHT_MESSAGES(
            "max-inflight-messages",
            "<n>",
            "How many such messages to one other member may be under way.",
            Integer.toString(ServerConfig.Sending.DEFAULT.maxInflightMessages())),
    AUTO_TUNE(
            "auto-tune",
            "true|false",
            "Whether the member tries by itself, while it leads, what is faster within these two bounds; without a"
                    + " value, it does. See 'quorate tune'.",
            "false"),
    CERT_FILE("cert-file", "<file>", "The certificate to show to clients, in PEM, its CA's behind it.", "plain text"),
    KEY_FILE("key-file", "<file>", "Its private key, in PEM, without a password.", "plain text"),
    TRUSTED_CA_FILE(
            "trusted-ca-file",
            "<file>",
            "The CAs by which clients are judged, in PEM; without it, they need no certificate.",
            "none"),
    CLIENT_CERT_AUTH(
            "client-cert-auth",
            "true|false",
            "Whether clients need a certificate, and are the user that it names (CommonName) where there are users;"
                    + " without a value, they do.",
            "false"),
    CLIENT_CRL_FILE("client-crl-file", "<file>", "Lists of revoked certificates of clients, in PEM.", "none"),
    PEER_CERT_FILE("peer-cert-file", "<file>", "As --cert-file, among members: to listen and to dial.", "plain text"),
    PEER_KEY_FILE("peer-key-file", "<file>", "As --key-file, among members.", "plain text"),
    PEER_TRUSTED_CA_FILE("peer-trusted-ca-file", "<file>", "The CAs by which members are judged, in PEM.", "none"),
    PEER_CLIENT_CERT_AUTH(
            "peer-client-cert-auth",
            "true|false",
            "Whether members need a certificate, which they do in any case where they speak TLS.",
            "false"),
    PEER_CRL_FILE("peer-crl-file", "<file>", "Lists of revoked certificates of members, in PEM.", "none"),
    PEER_CERT_ALLOWED_CN(
            "peer-cert-allowed-cn", "<name,...>", "CommonNames of which a member's certificate must have one.", "any"),
    PEER_CERT_ALLOWED_HOSTNAME(
            "peer-cert-allowed-hostname", "<host,...>", "Hosts of which a member's certificate must name one.", "any"),
    CIPHER_SUITES(
            "cipher-suites",
            "<suite,...>",
            "What TLS 1.2 may encrypt with, by the names of IANA; TLS 1.3 has its own, which are all good.",
            "all good ones"),
    AUTO_TLS(
            "auto-tls",
            "true|false",
            "Whether the client port shows a certificate that the member makes for itself, which nobody can judge;"
                    + " without a value, it does.",
            "false"),
    PEER_AUTO_TLS(
            "peer-auto-tls",
            "true|false",
            "The same among members, at all of them or none: what they say is encrypted, and anybody can take part.",
            "false"),
    TLS_MIN_VERSION("tls-min-version", "TLS1.2|TLS1.3", "The oldest version of TLS that is spoken.", "TLS1.3"),
    TLS_MAX_CONNECTION_AGE(
            "tls-max-connection-age",
            "<time>",
            "After which a connection over TLS is made anew, with the certificates of then; 0 is never.",
            Security.DEFAULT_MAX_CONNECTION_AGE.toHours() + "h"),
    ENCRYPTION_KEY_FILE(
            "encryption-key-file",
            "<file>",
            "The key ring that what this member writes to its disk is sealed with; see 'quorate encryption'.",
            "nothing is sealed"),
    ENCRYPTION_KEY_COMMAND(
            "encryption-key-command",
            "<command>",
            "A command that prints the key ring, in place of a file; the shell runs it when the member starts.",
            "none"),
    ALLOW_INSECURE(
            "allow-insecure",
            "true|false",
            "Whether to serve other machines than this one although they speak plain text, or need not prove who they"
                    + " are; without a value, it does.",
            "false"),
    LOG_LEVEL("log-level", "debug|info|warn|error", "How much is logged to stderr.", "info");

    private static final Set<ServerFlag> SWITCHES = EnumSet.of(
            WITNESS,
            LIMIT_LOGINS,
            AUTO_TUNE,
            CLIENT_CERT_AUTH,
            PEER_CLIENT_CERT_AUTH,
            ALLOW_INSECURE,
            AUTO_TLS,
            PEER_AUTO_TLS);

    private final String key;
    private final String valueLabel;
    private final String description;
    private final String defaultText;
    private final Optional<String> formerKey;

    ServerFlag(String key, String valueLabel, String description, String defaultText) {
        this(key, valueLabel, description, defaultText, Optional.empty());
    }

    /** @param formerKey what it was called in earlier releases of etcd */
    ServerFlag(String key, String valueLabel, String description, String defaultText, Optional<String> formerKey) {
        this.key = key;
        this.valueLabel = valueLabel;
        this.description = description;
        this.defaultText = defaultText;
        this.formerKey = formerKey;
    }

    private List<String> keys() {
        return Stream.concat(Stream.of(key), formerKey.stream()).toList();
    }

    /** Whether it may be given without a value on the command line, which is {@code true} then. */
    boolean isSwitch() {
        return SWITCHES.contains(this);
    }

    /** The name in the configuration file, for example {@code data-dir}. */
    String key() {
        return key;
    }

    /** The name on the command line, for example {@code --data-dir}. */
    String option() {
        return "--" + key;
    }

    /** All its names on the command line, this release's first. */
    String[] options() {
        return keys().stream().map(name -> "--" + name).toArray(String[]::new);
    }

    /** All its names in the environment, this release's first; for example {@code QUORATE_DATA_DIR}. */
    List<String> variables() {
        return keys().stream()
                .map(name -> "QUORATE_" + name.toUpperCase(Locale.ROOT).replace('-', '_'))
                .toList();
    }

    String valueLabel() {
        return valueLabel;
    }

    String description() {
        return description;
    }

    /** The default in words: itself a value only for those flags whose default does not depend on another's. */
    String defaultText() {
        return defaultText;
    }

    static Optional<ServerFlag> ofKey(String key) {
        return Arrays.stream(values()).filter(flag -> flag.keys().contains(key)).findFirst();
    }
}
