package io.quorate.server.metrics;

import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.quorate.kv.Result;
import java.util.List;

/** Counts what was applied to the store, by the results. Thread-safe. */
final class StoreMetrics {

    private final Counter puts;
    private final Counter deletes;
    private final Counter txns;
    private final Counter leasesGranted;
    private final Counter leasesRevoked;
    private final Histogram leaseTtl;

    StoreMetrics(PrometheusRegistry registry) {
        this.puts = counter(registry, "etcd_mvcc_put_total", "Total number of puts seen by this member.");
        this.deletes = counter(registry, "etcd_mvcc_delete_total", "Total number of deletes seen by this member.");
        this.txns = counter(registry, "etcd_mvcc_txn_total", "Total number of txns seen by this member.");
        this.leasesGranted =
                counter(registry, "etcd_debugging_lease_granted_total", "The total number of granted leases.");
        this.leasesRevoked =
                counter(registry, "etcd_debugging_lease_revoked_total", "The total number of revoked leases.");
        this.leaseTtl = Histogram.builder()
                .name("etcd_debugging_lease_ttl_total")
                .help("Bucketed histogram of lease TTLs.")
                .classicOnly()
                .classicExponentialUpperBounds(1, 2, 24)
                .register(registry);
    }

    private static Counter counter(PrometheusRegistry registry, String name, String help) {
        return Counter.builder().name(name).help(help).register(registry);
    }

    void applied(List<Result> results) {
        results.forEach(this::count);
    }

    private void count(Result result) {
        switch (result) {
            case Result.PutResult put -> puts.inc();
            case Result.DeleteRangeResult delete -> deletes.inc();
            case Result.TxnResult txn -> {
                txns.inc();
                applied(txn.responses());
            }
            case Result.LeaseGrantResult granted -> {
                leasesGranted.inc();
                leaseTtl.observe((double) granted.lease().ttlSeconds());
            }
            case Result.LeaseRevokeResult revoked -> leasesRevoked.inc();
            case Result.RangeResult range -> {}
            case Result.CompactResult compact -> {}
            case Result.AlarmResult alarm -> {}
            case Result.PublishResult publish -> {}
            case Result.HashResult hash -> {}
            case Result.AuthResult auth -> {}
            case Result.LoginResult login -> {}
            case Result.LeaseTakeoverResult takeover -> {}
            case Result.LeaseCheckpointResult checkpoint -> {}
            case Result.VerifyResult verify -> {}
            case Result.ReportResult report -> {}
            case Result.OperationResult operation -> {}
            case Result.AuditResult audit -> {}
            case Result.Rejected rejected -> {}
        }
    }
}
