package io.quorate.server.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.quorate.core.CoreStatus;
import io.quorate.core.EntryId;
import io.quorate.core.RoleName;
import io.quorate.core.SendBounds;
import io.quorate.core.SendCounts;
import io.quorate.core.quorum.Configuration;
import io.quorate.core.quorum.MemberId;
import io.quorate.engine.RaftNode;
import io.quorate.engine.log.LogSealing;
import io.quorate.kv.HeapStore;
import io.quorate.kv.MvccStore;
import io.quorate.server.store.SealedStates;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StateGaugesTest {

    private static final MemberId SELF = new MemberId(1);

    private final AtomicLong index = new AtomicLong();
    private final MvccStore store = MvccStore.open(new HeapStore());

    /** A member that commits and applies an entry whenever it is asked. */
    private Optional<PresentState> present() {
        long now = index.incrementAndGet();
        CoreStatus status = new CoreStatus(
                SELF,
                RoleName.LEADER,
                1,
                Optional.of(SELF),
                new EntryId(1, now),
                now,
                now,
                now,
                EntryId.ORIGIN,
                Configuration.of(Set.of(SELF)),
                false,
                false,
                Optional.empty(),
                List.of());
        return Optional.of(new PresentState(
                status,
                new RaftNode.Sending(new SendBounds(1 << 20, 7), new SendCounts(90, 1, 120, 3)),
                store,
                new LogSealing(
                        new LogSealing.Share(1, 16), new TreeMap<>(Map.of("spring", new LogSealing.Share(2, 32)))),
                List.of(
                        new SealedStates.Kept("snapshots", Optional.of("winter"), true, 3, 64),
                        new SealedStates.Kept("snapshots", Optional.of("winter"), false, 3, 1),
                        new SealedStates.Kept("ahead-of-log", Optional.empty(), false, 3, 8)),
                0,
                true,
                false,
                1));
    }

    private static double value(MetricSnapshots told, String name) {
        return told.stream()
                .filter(metric -> metric.getMetadata().getName().equals(name))
                .map(metric ->
                        ((GaugeSnapshot) metric).getDataPoints().getFirst().getValue())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void allThatAScrapeTellsIsOfOneMoment() {
        PrometheusRegistry registry = new PrometheusRegistry();
        new StateGauges(new MemberIdentity(1, "3.4.23", "3.4.0", 0), this::present, () -> 0, () -> 0)
                .register(registry);

        MetricSnapshots told = registry.scrape();

        assertThat(value(told, "etcd_server_proposals_applied_total"))
                .isEqualTo(value(told, "etcd_server_proposals_committed_total"))
                .isEqualTo(value(told, "quorate_log_synced_index"));
    }

    @Test
    void aMemberThatIsNotOpenTellsNothingOfItsState() {
        PrometheusRegistry registry = new PrometheusRegistry();
        new StateGauges(new MemberIdentity(1, "3.4.23", "3.4.0", 0), Optional::empty, () -> 0, () -> 0)
                .register(registry);

        assertThat(registry.scrape().stream().map(metric -> metric.getMetadata().getName()))
                .contains("etcd_server_proposals_pending")
                .doesNotContain("etcd_server_has_leader", "quorate_healthy");
    }

    @Test
    void howMuchIsSealedWithWhichKeyIsTold() {
        PrometheusRegistry registry = new PrometheusRegistry();
        new StateGauges(new MemberIdentity(1, "3.4.23", "3.4.0", 0), this::present, () -> 0, () -> 0)
                .register(registry);

        assertThat(registry.scrape().stream()
                        .filter(metric -> metric.getMetadata().getName().equals("quorate_at_rest_bytes"))
                        .flatMap(metric -> ((GaugeSnapshot) metric)
                                .getDataPoints().stream()
                                        .map(point -> point.getLabels().get("what") + "/"
                                                + point.getLabels().get("key") + "/" + (long) point.getValue())))
                .containsExactlyInAnyOrder("log//16", "log/spring/32", "snapshots/winter/65", "ahead-of-log//8");
    }
}
