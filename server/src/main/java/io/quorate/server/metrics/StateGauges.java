package io.quorate.server.metrics;

import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.quorate.core.RoleName;
import io.quorate.kv.StoreException;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The gauges of a member's present state, each asked anew at a scrape. */
final class StateGauges {

    private final MemberIdentity identity;
    private final Supplier<Optional<PresentState>> present;
    private final LongSupplier pendingProposals;
    private final LongSupplier watchStreams;

    StateGauges(
            MemberIdentity identity,
            Supplier<Optional<PresentState>> present,
            LongSupplier pendingProposals,
            LongSupplier watchStreams) {
        this.identity = identity;
        this.present = present;
        this.pendingProposals = pendingProposals;
        this.watchStreams = watchStreams;
    }

    void register(PrometheusRegistry registry) {
        registerIdentity(registry);
        registerRaft(registry);
        registerStore(registry);
        registerOwn(registry);
    }

    private void registerIdentity(PrometheusRegistry registry) {
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
    }

    private void registerRaft(PrometheusRegistry registry) {
        gauge(
                registry,
                "etcd_server_has_leader",
                "Whether or not a leader exists. 1 is existence, 0 is not.",
                state -> one(state.status().leader().isPresent()));
        gauge(
                registry,
                "etcd_server_is_leader",
                "Whether or not this member is a leader. 1 if is, 0 otherwise.",
                state -> one(state.status().role() == RoleName.LEADER));
        gauge(
                registry,
                "etcd_server_is_learner",
                "Whether or not this member is a learner. 1 if is, 0 otherwise.",
                state -> one(state.status()
                        .configuration()
                        .learners()
                        .contains(state.status().self())));
        gauge(
                registry,
                "etcd_server_proposals_committed_total",
                "The total number of consensus proposals committed.",
                state -> state.status().commitIndex());
        gauge(
                registry,
                "etcd_server_proposals_applied_total",
                "The total number of consensus proposals applied.",
                state -> state.status().appliedIndex());
        GaugeWithCallback.builder()
                .name("etcd_server_proposals_pending")
                .help("The current number of pending proposals to commit.")
                .callback(value -> value.call((double) pendingProposals.getAsLong()))
                .register(registry);
    }

    private void registerStore(PrometheusRegistry registry) {
        gauge(
                registry,
                "etcd_mvcc_db_total_size_in_bytes",
                "Total size of the underlying database physically allocated in bytes.",
                state -> Math.max(state.store().sizeBytes(), state.store().sizeInUseBytes()));
        gauge(
                registry,
                "etcd_mvcc_db_total_size_in_use_in_bytes",
                "Total size of the underlying database logically in use in bytes.",
                state -> state.store().sizeInUseBytes());
        gauge(
                registry,
                "etcd_debugging_mvcc_current_revision",
                "The current revision of store.",
                state -> state.store().currentRevision());
        gauge(
                registry,
                "etcd_debugging_mvcc_compact_revision",
                "The revision of the last compaction in store.",
                state -> Math.max(state.store().compactedRevision(), 0));
        gauge(registry, "etcd_debugging_mvcc_watcher_total", "Total number of watchers.", PresentState::watchers);
        GaugeWithCallback.builder()
                .name("etcd_debugging_mvcc_watch_stream_total")
                .help("Total number of watch streams.")
                .callback(value -> value.call((double) watchStreams.getAsLong()))
                .register(registry);
    }

    private void registerOwn(PrometheusRegistry registry) {
        gauge(
                registry,
                "quorate_healthy",
                "Whether /health says so. 1 if it does, 0 otherwise.",
                state -> one(state.healthy()));
        gauge(
                registry,
                "quorate_fenced",
                "Whether clients are kept away, since the state was found to differ. 1 if they are.",
                state -> one(state.fenced()));
        gauge(
                registry,
                "quorate_incarnation",
                "How often the member's data was opened in this process.",
                PresentState::incarnation);
        gauge(
                registry,
                "quorate_raft_term",
                "The term.",
                state -> state.status().term());
        gauge(
                registry,
                "quorate_leases",
                "Leases that this member knows of.",
                state -> state.store().leases().size());
        gauge(
                registry,
                "quorate_log_synced_index",
                "The last index that is durable in this member's log.",
                state -> state.status().syncedIndex());
        gauge(
                registry,
                "quorate_snapshot_index",
                "The last index that the newest snapshot covers.",
                state -> state.status().snapshot().index());
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

    /** What cannot be told, since the data is being opened anew, is left out: no number is better than an old one. */
    private void gauge(PrometheusRegistry registry, String name, String help, ToDoubleFunction<PresentState> question) {
        GaugeWithCallback.builder()
                .name(name)
                .help(help)
                .callback(value -> {
                    try {
                        present.get().ifPresent(state -> value.call(question.applyAsDouble(state)));
                    } catch (StoreException | IllegalStateException closed) {
                        // Left out.
                    }
                })
                .register(registry);
    }
}
