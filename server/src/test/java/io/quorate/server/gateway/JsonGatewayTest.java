package io.quorate.server.gateway;

import static io.quorate.server.gateway.GatewayClient.base64;
import static io.quorate.server.gateway.GatewayClient.text;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import io.quorate.server.TestCluster;
import io.quorate.server.gateway.GatewayClient.Stream;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What clients that speak JSON over HTTP/1.1 are answered. */
class JsonGatewayTest {

    @TempDir
    private static Path folder;

    private static TestCluster cluster;
    private static GatewayClient client;

    @BeforeAll
    static void start() throws IOException {
        cluster = TestCluster.start(1, folder);
        client = new GatewayClient(cluster.member(0).clientAddresses().getFirst());
    }

    @AfterAll
    static void stop() {
        client.close();
        cluster.close();
    }

    private static String put(String key, String value) {
        return "{\"key\":\"" + base64(key) + "\",\"value\":\"" + base64(value) + "\"}";
    }

    private static String key(String key) {
        return "{\"key\":\"" + base64(key) + "\"}";
    }

    @Test
    void whatIsPutIsRead() throws Exception {
        JsonObject put = client.ask("/v3/kv/put", put("read", "value"));

        JsonObject range = client.ask("/v3/kv/range", key("read"));

        JsonObject pair = range.getAsJsonArray("kvs").get(0).getAsJsonObject();
        assertThat(text(pair.get("value").getAsString())).isEqualTo("value");
        assertThat(pair.get("mod_revision"))
                .as("64-bit numbers are strings")
                .isEqualTo(put.getAsJsonObject("header").get("revision"));
        assertThat(range.get("count").getAsString()).isEqualTo("1");
        assertThat(range.has("more")).as("what has its default is left out").isFalse();
    }

    @Test
    void anOldNameOfThePathsServesToo() throws Exception {
        client.ask("/v3beta/kv/put", put("old", "path"));

        assertThat(client.ask("/v3beta/kv/range", key("old")).get("count").getAsString())
                .isEqualTo("1");
    }

    @Test
    void bothSpellingsOfFieldsAndNumbersAreUnderstood() throws Exception {
        client.ask("/v3/kv/put", put("spelling", "1"));

        JsonObject snake = client.ask(
                "/v3/kv/put",
                "{\"key\":\"" + base64("spelling") + "\",\"prev_kv\":true,\"lease\":\"0\",\"unheard_of\":{\"a\":[1]}}");
        JsonObject camel =
                client.ask("/v3/kv/put", "{\"key\":\"" + base64("spelling") + "\",\"prevKv\":true,\"lease\":0}");

        assertThat(snake.has("prev_kv")).isTrue();
        assertThat(camel.has("prev_kv")).isTrue();
    }

    @Test
    void bytesMayComeInTheAlphabetForUrls() throws Exception {
        client.ask("/v3/kv/put", "{\"key\":\"-_-_\",\"value\":\"_w\"}");

        JsonObject pair = client.ask("/v3/kv/range", "{\"key\":\"+/+/\"}")
                .getAsJsonArray("kvs")
                .get(0)
                .getAsJsonObject();

        assertThat(pair.get("key").getAsString()).isEqualTo("+/+/");
        assertThat(pair.get("value").getAsString()).isEqualTo("/w==");
    }

    @Test
    void enumsAreNamesOrNumbers() throws Exception {
        client.ask("/v3/kv/put", put("enum/a", "1"));
        client.ask("/v3/kv/put", put("enum/b", "1"));
        String range = "{\"key\":\"" + base64("enum/") + "\",\"range_end\":\"" + base64("enum0") + "\",\"sort_order\":";

        JsonObject byName = client.ask("/v3/kv/range", range + "\"DESCEND\"}");
        JsonObject byNumber = client.ask("/v3/kv/range", range + "2}");

        assertThat(firstKey(byName)).isEqualTo("enum/b");
        assertThat(firstKey(byNumber)).isEqualTo("enum/b");
    }

    private static String firstKey(JsonObject range) {
        return text(
                range.getAsJsonArray("kvs").get(0).getAsJsonObject().get("key").getAsString());
    }

    @Test
    void aTransactionComparesAndActs() throws Exception {
        String txn = "{\"compare\":[{\"target\":\"CREATE\",\"key\":\"%1$s\",\"create_revision\":\"0\"}],"
                + "\"success\":[{\"request_put\":{\"key\":\"%1$s\"}}],\"failure\":[{\"requestRange\":{\"key\":\"%1$s\"}}]}";

        JsonObject first = client.ask("/v3/kv/txn", txn.formatted(base64("txn")));
        JsonObject second = client.ask("/v3/kv/txn", txn.formatted(base64("txn")));

        assertThat(first.get("succeeded").getAsBoolean()).isTrue();
        assertThat(second.has("succeeded")).isFalse();
        assertThat(second.getAsJsonArray("responses").get(0).getAsJsonObject().has("response_range"))
                .isTrue();
    }

    @Test
    void aLeaseIsGrantedKeptAskedForAndRevoked() throws Exception {
        assertThat(client.ask("/v3/lease/grant", "{\"TTL\":60,\"ID\":\"7001\"}")
                        .get("ID")
                        .getAsString())
                .isEqualTo("7001");
        try (Stream kept = client.open("/v3/lease/keepalive", "{\"ID\":7001}")) {
            assertThat(kept.next().get("TTL").getAsString()).isEqualTo("60");
            assertThat(kept.hasEnded()).as("nothing more was asked for").isTrue();
        }
        assertThat(client.ask("/v3/kv/lease/timetolive", "{\"ID\":7001}")
                        .get("grantedTTL")
                        .getAsString())
                .isEqualTo("60");
        assertThat(client.ask("/v3/lease/leases", "{}").toString()).contains("\"7001\"");
        client.ask("/v3/kv/lease/revoke", "{\"ID\":7001}");
        assertThat(client.ask("/v3/lease/timetolive", "{\"ID\":7001}")
                        .get("TTL")
                        .getAsString())
                .isEqualTo("-1");
    }

