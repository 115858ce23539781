package io.quorate.server.gateway;

import static io.quorate.server.gateway.GatewayClient.base64;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.quorate.engine.WritePhase;
import io.quorate.server.TestCluster;
import io.quorate.server.gateway.GatewayClient.Stream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a member tells those who watch over it: its metrics, and whether it is well. */
class MemberPagesTest {

    @TempDir
    private Path folder;

    private Optional<TestCluster> started = Optional.empty();
    private Optional<GatewayClient> connected = Optional.empty();

    private void start(int members) throws IOException {
        started = Optional.of(TestCluster.start(members, folder));
        connected = Optional.of(new GatewayClient(
                cluster().member(cluster().leader()).clientAddresses().getFirst()));
    }

    private TestCluster cluster() {
        return started.orElseThrow();
    }

    private GatewayClient client() {
        return connected.orElseThrow();
    }

    @AfterEach
    void stop() {
        connected.ifPresent(GatewayClient::close);
        started.ifPresent(TestCluster::close);
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client().send(client().request(path).GET());
    }

    private String metrics() throws IOException, InterruptedException {
        HttpResponse<String> answer = get("/metrics");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type").orElseThrow()).startsWith("text/plain; version=0.0.4");
        return answer.body();
    }

    private static double value(String metrics, String series) {
        Matcher line = Pattern.compile("^" + Pattern.quote(series) + " (\\S+)$", Pattern.MULTILINE)
                .matcher(metrics);
        assertThat(line.find()).as("%s is among %s", series, metrics).isTrue();
        return Double.parseDouble(line.group(1));
    }

    private static String rpc(String metric, String type, String service, String method) {
        return metric + "{grpc_method=\"" + method + "\",grpc_service=\"" + service + "\",grpc_type=\"" + type + "\"}";
    }

    @Test
    void metricsTellWhatTheMemberHasDone() throws Exception {
        start(1);
        String key = "{\"key\":\"" + base64("key") + "\"}";
        String before = metrics();
        client().ask("/v3/kv/put", key);
        client().ask("/v3/kv/put", key);
        client().ask("/v3/kv/deleterange", key);
        client().ask(
                        "/v3/kv/txn",
                        "{\"success\":[{\"request_put\":" + key + "},{\"request_put\":{\"key\":\"b2s=\"}}]}");
        client().ask("/v3/lease/grant", "{\"TTL\":60,\"ID\":5}");
        client().ask("/v3/lease/revoke", "{\"ID\":5}");
        assertThat(client().post("/v3/lease/revoke", "{\"ID\":5}").statusCode()).isEqualTo(404);

        String after = metrics();

        assertThat(value(after, "etcd_mvcc_put_total") - value(before, "etcd_mvcc_put_total"))
                .isEqualTo(4);
        assertThat(value(after, "etcd_mvcc_delete_total")).isEqualTo(1);
        assertThat(value(after, "etcd_mvcc_txn_total")).isEqualTo(1);
        assertThat(value(after, "etcd_debugging_lease_granted_total")).isEqualTo(1);
        assertThat(value(after, "etcd_debugging_lease_revoked_total")).isEqualTo(1);
        assertThat(value(after, "etcd_debugging_mvcc_current_revision")).isEqualTo(5);
        assertThat(value(after, "etcd_server_has_leader")).isEqualTo(1);
        assertThat(value(after, "etcd_server_is_leader")).isEqualTo(1);
        assertThat(value(after, "etcd_server_leader_changes_seen_total")).isEqualTo(1);
        assertThat(value(after, "etcd_server_proposals_committed_total"))
                .isGreaterThan(value(before, "etcd_server_proposals_committed_total"));
        assertThat(value(after, "etcd_server_proposals_applied_total"))
                .isLessThanOrEqualTo(value(after, "etcd_server_proposals_committed_total"));
        assertThat(value(after, "etcd_server_proposals_pending")).isNotNegative();
        assertThat(value(after, "etcd_server_proposals_failed_total")).isZero();
        assertThat(value(after, "etcd_server_quota_backend_bytes")).isEqualTo(2L << 30);
        assertThat(value(after, "etcd_disk_wal_fsync_duration_seconds_count"))
                .isGreaterThan(value(before, "etcd_disk_wal_fsync_duration_seconds_count"));
        assertThat(value(after, "etcd_mvcc_db_total_size_in_bytes"))
                .isGreaterThanOrEqualTo(value(after, "etcd_mvcc_db_total_size_in_use_in_bytes"));
        assertThat(value(after, "etcd_server_version{server_version=\"3.4.23\"}"))
                .isEqualTo(1);
        assertThat(value(after, "process_open_fds")).isPositive();
        assertThat(after).contains("jvm_memory_used_bytes", "process_cpu_seconds_total", "quorate_raft_term");
    }

