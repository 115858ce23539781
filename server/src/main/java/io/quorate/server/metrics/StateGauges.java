package io.quorate.server.metrics;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.quorate.core.RoleName;
import io.quorate.engine.log.LogSealing;
import io.quorate.kv.SealProgress;
import io.quorate.kv.StoreException;
import io.quorate.server.store.SealedStates;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/**
 * The gauges of a member's present state. A scrape asks for it once, so that all that it tells is of one moment: an applied
 * index of a later moment could be ahead of the commit index.
 */
final class StateGauges implements MultiCollector {

    private record Gauge(String name, String help, ToDoubleFunction<PresentState> question) {}

    private final MemberIdentity identity;
    private final Supplier<Optional<PresentState>> present;
    private final LongSupplier pendingProposals;
    private final LongSupplier watchStreams;
    private final List<Gauge> gauges;

    StateGauges(
            MemberIdentity identity,
            Supplier<Optional<PresentState>> present,
            LongSupplier pendingProposals,
            LongSupplier watchStreams) {
        this.identity = identity;
        this.present = present;
        this.pendingProposals = pendingProposals;
        this.watchStreams = watchStreams;
        this.gauges = Stream.of(raft(), store(), own(), sending(), sealing())
                .flatMap(List::stream)
                .toList();
    }

    void register(PrometheusRegistry registry) {
        registerOthers(registry);
        registry.register(this);
    }

