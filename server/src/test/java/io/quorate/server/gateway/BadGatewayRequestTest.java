package io.quorate.server.gateway;

import static io.quorate.server.gateway.GatewayClient.base64;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.quorate.server.TestCluster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that the gateway cannot carry out are told why, and hurt nobody. */
class BadGatewayRequestTest {

    private static final int INVALID_ARGUMENT = 3;

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

    @AfterEach
    void othersAreServed() throws Exception {
        client.ask("/v3/maintenance/status", "{}");
    }

    private static JsonObject assertRefused(HttpResponse<String> answer, int status, int code) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        JsonObject error = JsonParser.parseString(answer.body()).getAsJsonObject();
        assertThat(error.get("code").getAsInt()).isEqualTo(code);
        assertThat(error.get("message")).isEqualTo(error.get("error"));
        assertThat(error.get("message").getAsString()).isNotEmpty().hasSizeLessThan(400);
        return error;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "}",
                "{]",
                "[]",
                "null",
                "5",
                "5 {}",
                "nonsense",
                "\"{}\"",
                "{\"key\":\"Zm9v\"",
                "{\"key\":\"Zm9v",
                "{\"key\":\"Zm9v\\",
                "{\"key\":\"Zm9v\\u12",
                "{\"key\":\"Zm9v\"} {}",
                "{\"key\":\"Zm9v\"} more",
                "{'key':'Zm9v'}",
                "{key:\"Zm9v\"}",
                "{\"key\":\"Zm9v\",}",
                "{\"key\":\"!!\"}",
                "{\"key\":5}",
                "{\"key\":{\"a\":1}}",
                "{\"key\":\"Zm9v\",\"limit\":1.5}",
                "{\"key\":\"Zm9v\",\"limit\":\"many\"}",
                "{\"key\":\"Zm9v\",\"limit\":9223372036854775808}",
                "{\"key\":\"Zm9v\",\"limit\":1e999999999}",
                "{\"key\":\"Zm9v\",\"limit\":NaN}",
                "{\"key\":\"Zm9v\",\"serializable\":\"maybe\"}",
                "{\"key\":\"Zm9v\",\"unknown\":\"\\ud83d\"}",
            })
    void whatIsNoSuchMessageIsRefused(String body) throws Exception {
        assertRefused(client.post("/v3/kv/range", body), 400, INVALID_ARGUMENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "{\"ID\":x}", "{\"ID\":\"x\"}"})
    void whatIsNoSuchMessageBeginsNoStream(String body) throws Exception {
        assertRefused(client.post("/v3/lease/keepalive", body), 400, INVALID_ARGUMENT);
    }

    @Test
    void whatIsNoSuchMessageEndsAStreamThatHasBegunWell() throws Exception {
        try (GatewayClient.Stream kept = client.open("/v3/watch", "{\"create_request\":{\"key\":\"Zm9v\"}}{\"")) {
            // Whether the first message was answered by then is a matter of who was faster.
            String line = kept.lines().readLine();
            String last = line.contains("\"created\":true") ? kept.lines().readLine() : line;
            assertThat(JsonParser.parseString(last)
                            .getAsJsonObject()
                            .getAsJsonObject("error")
                            .get("grpc_code")
                            .getAsInt())
                    .isEqualTo(INVALID_ARGUMENT);
            assertThat(kept.hasEnded()).isTrue();
        }
    }

    @Test
    void nestingHasABound() throws Exception {
        String arrays = "[".repeat(5000) + "]".repeat(5000);
        String transactions = "{\"success\":[{\"request_txn\":".repeat(5000) + "{}" + "}]}".repeat(5000);

        assertRefused(client.post("/v3/kv/range", "{\"unknown\":" + arrays + "}"), 400, INVALID_ARGUMENT);
        assertRefused(client.post("/v3/kv/txn", transactions), 400, INVALID_ARGUMENT);
        assertRefused(client.post("/v3/kv/txn", "[".repeat(1_000_000)), 400, INVALID_ARGUMENT);
        assertRefused(client.post("/v3/watch", "{\"a\":".repeat(300_000)), 400, INVALID_ARGUMENT);
    }

    /** By itself the parser would take minutes for one of these, and there are few threads for all. */
    @Test
    @Timeout(60)
    void aNumberOfMillionsOfDigitsCostsNothing() throws Exception {
        String digits = "9".repeat(3_000_000);
        for (String number :
                List.of(digits, "\"" + digits + "\"", "\"\\u0039" + digits + "\"", "0." + digits, "1e" + digits)) {
            JsonObject error =
                    assertRefused(client.post("/v3/kv/range", "{\"limit\":" + number + "}"), 400, INVALID_ARGUMENT);
            assertThat(error.get("message").getAsString()).isEqualTo("a number has more than 10000 characters");
        }
        client.ask("/v3/kv/range", "{\"key\":\"" + "AAAA".repeat(10_000) + "\",\"limit\":\"1.000\"}");
    }

    /** What is packed is not unpacked: it is no JSON. */
    @Test
    void aBodyThatIsPackedIsRefused() throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write("{\"key\":\"Zm9v\"}".getBytes(StandardCharsets.US_ASCII));
        }
        HttpResponse<String> answer = client.send(client.request("/v3/kv/range")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofByteArray(packed.toByteArray())));

        assertRefused(answer, 400, INVALID_ARGUMENT);
    }

    @Test
    void aBodyIsInUtf8() throws Exception {
        byte[] body = "{\"key\":\"Zm9v\",\"unknown\":\"?\"}".getBytes(StandardCharsets.US_ASCII);
        body[new String(body, StandardCharsets.US_ASCII).indexOf('?')] = (byte) 0xff;

        assertRefused(client.post("/v3/kv/range", body), 400, INVALID_ARGUMENT);
    }

    @Test
    void wholeSurrogatePairsAreFine() throws Exception {
        client.ask("/v3/kv/range", "{\"key\":\"Zm9v\",\"unknown\":\"\\ud83d\\ude00 \\\\ud83d \\\" }\"}");
    }

    @Test
    void aMessageThatIsTooLargeIsRefusedAsByGrpc() throws Exception {
        String body = "{\"key\":\"" + base64("k") + "\",\"value\":\"" + base64("v".repeat(2 << 20)) + "\"}";

        JsonObject error = assertRefused(client.post("/v3/kv/put", body), 429, 8);

        assertThat(error.get("message").getAsString()).startsWith("grpc: received message larger than max (");
    }

    @Test
    void aRequestALittleTooLargeIsRefusedInEtcdsWords() throws Exception {
        String body = "{\"key\":\"" + base64("k") + "\",\"value\":\"" + base64("v".repeat(1536 << 10)) + "\"}";

        JsonObject error = assertRefused(client.post("/v3/kv/put", body), 400, INVALID_ARGUMENT);

        assertThat(error.get("message").getAsString()).isEqualTo("etcdserver: request is too large");
    }

    @Test
    void aValueOfTheLargestSizeIsTaken() throws Exception {
        String value = base64("v".repeat((1536 << 10) - 1000));

        client.ask("/v3/kv/put", "{\"key\":\"" + base64("large") + "\",\"value\":\"" + value + "\"}");

        assertThat(client.ask("/v3/kv/range", "{\"key\":\"" + base64("large") + "\"}")
                        .toString())
                .contains(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "x", "1x", "-1S", "123456789S", "1.5S"})
    void aTimeoutThatIsNoneIsRefused(String timeout) throws Exception {
        HttpResponse<String> answer = client.send(
                client.request("/v3/kv/range").header("Grpc-Timeout", timeout).POST(BodyPublishers.ofString("{}")));

        assertThat(assertRefused(answer, 400, INVALID_ARGUMENT).get("message").getAsString())
                .isEqualTo("invalid grpc-timeout: " + timeout);
    }

    @Test
    void whoeverWaitsTooLongIsToldSo() throws Exception {
        String lock = "{\"name\":\"" + base64("taken") + "\"}";
        client.ask("/v3/lock/lock", lock);

        HttpResponse<String> answer = client.send(
                client.request("/v3/lock/lock").header("Grpc-Timeout", "100m").POST(BodyPublishers.ofString(lock)));

        assertRefused(answer, 504, 4);
    }
}