    @Test
    void metricsTellWhereTheTimeOfWritesGoes() throws Exception {
        start(1);
        String key = "{\"key\":\"" + base64("key") + "\"}";
        double before = writes(metrics());
        client().ask("/v3/kv/put", key);
        client().ask("/v3/kv/put", key);

        // A write is told phase by phase, after its answer has left.
        String after = await().until(this::metrics, page -> writes(page) >= before + 2 && allPhasesTell(page));

        double sum = Arrays.stream(WritePhase.values())
                .filter(phase -> phase != WritePhase.SYNC && phase != WritePhase.REPLICATE)
                .mapToDouble(phase -> value(after, ofPhase("sum", phase)))
                .sum();
        assertThat(sum)
                .as("the phases make up the whole")
                .isCloseTo(value(after, "quorate_write_duration_seconds_sum"), within(1e-9 * writes(after)));
        assertThat(value(after, ofPhase("sum", WritePhase.SYNC)))
                .isLessThanOrEqualTo(value(after, ofPhase("sum", WritePhase.COMMIT)))
                .isPositive();
    }

    private static double writes(String page) {
        return value(page, "quorate_write_duration_seconds_count");
    }

    private static String ofPhase(String figure, WritePhase phase) {
        return "quorate_write_phase_duration_seconds_" + figure + "{phase=\"" + phase.text() + "\"}";
    }

    /** This member leads, and hands nothing on. */
    private static boolean allPhasesTell(String page) {
        return Arrays.stream(WritePhase.values())
                .allMatch(phase ->
                        value(page, ofPhase("count", phase)) == (phase == WritePhase.FORWARD ? 0 : writes(page)));
    }

    @Test
    void callsAreCountedByWhatBecameOfThem() throws Exception {
        start(1);
        String put = "{\"key\":\"" + base64("counted") + "\"}";
        client().ask("/v3/kv/put", put);
        client().ask("/v3/kv/put", put);
        client().post("/v3/kv/put", "{}");
        String ofPut = "\",grpc_method=\"Put\",grpc_service=\"etcdserverpb.KV\",grpc_type=\"unary\"}";

        String metrics = metrics();

        assertThat(value(metrics, rpc("grpc_server_started_total", "unary", "etcdserverpb.KV", "Put")))
                .isEqualTo(3);
        assertThat(value(metrics, rpc("grpc_server_msg_received_total", "unary", "etcdserverpb.KV", "Put")))
                .isEqualTo(3);
        assertThat(value(metrics, rpc("grpc_server_msg_sent_total", "unary", "etcdserverpb.KV", "Put")))
                .isEqualTo(2);
        assertThat(value(metrics, "grpc_server_handled_total{grpc_code=\"OK" + ofPut))
                .isEqualTo(2);
        assertThat(value(metrics, "grpc_server_handled_total{grpc_code=\"InvalidArgument" + ofPut))
                .isEqualTo(1);
        assertThat(value(metrics, "etcd_network_client_grpc_received_bytes_total"))
                .isPositive();
        assertThat(value(metrics, "etcd_network_client_grpc_sent_bytes_total")).isPositive();
    }