    @Override
    public MetricSnapshots collect() {
        MetricSnapshots.Builder told = MetricSnapshots.builder();
        Optional<PresentState> now = present.get();
        now.ifPresent(state -> gauges.forEach(gauge -> value(gauge, state)
                .ifPresent(value -> told.metricSnapshot(GaugeSnapshot.builder()
                        .name(gauge.name())
                        .help(gauge.help())
                        .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                                .value(value)
                                .build())
                        .build()))));
        now.ifPresent(state -> told.metricSnapshot(atRest(state.sealing(), state.states())));
        return told.build();
    }

    /** How far another key, or encryption at all, has come; the key of what is not sealed is empty. */
    private static GaugeSnapshot atRest(LogSealing log, List<SealedStates.Kept> states) {
        GaugeSnapshot.Builder told = GaugeSnapshot.builder()
                .name("quorate_at_rest_bytes")
                .help("Bytes of files on the disk that need a master key, or none: log, snapshots, states laid aside.");
        told.dataPoint(sealed("log", "", log.plain().bytes()));
        log.byKey().forEach((key, share) -> told.dataPoint(sealed("log", key, share.bytes())));
        Map<String, Map<String, Long>> byWhat = new TreeMap<>();
        states.forEach(state -> byWhat.computeIfAbsent(state.what(), what -> new TreeMap<>())
                .merge(state.keyId().orElse(""), state.bytes(), Long::sum));
        byWhat.forEach((what, byKey) -> byKey.forEach((key, bytes) -> told.dataPoint(sealed(what, key, bytes))));
        return told.build();
    }

    private static GaugeSnapshot.GaugeDataPointSnapshot sealed(String what, String key, long bytes) {
        return GaugeSnapshot.GaugeDataPointSnapshot.builder()
                .labels(Labels.of("what", what, "key", key))
                .value((double) bytes)
                .build();
    }

    /** What cannot be told, since the data is being opened anew, is left out: no number is better than an old one. */
    private static OptionalDouble value(Gauge gauge, PresentState state) {
        try {
            return OptionalDouble.of(gauge.question().applyAsDouble(state));
        } catch (StoreException | IllegalStateException closed) {
            return OptionalDouble.empty();
        }
    }

    private void registerOthers(PrometheusRegistry registry) {
        label(
                registry,
                "etcd_server_id",
                "Server or member ID in hexadecimal format. 1 for 'server_id' label with current ID.",
                "server_id",
                Long.toHexString(identity.memberId()));
        label(
                registry,
                "etcd_server_version",
                "Which version is running. 1 for 'server_version' label with current version.",
                "server_version",
                identity.version());
        label(
                registry,
                "etcd_cluster_version",
                "Which version is running. 1 for 'cluster_version' label with current cluster version",
                "cluster_version",
                identity.clusterVersion());
        GaugeWithCallback.builder()
                .name("etcd_server_quota_backend_bytes")
                .help("Current backend storage quota size in bytes.")
                .callback(value -> value.call((double) Math.max(identity.quotaBytes(), 0)))
                .register(registry);
        GaugeWithCallback.builder()
                .name("etcd_server_proposals_pending")
                .help("The current number of pending proposals to commit.")
                .callback(value -> value.call((double) pendingProposals.getAsLong()))
                .register(registry);
        GaugeWithCallback.builder()
                .name("etcd_debugging_mvcc_watch_stream_total")
                .help("Total number of watch streams.")
                .callback(value -> value.call((double) watchStreams.getAsLong()))
                .register(registry);
    }

    private static List<Gauge> raft() {
        return List.of(
                new Gauge(
                        "etcd_server_has_leader",
                        "Whether or not a leader exists. 1 is existence, 0 is not.",
                        state -> one(state.status().leader().isPresent())),
                new Gauge(
                        "etcd_server_is_leader",
                        "Whether or not this member is a leader. 1 if is, 0 otherwise.",
                        state -> one(state.status().role() == RoleName.LEADER)),
                new Gauge(
                        "etcd_server_is_learner",
                        "Whether or not this member is a learner. 1 if is, 0 otherwise.",
                        state -> one(state.status()
                                .configuration()
                                .learners()
                                .contains(state.status().self()))),
                new Gauge(
                        "etcd_server_proposals_committed_total",
                        "The total number of consensus proposals committed.",
                        state -> state.status().commitIndex()),
                new Gauge(
                        "etcd_server_proposals_applied_total",
                        "The total number of consensus proposals applied.",
                        state -> state.status().appliedIndex()));
    }

    private static List<Gauge> store() {
        return List.of(
                new Gauge(
                        "etcd_mvcc_db_total_size_in_bytes",
                        "Total size of the underlying database physically allocated in bytes.",
                        state -> Math.max(
                                state.store().sizeBytes(), state.store().sizeInUseBytes())),
                new Gauge(
                        "etcd_mvcc_db_total_size_in_use_in_bytes",
                        "Total size of the underlying database logically in use in bytes.",
                        state -> state.store().sizeInUseBytes()),
                new Gauge(
                        "etcd_debugging_mvcc_current_revision",
                        "The current revision of store.",
                        state -> state.store().currentRevision()),
                new Gauge(
                        "etcd_debugging_mvcc_compact_revision",
                        "The revision of the last compaction in store.",
                        state -> Math.max(state.store().compactedRevision(), 0)),
                new Gauge("etcd_debugging_mvcc_watcher_total", "Total number of watchers.", PresentState::watchers));
    }

    private static List<Gauge> own() {
        return List.of(
                new Gauge(
                        "quorate_healthy",
                        "Whether /health says so. 1 if it does, 0 otherwise.",
                        state -> one(state.healthy())),
                new Gauge(
                        "quorate_fenced",
                        "Whether clients are kept away, since the state was found to differ. 1 if they are.",
                        state -> one(state.fenced())),
                new Gauge(
                        "quorate_incarnation",
                        "How often the member's data was opened in this process.",
                        PresentState::incarnation),
                new Gauge(
                        "quorate_raft_term",
                        "The term.",
                        state -> state.status().term()),
                new Gauge(
                        "quorate_leases",
                        "Leases that this member knows of.",
                        state -> state.store().leases().size()),
                new Gauge(
                        "quorate_log_synced_index",
                        "The last index that is durable in this member's log.",
                        state -> state.status().syncedIndex()),
                new Gauge(
                        "quorate_snapshot_index",
                        "The last index that the newest snapshot covers.",
                        state -> state.status().snapshot().index()));
    }

    /** What a store does not tell that seals nothing, or has not counted yet, is left out. */
    private static List<Gauge> sealing() {
        return List.of(
                new Gauge(
                        "quorate_store_data_keys",
                        "Data keys that the values in the store are sealed with.",
                        state -> sealing(state).dataKeys()),
                new Gauge(
                        "quorate_store_values_to_seal",
                        "Values in the store that are plain, or sealed with a data key that is not wanted any more.",
                        state -> sealing(state)
                                .left()
                                .orElseThrow(() -> new IllegalStateException("they are not counted yet"))));
    }

    private static SealProgress sealing(PresentState state) {
        return state.store().sealProgress().orElseThrow(() -> new IllegalStateException("the store seals nothing"));
    }

    /** How it has sent entries while it led, all since its data was opened. */
    private static List<Gauge> sending() {
        return List.of(
                new Gauge(
                        "quorate_replication_max_batch_bytes",
                        "The most entries that go in one message to another member.",
                        state -> state.sending().bounds().maxMessageBytes()),
                new Gauge(
                        "quorate_replication_max_inflight_messages",
                        "How many messages to one other member may be under way.",
                        state -> state.sending().bounds().maxInflightMessages()),
                new Gauge(
                        "quorate_replication_messages",
                        "Messages with entries that were sent.",
                        state -> state.sending().counts().messages()),
                new Gauge(
                        "quorate_replication_full_messages",
                        "Those of them that were as large as they may be.",
                        state -> state.sending().counts().full()),
                new Gauge(
                        "quorate_replication_messages_under_way",
                        "For each message that was sent, how many were under way to that member then; added up.",
                        state -> state.sending().counts().underWay()),
                new Gauge(
                        "quorate_replication_held_back",
                        "How often entries had to wait since as many messages were under way as may be.",
                        state -> state.sending().counts().heldBack()));
    }

    private static double one(boolean holds) {
        return holds ? 1 : 0;
    }

    private static void label(PrometheusRegistry registry, String name, String help, String label, String value) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .labelNames(label)
                .callback(gauge -> gauge.call(1, value))
                .register(registry);
    }
}