    @Test
    void oneBodyMayHoldManyMessagesOfAStream() throws Exception {
        client.ask("/v3/lease/grant", "{\"TTL\":60,\"ID\":\"7002\"}");

        try (Stream kept = client.open("/v3/lease/keepalive", "{\"ID\":7002} \n{\"ID\":7003}{\"ID\":7002}")) {
            assertThat(kept.next().get("ID").getAsString()).isEqualTo("7002");
            assertThat(kept.next().has("TTL")).as("there is no such lease").isFalse();
            assertThat(kept.next().get("TTL").getAsString()).isEqualTo("60");
            assertThat(kept.hasEnded()).isTrue();
        }
    }

    @Test
    void eventsComeOnALineEachAsTheyHappen() throws Exception {
        try (Stream events = client.open("/v3/watch", "{\"create_request\":" + key("watched") + "}")) {
            assertThat(events.next().get("created").getAsBoolean()).isTrue();
            for (int i = 0; i < 3; i++) {
                client.ask("/v3/kv/put", put("watched", "value " + i));

                JsonObject event = events.next().getAsJsonArray("events").get(0).getAsJsonObject();

                assertThat(text(event.getAsJsonObject("kv").get("value").getAsString()))
                        .isEqualTo("value " + i);
            }
            client.ask("/v3/kv/deleterange", key("watched"));
            assertThat(events.next()
                            .getAsJsonArray("events")
                            .get(0)
                            .getAsJsonObject()
                            .get("type")
                            .getAsString())
                    .isEqualTo("DELETE");
        }
    }

    @Test
    void aLockAndAnElectionAreServed() throws Exception {
        JsonObject lock = client.ask("/v3/lock/lock", "{\"name\":\"" + base64("lock") + "\"}");
        client.ask("/v3/lock/unlock", "{\"key\":" + lock.get("key") + "}");

        JsonObject campaign = client.ask(
                "/v3/election/campaign",
                "{\"name\":\"" + base64("election") + "\",\"value\":\"" + base64("me") + "\"}");
        try (Stream leaders = client.open("/v3/election/observe", "{\"name\":\"" + base64("election") + "\"}")) {
            assertThat(text(leaders.next().getAsJsonObject("kv").get("value").getAsString()))
                    .isEqualTo("me");
            client.ask(
                    "/v3/election/proclaim",
                    "{\"leader\":" + campaign.get("leader") + ",\"value\":\"" + base64("still me") + "\"}");
            assertThat(text(leaders.next().getAsJsonObject("kv").get("value").getAsString()))
                    .isEqualTo("still me");
        }
        assertThat(client.ask("/v3/election/leader", "{\"name\":\"" + base64("election") + "\"}")
                        .has("kv"))
                .isTrue();
        client.ask("/v3/election/resign", "{\"leader\":" + campaign.get("leader") + "}");
    }

    @Test
    void theClusterAndTheMemberAreTold() throws Exception {
        JsonObject member = client.ask("/v3/cluster/member/list", "{}")
                .getAsJsonArray("members")
                .get(0)
                .getAsJsonObject();
        assertThat(member.get("name").getAsString()).isEqualTo("m0");
        assertThat(member.getAsJsonArray("clientURLs")).hasSize(1);
        assertThat(client.ask("/v3/maintenance/status", "{}").get("version").getAsString())
                .startsWith("3.4.");
        assertThat(client.ask("/v3/maintenance/alarm", "{\"action\":\"GET\"}").has("alarms"))
                .isFalse();
        assertThat(client.ask("/v3/maintenance/hash", "").get("hash").getAsLong())
                .isNotNegative();
        assertThat(client.ask("/v3/maintenance/hashkv", "{}").has("hash")).isTrue();
    }

    @Test
    void aFailureHasItsMessageItsCodeAndTheStatusOfHttpThatFits() throws Exception {
        HttpResponse<String> noKey = client.post("/v3/kv/range", "");
        assertThat(noKey.statusCode()).isEqualTo(400);
        assertThat(noKey.body())
                .isEqualTo(
                        "{\"error\":\"etcdserver: key is not provided\",\"message\":\"etcdserver: key is not provided\",\"code\":3}");

        HttpResponse<String> noLease = client.post("/v3/lease/revoke", "{\"ID\":1}");
        assertThat(noLease.statusCode()).isEqualTo(404);
        assertThat(noLease.body()).contains("\"code\":5");

        HttpResponse<String> noLeader = client.post("/v3/election/proclaim", "{}");
        assertThat(noLeader.statusCode()).isEqualTo(500);
        assertThat(noLeader.body()).contains("\\\"leader\\\" field must be provided");
    }

    @Test
    void onlyPostIsServed() throws Exception {
        HttpResponse<String> get = client.send(client.request("/v3/kv/range").GET());

        assertThat(get.statusCode()).isEqualTo(405);
        assertThat(get.headers().firstValue("allow")).contains("POST");
        assertThat(client.post("/v3/kv/nowhere", "{}").statusCode()).isEqualTo(404);
        assertThat(client.post("/v3alpha/kv/range", "{}").statusCode()).isEqualTo(404);
    }
}