    @Test
    void openWatchesAndTheirEventsAreCounted() throws Exception {
        start(1);
        String key = "{\"key\":\"" + base64("watched") + "\"}";
        try (Stream stream = client().open(
                        "/v3/watch", "{\"create_request\":" + key + "}{\"create_request\":{\"key\":\"b3RoZXI=\"}}")) {
            stream.next();
            stream.next();
            client().ask("/v3/kv/put", key);
            stream.next();

            String metrics = metrics();

            assertThat(value(metrics, "etcd_debugging_mvcc_watch_stream_total")).isEqualTo(1);
            assertThat(value(metrics, "etcd_debugging_mvcc_watcher_total")).isEqualTo(2);
            assertThat(value(metrics, "etcd_debugging_mvcc_events_total")).isEqualTo(1);
        }
        TestCluster.await(() -> openStreams() == 0, "the stream has ended");
    }

    private double openStreams() {
        try {
            return value(metrics(), "etcd_debugging_mvcc_watch_stream_total");
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aMemberThatIsWellSaysSo() throws Exception {
        start(1);

        assertThat(get("/livez").body()).isEqualTo("ok\n");
        assertThat(get("/livez?verbose").body()).isEqualTo("[+]serializable_read ok\nok\n");
        assertThat(get("/readyz").body()).isEqualTo("ok\n");
        assertThat(get("/readyz?verbose").body())
                .isEqualTo("[+]data_corruption ok\n[+]serializable_read ok\n[+]linearizable_read ok\nok\n");
        assertThat(get("/readyz?verbose&exclude=linearizable_read&exclude=data_corruption")
                        .body())
                .isEqualTo("[+]serializable_read ok\nok\n");
        assertThat(get("/readyz?verbose&allowlist=data_corruption").body()).isEqualTo("[+]data_corruption ok\nok\n");
        assertThat(get("/readyz/linearizable_read?verbose").body()).isEqualTo("[+]linearizable_read ok\nok\n");
        assertThat(get("/readyz?exclude=a&allowlist=b").statusCode()).isEqualTo(400);
        assertThat(client().post("/readyz", "").statusCode()).isEqualTo(405);
    }

    @Test
    void theLeaderMeasuresTheWayToItsFollowers() throws Exception {
        start(3);

        TestCluster.await(() -> roundTrips() == 2, "the round trips to both followers are told");
    }

    private long roundTrips() {
        try {
            return metrics()
                    .lines()
                    .filter(line -> line.startsWith("etcd_network_peer_round_trip_time_seconds_count{To="))
                    .count();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aMemberWithoutAQuorumLivesButIsNotReady() throws Exception {
        start(3);
        int leader = cluster().leader();
        for (int member = 0; member < 3; member++) {
            if (member != leader) {
                cluster().stop(member);
            }
        }

        HttpResponse<String> ready = get("/readyz");

        assertThat(ready.statusCode()).isEqualTo(503);
        assertThat(ready.body()).contains("[+]serializable_read ok\n[-]linearizable_read failed: ");
        assertThat(get("/livez").statusCode()).isEqualTo(200);
        assertThat(get("/readyz?exclude=linearizable_read").body()).isEqualTo("ok\n");
        TestCluster.await(() -> hasLeader() == 0, "the metrics tell that there is no leader");
    }

    private double hasLeader() {
        try {
            return value(metrics(), "etcd_server_has_leader");
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anAlarmOfCorruptionMakesAMemberUnready() throws Exception {
        start(1);
        client().ask("/v3/maintenance/alarm", "{\"action\":\"ACTIVATE\",\"alarm\":\"CORRUPT\"}");

        assertThat(get("/readyz").body()).startsWith("[-]data_corruption failed: etcdserver: corrupt cluster\n");
        assertThat(get("/livez").statusCode()).isEqualTo(200);
    }
}
