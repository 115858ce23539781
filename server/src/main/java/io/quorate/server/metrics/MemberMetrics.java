package io.quorate.server.metrics;

import io.grpc.ServerInterceptor;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.instrumentation.jvm.JvmMetrics;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.quorate.core.RoleName;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.EngineMetrics;
import io.quorate.engine.WritePhase;
import io.quorate.engine.detection.Detection;
import io.quorate.engine.detection.DetectionKind;
import io.quorate.engine.detection.Detections;
import io.quorate.engine.disk.MeasuredDisk;
import io.quorate.engine.transport.MeasuredNetwork;
import io.quorate.kv.Result;
import io.quorate.server.audit.AuditListener;
import io.quorate.server.auth.ClientAddress;
import io.quorate.server.auth.FailedLogins;
import io.quorate.server.auth.LoginListener;
import io.quorate.server.wire.Limit;
import io.quorate.server.wire.LimitListener;
import io.quorate.server.wire.LimitLog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a member has measured since its process began, whatever node served meanwhile. Thread-safe.
 *
 * <p>A name of etcd's is used only where the same is measured; what etcd does not have begins with {@code quorate_}.
 */
public final class MemberMetrics
        implements EngineMetrics, MeasuredDisk.SyncListener, MeasuredNetwork.RoundTripListener, LoginListener {

    private static final Logger LOG = LoggerFactory.getLogger(MemberMetrics.class);

    /** The name that Prometheus knows its text format by. */
    public static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    private static final double NANOS_PER_SECOND = 1e9;

    /** The log's files; syncs of others are not what etcd's name speaks of. */
    private static final String LOG_FOLDER = "log/";

    private final PrometheusRegistry registry = new PrometheusRegistry();
    private final RpcMetrics rpcs = new RpcMetrics(registry);
    private final StoreMetrics store = new StoreMetrics(registry);
    private final WriteDurations writes = new WriteDurations(registry);
    private final LongAdder pending = new LongAdder();
    private final LogSyncs logSyncs = new LogSyncs(System::nanoTime);
    private volatile Set<String> scoredParts = Set.of();
    private final Detections detections = new Detections(LOG::warn);
    private final FailedLogins failedLogins = new FailedLogins(InstantSource.system());
    private final SnapshotTransfers snapshotTransfers = new SnapshotTransfers(System::nanoTime);

    private final Counter leaderChanges = Counter.builder()
            .name("etcd_server_leader_changes_seen_total")
            .help("The number of leader changes seen.")
            .register(registry);
    private final Counter proposalsFailed = Counter.builder()
            .name("etcd_server_proposals_failed_total")
            .help("The total number of failed proposals seen.")
            .register(registry);
    private final Histogram walSync =
            durations("etcd_disk_wal_fsync_duration_seconds", "The latency distributions of fsync called by WAL.");
    private final Histogram roundTrip = Histogram.builder()
            .name("etcd_network_peer_round_trip_time_seconds")
            .help("Round-Trip-Time histogram between peers")
            .labelNames("To")
            .classicOnly()
            .classicExponentialUpperBounds(0.0001, 2, 16)
            .register(registry);
    private final Histogram logWrite = durations(
            "quorate_log_write_duration_seconds",
            "The time from handing entries to the log until they are durable, waiting included.");
    private final Histogram apply =
            durations("quorate_apply_duration_seconds", "The time that applying a batch of committed commands took.");
    private final Counter snapshotsTaken = Counter.builder()
            .name("quorate_snapshots_taken_total")
            .help("Snapshots of the state that were taken.")
            .register(registry);
    private final Gauge score = Gauge.builder()
            .name("quorate_grey_score")
            .help("How far the member is from failing: 0 healthy, 1 failing.")
            .register(registry);
    private final Gauge partScore = Gauge.builder()
            .name("quorate_grey_part_score")
            .help("The same, of each part that is measured; the worst is the member's.")
            .labelNames("part")
            .register(registry);
    private final Counter handOvers = Counter.builder()
            .name("quorate_grey_hand_overs_total")
            .help("How often the member has tried to give way as the leader, since it was failing slowly.")
            .register(registry);
    private final Counter logins = Counter.builder()
            .name("quorate_login_attempts_total")
            .help("Attempts to log in with a password, by what came of them; limited: too many were wrong before.")
            .labelNames("outcome")
            .register(registry);
    private final Counter audited = Counter.builder()
            .name("quorate_audit_events_total")
            .help("Events that belong in the audit log, beside what the log does by itself, by what became of them;"
                    + " suppressed: their number is on record; lost: they are not.")
            .labelNames("outcome")
            .register(registry);
    private final Counter refused = Counter.builder()
            .name("quorate_refused_total")
            .help("Connections, calls and requests that were refused or ended, by the limit that a client went beyond.")
            .labelNames("limit")
            .register(registry);
    private final LimitLog limits =
            new LimitLog(limit -> refused.labelValues(label(limit)).inc(), LOG::warn, System::nanoTime);
    private final Counter detected = Counter.builder()
            .name("quorate_detections_total")
            .help("What was detected that no honest member does, or that somebody at the peer port tried, by its kind.")
            .labelNames("kind")
            .register(registry);
    private final Counter snapshotsInstalled = Counter.builder()
            .name("quorate_snapshots_installed_total")
            .help("Snapshots of another member's state that were installed.")
            .register(registry);

    /**
     * Registers all that there is to tell.
     *
     * @param identity of the member
     * @param present the node and the store that serve now; asked at each scrape
     */
    public MemberMetrics(MemberIdentity identity, Supplier<Optional<PresentState>> present) {
        JvmMetrics.builder().register(registry);
        for (LoginListener.Outcome outcome : LoginListener.Outcome.values()) {
            logins.initLabelValues(label(outcome));
        }
        for (AuditListener.Outcome outcome : AuditListener.Outcome.values()) {
            audited.initLabelValues(label(outcome));
        }
        for (Limit limit : Limit.values()) {
            refused.initLabelValues(label(limit));
        }
        for (DetectionKind kind : DetectionKind.values()) {
            detected.initLabelValues(kind.label());
        }
        new StateGauges(identity, present, pending::sum, rpcs::openWatchStreams).register(registry);
    }

    /** etcd's buckets: from 1 ms, each twice as wide, 14 of them. */
    private Histogram durations(String name, String help) {
        return Histogram.builder()
                .name(name)
                .help(help)
                .classicOnly()
                .classicExponentialUpperBounds(0.001, 2, 14)
                .register(registry);
    }

    /** Counts calls and their messages. */
    public ServerInterceptor rpcs() {
        return rpcs;
    }

    /** The syncs of the log. */
    public LogSyncs logSyncs() {
        return logSyncs;
    }

    /** The snapshots that are sent. */
    public SnapshotTransfers snapshotTransfers() {
        return snapshotTransfers;
    }

    /**
     * What the member's score is now.
     *
     * @param ofParts the scores of the parts that are measured, by their names
     */
    public void scored(double value, Map<String, Double> ofParts) {
        score.set(value);
        ofParts.forEach((part, itsScore) -> partScore.labelValues(part).set(itsScore));
        scoredParts.stream().filter(part -> !ofParts.containsKey(part)).forEach(partScore::remove);
        scoredParts = Set.copyOf(ofParts.keySet());
    }

    /** The member tries to give way as the leader. */
    public void givesWay() {
        handOvers.inc();
    }

    @Override
    public void tried(LoginListener.Outcome outcome) {
        logins.labelValues(label(outcome)).inc();
    }

    /** Events that belong in the audit log have come to something. */
    public void audited(AuditListener.Outcome outcome, long events) {
        audited.labelValues(label(outcome)).inc((double) events);
    }

    private static String label(Enum<?> what) {
        return what.name().toLowerCase(Locale.ROOT);
    }

    /** Counts and logs the clients that go beyond limits. */
    public LimitListener limits() {
        return limits;
    }

    @Override
    public void tried(LoginListener.Outcome outcome, ClientAddress from, Optional<String> user) {
        tried(outcome);
        failedLogins.tried(outcome, from, user);
    }

    /** The logins that failed lately. */
    public FailedLogins failedLogins() {
        return failedLogins;
    }

    /** What was detected that no honest member does. */
    public Detections detections() {
        return detections;
    }

    @Override
    public void detected(Detection detection) {
        detected.labelValues(detection.kind().label()).inc();
        detections.detected(detection);
    }

    /** How long the writes of the member's clients took that were answered until now. */
    public WriteTotals writes() {
        return writes.totals();
    }

    /** Counts what was applied. */
    public void applied(List<Result> results) {
        store.applied(results);
    }

    /** All of it, in Prometheus' text format. */
    public String text() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            PrometheusTextFormatWriter.create().write(out, registry.scrape());
        } catch (IOException e) {
            throw new UncheckedIOException("metrics could not be written to memory", e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void syncBegins(String file) {
        if (file.startsWith(LOG_FOLDER)) {
            logSyncs.begins(file);
        }
    }

    @Override
    public void syncFailed(String file) {
        logSyncs.failed(file);
    }

    @Override
    public void synced(String file, long nanos) {
        if (file.startsWith(LOG_FOLDER)) {
            logSyncs.ended(file, nanos);
            walSync.observe(nanos / NANOS_PER_SECOND);
        }
    }

    @Override
    public void roundTrip(MemberId peer, long nanos) {
        roundTrip.labelValues(Long.toHexString(peer.value())).observe(nanos / NANOS_PER_SECOND);
    }

    @Override
    public void logSynced(long nanos) {
        logWrite.observe(nanos / NANOS_PER_SECOND);
    }

    @Override
    public void applied(int commands, long nanos) {
        apply.observe(nanos / NANOS_PER_SECOND);
    }

    @Override
    public void roleChanged(RoleName role, long term) {
        // The gauges tell the present role.
    }

    /** As in etcd, that a leader is lost is no change of its own: that another one is found is. */
    @Override
    public void leaderChanged(Optional<MemberId> leader, long term) {
        if (leader.isPresent()) {
            leaderChanges.inc();
        }
    }

    @Override
    public void proposed() {
        pending.increment();
    }

    @Override
    public void proposalEnded(boolean applied) {
        pending.decrement();
        if (!applied) {
            proposalsFailed.inc();
        }
    }

    @Override
    public void writePhase(WritePhase phase, long nanos) {
        writes.phase(phase, nanos);
    }

    @Override
    public void writeAnswered(long nanos) {
        writes.answered(nanos);
    }

    @Override
    public void snapshotTaken(long index, long nanos) {
        snapshotsTaken.inc();
    }

    @Override
    public void snapshotPieceSent(MemberId to, long snapshotIndex, long doneBytes, long totalBytes) {
        snapshotTransfers.pieceSent(new SnapshotTransfers.Transfer(to, snapshotIndex, doneBytes, totalBytes));
    }

    @Override
    public void snapshotInstalled(long index) {
        snapshotsInstalled.inc();
    }
}
