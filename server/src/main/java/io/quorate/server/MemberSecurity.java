package io.quorate.server;

import io.quorate.engine.tls.ReloadedFiles;
import io.quorate.engine.tls.TlsParty;
import io.quorate.engine.tls.TlsRefusals;
import io.quorate.engine.tls.TlsSettings;
import io.quorate.engine.tls.TlsStatus;
import io.quorate.engine.transport.RateLimitedLog;
import io.quorate.engine.transport.netty.PeerAddress;
import io.quorate.engine.transport.netty.PeerTls;
import io.quorate.server.auth.LoginLimits;
import io.quorate.server.auth.TokenKeySet;
import io.quorate.server.auth.TokenOptions;
import io.quorate.server.report.Detected;
import io.quorate.server.report.MemberReport;
import io.quorate.server.wire.ClientTls;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The certificates of a running member and its set of keys for tokens, which are looked after while it runs, and what was refused for
 * certificates and for wrong passwords. They outlive the member's incarnations. Thread-safe.
 */
final class MemberSecurity implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(MemberSecurity.class);

    /** Two looks must find the same: so long, and twice at most, is a new certificate not used. */
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(2);

    private static final Duration RECORD_INTERVAL = Duration.ofMinutes(1);

    private final Optional<TlsParty> clients;
    private final Optional<TlsParty> peers;
    private final Optional<ReloadedFiles<TokenKeySet>> tokenKeys;
    private final Optional<LoginLimits> loginLimits;
    private final Security settings;
    private final Set<String> hostsOfOthers;
    private volatile BiConsumer<String, String> onRecord = (what, sentence) -> {};
    private final TlsRefusals refusedClients = refusals("a client's connection");
    private final TlsRefusals refusedPeers = refusals("a connection between members");
    private final Optional<ScheduledExecutorService> watcher;
    private final List<Supplier<List<Detected.Sign>>> furtherSigns = new CopyOnWriteArrayList<>();

    private MemberSecurity(
            String name,
            Security settings,
            Optional<TlsParty> clients,
            Optional<TlsParty> peers,
            Optional<ReloadedFiles<TokenKeySet>> tokenKeys,
            Optional<LoginLimits> loginLimits,
            Set<String> hostsOfOthers) {
        this.hostsOfOthers = hostsOfOthers;
        this.settings = settings;
        this.clients = clients;
        this.peers = peers;
        this.tokenKeys = tokenKeys;
        this.loginLimits = loginLimits;
        this.watcher = parties().isEmpty() && tokenKeys.isEmpty()
                ? Optional.empty()
                : Optional.of(Executors.newSingleThreadScheduledExecutor(task -> Thread.ofPlatform()
                        .daemon()
                        .name(name + "-certificates")
                        .unstarted(task)));
        watcher.ifPresent(timer -> {
            var unused = timer.scheduleWithFixedDelay(
                    this::look, LOOK_INTERVAL.toMillis(), LOOK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        });
    }

    /**
     * Reads the certificates, and begins to look whether they change.
     *
     * @throws IOException with one sentence that says which file is wrong, and what to do
     */
    static MemberSecurity open(ServerConfig config) throws IOException {
        return open(config, System::nanoTime);
    }

    /**
     * The same.
     *
     * @param nanoTime a monotonic clock, by which wrong passwords are forgotten
     */
    static MemberSecurity open(ServerConfig config, LongSupplier nanoTime) throws IOException {
        Security settings = config.security();
        return new MemberSecurity(
                config.name(),
                settings,
                open(settings.clients()),
                open(settings.peers()),
                open(config.auth().tokens()),
                config.auth().limitLogins() ? Optional.of(new LoginLimits(nanoTime)) : Optional.empty(),
                hostsOfOthers(config));
    }

    private static Optional<ReloadedFiles<TokenKeySet>> open(TokenOptions tokens) throws IOException {
        return tokens instanceof TokenOptions.KeySet keys ? Optional.of(TokenKeySet.open(keys)) : Optional.empty();
    }

    /** Where whoever runs the member says that the others are. */
    private static Set<String> hostsOfOthers(ServerConfig config) {
        return PeerAddress.hostsOf(config.initialCluster().stream()
                .filter(member -> !member.name().equals(config.name()))
                .map(member -> member.peerUrl().toString())
                .toList());
    }

    private static Optional<TlsParty> open(Optional<TlsSettings> settings) throws IOException {
        return settings.isPresent() ? Optional.of(TlsParty.open(settings.get())) : Optional.empty();
    }

    /** Nobody's: plain text. */
    static MemberSecurity none() {
        return new MemberSecurity(
                "", Security.NONE, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Set.of());
    }

    private List<TlsParty> parties() {
        return Stream.of(clients, peers).flatMap(Optional::stream).toList();
    }

    /** Looks whether certificates or keys have changed. */
    void look() {
        parties().forEach(party -> look(party.settings().role(), party::look));
        tokenKeys.ifPresent(keys -> look("tokens", keys::look));
    }

    private static void look(String role, Runnable look) {
        try {
            look.run();
        } catch (RuntimeException e) {
            LOG.error("The files of {} could not be looked after", role, e);
        }
    }

    /** The set of keys for tokens, if tokens are signed with one of a set. */
    Optional<ReloadedFiles<TokenKeySet>> tokenKeys() {
        return tokenKeys;
    }

    /** How often passwords may be wrong; empty if as often as somebody likes. */
    Optional<LoginLimits> loginLimits() {
        return loginLimits;
    }

    private TlsRefusals refusals(String what) {
        RateLimitedLog recorded =
                new RateLimitedLog(sentence -> onRecord.accept(what, sentence), RECORD_INTERVAL, System::nanoTime);
        return new TlsRefusals(LOG::warn, LOG::debug, recorded::line);
    }

    /**
     * Where it goes on record that connections were refused, one for each sort in a minute, with how many more there were: a member whose
     * certificate is over tries for days.
     *
     * @param onRecord gets what was refused, and a sentence; on any thread
     */
    void recordTo(BiConsumer<String, String> onRecord) {
        this.onRecord = onRecord;
    }

    /** For connections with clients; empty for plain text. */
    Optional<ClientTls> forClients() {
        return clients.map(party -> new ClientTls(party, refusedClients, settings.connectionAge()));
    }

    /** For connections with other members; empty for plain text. */
    Optional<PeerTls> forPeers() {
        return peers.map(party -> new PeerTls(party, refusedPeers, settings.connectionAge(), hostsOfOthers));
    }

    /** Where whoever runs the member says that the others are. */
    Set<String> hostsOfOthers() {
        return hostsOfOthers;
    }

    /** By which other members are asked that this one is not connected with; empty for plain text. */
    Optional<TlsParty> peers() {
        return peers;
    }

    /** How the certificates are. */
    List<TlsStatus> status() {
        return parties().stream().map(TlsParty::status).toList();
    }

    /** The connections of clients that were refused. */
    TlsRefusals refusedClients() {
        return refusedClients;
    }

    /** The connections with members that were refused. */
    TlsRefusals refusedPeers() {
        return refusedPeers;
    }

    /**
     * A part of the member notices attacks by itself, as somebody who counts clients' streams does: what it tells is asked for with each
     * report, and must be bounded.
     */
    void tellAlso(Supplier<List<Detected.Sign>> part) {
        furtherSigns.add(part);
    }

    /** Those that notice attacks by themselves. */
    List<Supplier<List<Detected.Sign>>> furtherSigns() {
        return List.copyOf(furtherSigns);
    }

    /** What the member tells of it; empty if it speaks plain text alone. */
    Optional<MemberReport.Tls> told() {
        if (parties().isEmpty()) {
            return Optional.empty();
        }
        List<MemberReport.Certificate> certificates =
                status().stream().flatMap(MemberSecurity::told).toList();
        List<MemberReport.RefusedConnection> refused = Stream.concat(
                        told(refusedPeers, true), told(refusedClients, false))
                .toList();
        List<MemberReport.RevocationList> revocations =
                status().stream().flatMap(MemberSecurity::revocations).toList();
        return Optional.of(new MemberReport.Tls(certificates, refused, revocations));
    }

    private static Stream<MemberReport.RevocationList> revocations(TlsStatus status) {
        return status.revocations().stream()
                .flatMap(list -> list.next().stream()
                        .map(next ->
                                new MemberReport.RevocationList(status.role(), list.issuer(), next.toEpochMilli())));
    }

    private static Stream<MemberReport.Certificate> told(TlsStatus status) {
        Stream<MemberReport.Certificate> own = status.certificate().stream()
                .map(shown -> new MemberReport.Certificate(
                        status.role(), shown.subject(), shown.end().toEpochMilli(), status.refusedFiles()));
        // A CA that has expired is of no harm where another one is trusted.
        Stream<MemberReport.Certificate> authority = status.authorities().stream()
                .max(Comparator.comparing(TlsStatus.Certificate::end))
                .map(last -> new MemberReport.Certificate(
                        status.role() + ", of its CA",
                        last.subject(),
                        last.end().toEpochMilli(),
                        Optional.empty()))
                .stream();
        return Stream.concat(own, authority);
    }

    private static Stream<MemberReport.RefusedConnection> told(TlsRefusals refusals, boolean ofMember) {
        return refusals.latest().stream()
                .map(refusal -> new MemberReport.RefusedConnection(
                        refusal.other(), refusal.by(), ofMember, refusal.sentence(), refusal.timeMillis()));
    }

    @Override
    public void close() {
        watcher.ifPresent(ScheduledExecutorService::shutdownNow);
    }
}
